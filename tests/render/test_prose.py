"""Sentences with lines to type: those become code on both surfaces, and whatever else is in them stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.prose import marked, pieces
from bot.render.filters import FILTERS
from bot.render.slack_filters import SLACK_FILTERS
from tests.render.github import seen
from tests.render.slack import seen_text
from tests.render.test_hostile import HOSTILE

GITHUB, SLACK = FILTERS["prose"], SLACK_FILTERS["prose"]
LINES = st.text(alphabet="ab `/=", max_size=12).map(lambda rest: f"/run {rest}".rstrip(" "))


@pytest.mark.parametrize(
    ("sentence", "github", "slack"),
    [
        ("Type `/help`.", "Type `/help`.", "Type `/help`."),
        ("`/runs` lists them", "`/runs` lists them", "`/runs` lists them"),
        ("a*b* `/run x=*y*` c", r"a\*b\* `/run x=*y*` c", "a*b\u2217 `/run x=*y*` c"),
        ("`/a` `/b`", "`/a` `/b`", "`/a` `/b`"),
        ("the check `build` failed", r"the check \`build\` failed", "the check \u02cbbuild\u02cb failed"),
        ("``/run a`b``", "``/run a`b``", "`/run a\u02cbb`"),
        ("no end `/run", r"no end \`/run", "no end \u02cb/run"),
        (None, "", ""),
        ("", "", ""),
    ],
)
def test_lines_become_code(sentence: str | None, github: str, slack: str) -> None:
    assert (GITHUB(sentence), SLACK(sentence)) == (github, slack)


@given(LINES)
def test_a_marked_line_is_found_again(line: str) -> None:
    found = [(piece.text, piece.command) for piece in pieces(f"Type {marked(line)} again.")]
    assert found == [("Type ", False), (line, True), (" again.", False)]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_beside_a_line_or_in_it_does_nothing(hostile: str) -> None:
    """What a person typed may stand in the sentence, with backticks of its own: nobody is told, nothing leads away."""
    for sentence in (f"{hostile} Type `/help`.", f"Type {marked('/run ' + hostile)}.", f"`/{hostile}`"):
        found, in_slack = seen(GITHUB(sentence)), seen_text(SLACK(sentence))
        assert (found.links, found.live) == ((), ())
        assert (in_slack.specials, in_slack.live, in_slack.bare) == ((), (), ())
