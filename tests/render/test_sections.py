"""Paragraphs and buttons become blocks that Slack takes."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.model.message import Button, ButtonStyle, Message
from bot.render.blocks import faults
from bot.render.renderer import Renderer
from bot.render.sections import LONGEST_MESSAGE, fallback, size, slack_text
from tests.render.slack import mrkdwn


def texts(said: str) -> list[str]:
    return [text for block in slack_text(said, ()).blocks for text in mrkdwn(block)]


def test_a_paragraph_is_a_section_and_small_print_a_context() -> None:
    said = slack_text("*One*\ntwo\n\n\n-# small\n-# print\n\n-# mixed\nlines", ())
    assert [block["type"] for block in said.blocks] == ["section", "context", "section"]
    assert texts("*One*\ntwo\n\n-# small\n-# print") == ["*One*\ntwo", "small\nprint"]
    assert texts("a\n\n-# \n-# b\n\n-# ") == ["a", "b"]
    assert said.text == "One two"


def test_no_block_has_an_id() -> None:
    assert all("block_id" not in block for block in slack_text("a\n\nb", [Button(action="a", label="A")]).blocks)


@pytest.mark.parametrize("said", ["", "\n\n", "  \n "])
def test_a_message_needs_words(said: str) -> None:
    with pytest.raises(ValueError, match="needs words"):
        slack_text(said, ())


def test_a_long_paragraph_is_split_at_line_ends() -> None:
    lines = [f"{number} " + "x" * 90 for number in range(60)]
    parts = texts("\n".join(lines))
    assert len(parts) == 2
    assert all(len(part) < 3_000 for part in parts)
    assert "\n".join(parts).split("\n") == lines


def test_a_line_that_is_too_long_is_cut() -> None:
    assert texts("`" + "x" * 5_000 + "`")[0].endswith("x…`")


@pytest.mark.parametrize(
    "said",
    [
        "\n\n".join(f"paragraph {number}" for number in range(200)),
        "\n".join("y" * 100 for _ in range(300)),
        "\n\n".join("-# small" for _ in range(80)),
        "\n\n".join('"' * 2_900 for _ in range(9)),
    ],
)
def test_what_does_not_fit_is_counted(said: str) -> None:
    made = slack_text(said, [Button(action=f"a{number}", label="Go") for number in range(9)])
    assert faults(made.blocks) == []
    assert size(made.blocks) <= LONGEST_MESSAGE
    assert made.blocks[-1]["type"] == "actions"
    shown = sum(len(text.split("\n")) for block in made.blocks[:-2] for text in mrkdwn(block))
    left = len([line for line in said.split("\n") if line]) - shown
    (more,) = mrkdwn(made.blocks[-2])
    assert more == f"_This message was too long to show: {left} more {'line' if left == 1 else 'lines'}._"


def test_buttons_stand_at_the_end() -> None:
    said = slack_text(
        "Words",
        [
            Button(action="cancel", label="Cancel", value="7", style=ButtonStyle.DANGER, confirm="Really?"),
            Button(action="show", label="Show", url="https://github.com/acme"),
            Button(action="show", label="x" * 200),
        ],
    )
    assert faults(said.blocks) == []
    cancel, show, again = said.blocks[-1]["elements"]
    assert (cancel["action_id"], cancel["value"], cancel["style"]) == ("cancel", "7", "danger")
    assert cancel["confirm"]["text"]["text"] == "Really?"
    assert cancel["confirm"]["confirm"]["text"] == "Yes, cancel"
    assert (show["action_id"], show["url"], "value" in show) == ("show", "https://github.com/acme", False)
    assert (again["action_id"], len(again["text"]["text"])) == ("show.2", 75)


def test_there_are_at_most_25_buttons() -> None:
    said = slack_text("Words", [Button(action="a", label=str(number)) for number in range(40)])
    assert len(said.blocks[-1]["elements"]) == 25
    assert faults(said.blocks) == []


def test_half_a_value_is_never_sent() -> None:
    with pytest.raises(ValueError, match="too long"):
        slack_text("Words", [Button(action="a", label="A", value="x" * 2_001)])


@pytest.mark.parametrize(
    ("paragraph", "text"),
    [
        ("✅ *Deploy passed* in 2 s · `K7QX2M`", "✅ Deploy passed in 2 s · K7QX2M"),
        ("<https://github.com/a|a &amp; b> and <@U012ALICE>", "a &amp; b and <@U012ALICE>"),
        ("<!date^0^{date}|1 Jan 1970, 00:00 UTC>", "1 Jan 1970, 00:00 UTC"),
        ("`*x* :tada: @here`", "\u2217x\u2217 :\u2060tada: @\u2060here"),
        ("_a_ ~b~ snake_case", "a b snake_case"),
        ("-# small\n-# print", "small print"),
        ("```\nlines\nmore\n```", "lines more"),
        ("&amp;" * 100, "&amp;" * 59 + "…"),
    ],
)
def test_a_notification_is_plain(paragraph: str, text: str) -> None:
    assert fallback(paragraph) == text


def folder(root: Path, said: str) -> Path:
    (root / "slack").mkdir(parents=True)
    (root / "slack" / "cancel_answered.mrkdwn.j2").write_text(said, encoding="utf-8")
    return root


MESSAGE = Message(name="cancel_answered", fields={"sentence": "*Stopping* it."})


def test_an_operator_s_template_comes_first(tmp_path: Path) -> None:
    renderer = Renderer(folder(tmp_path / "ours", "ours"), folder(tmp_path / "theirs", "*theirs* {{ sentence }}"))
    assert mrkdwn(renderer.slack(MESSAGE).blocks[0]) == ["*theirs* \u2217Stopping\u2217 it."]


@pytest.mark.parametrize("broken", ["", "{# only a comment #}", "{{ nothing }}", "{% if %}", "{{ sentence | cell }}"])
def test_an_operator_s_broken_template_is_logged_and_ours_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    renderer = Renderer(folder(tmp_path / "ours", "ours"), folder(tmp_path / "theirs", broken))
    with caplog.at_level(logging.ERROR):
        assert renderer.slack(MESSAGE).text == "ours"
    assert [getattr(record, "action", None) for record in caplog.records] == ["template_failed"]
