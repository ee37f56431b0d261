"""A text that is too long is cut between lines, and nothing is left open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.cut import CUT, LONGEST_COMMENT, cut
from tests.render.github import seen


@pytest.mark.parametrize("text", ["", "short", "x" * LONGEST_COMMENT])
def test_what_fits_is_left_alone(text: str) -> None:
    assert cut(text) == text


def test_lines_are_never_cut() -> None:
    text = cut("\n".join(["`code` and [link](x)"] * 100), longest=500)
    assert text == "\n".join([*["`code` and [link](x)"] * 12, "", "", CUT])
    assert len(text) <= 500


def test_a_line_that_is_too_long_goes_with_what_follows() -> None:
    assert cut("first\n" + "x" * 1000 + "\nlast", longest=500) == f"first\n\n\n{CUT}"


def test_open_blocks_are_closed() -> None:
    text = cut(
        "<details>\n<summary>many</summary>\n\n````text\n```\n" + "line\n" * 200 + "````\n\n</details>", longest=500
    )
    found = seen(text)
    assert found.code[0].startswith("```\nline\n")
    assert [piece.strip() for piece in found.html] == ["<details>\n<summary>many</summary>", "</details>"]
    assert found.text.endswith("too long to show.")


def test_closed_blocks_are_not_closed_again() -> None:
    text = cut("<details>\n\n```text\nx\n```\n\n</details>\n" + "line\n" * 200, longest=500)
    assert text.count("</details>") == 1
    assert text.count("```") == 2


@given(st.lists(st.sampled_from(["a line", "", "```text", "```", "````", "<details>", "</details>"]), max_size=200))
def test_whatever_is_cut_fits_and_says_so(lines: list[str]) -> None:
    text = cut("\n".join(lines), longest=600)
    assert len(text) <= 600 or text.count("<details>") > 10
    if len("\n".join(lines)) > 600:
        assert seen(text).text.endswith("too long to show.")
