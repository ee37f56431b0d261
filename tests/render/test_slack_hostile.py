"""Hostile text in every field of every message for Slack: nobody is told, nothing is linked or breaks (T6, T22)."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.message import Button, Message, SlackText
from bot.preview import SLACK_SAMPLES
from bot.render.blocks import faults
from bot.render.renderer import Renderer
from tests.render.slack import Seen, seen, seen_text
from tests.render.test_hostile import HOSTILE as HOSTILE_ANYWHERE
from tests.render.test_hostile import swapped

RENDERER = Renderer(Path(__file__).parents[2] / "templates", None)

HOSTILE = [
    *HOSTILE_ANYWHERE,
    "<!channel>",
    "<!here|everybody>",
    "<!everyone",
    "@here @channel @everyone",
    "<@U012ALICE>",
    "<!subteam^S012TEAM>",
    "<#C012GENERAL>",
    "#general",
    "<https://evil.example|GitHub>",
    "<mailto:a@b.example|write>",
    "<!date^1^{date}^https://evil.example|x>",
    "evil.example/path",
    "&lt;!channel&gt;",
    "&",
    "&&&&" * 300,
    "<" * 1_000,
    ":tada:",
    ":tada",
    "tada:",
    "a:b:c:",
    ":skin-tone-2:",
    "*bold* _it_ ~gone~ `code`",
    "_",
    "*",
    "> quoted",
    "-# small",
    "- # -# x",
    "```",
    "`a`b`",
    "http://x.example|y",
    "\u0660:\u0660: *ü* _ü_",
]


LONG = 200
"""Characters of a value from which on a message may need more blocks."""


def ours(special: str) -> bool:
    """A link on the host of the message, or a time."""
    return special.startswith(("https://github.com/", "!date^17"))


def rendered(sample: str, text: str) -> SlackText:
    message = SLACK_SAMPLES[sample]
    return RENDERER.slack(replace(message, fields=swapped(message.fields, text)))


@functools.cache
def harmless(sample: str) -> Seen:
    return seen(rendered(sample, "word"))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_shows_and_does_nothing(text: str) -> None:
    """One test per text: a test for each of a few thousand messages takes longer than all the messages."""
    for sample in SLACK_SAMPLES:
        said = rendered(sample, text)
        found, notified = seen(said), seen_text(said.text)
        assert faults(said.blocks) == [], sample
        assert (found.live, found.bare, notified.live, notified.bare) == ((), (), (), ()), sample
        assert all(ours(one) for one in found.specials), sample
        assert (notified.specials, notified.pieces.total()) == ((), 0), sample
        assert 0 < len(said.text) <= 300, sample
        if len(text) < LONG:
            assert found.kinds == harmless(sample).kinds, sample
            assert found.pieces == harmless(sample).pieces, sample
        assert not set(str(said)) & set("\u202e\u202c\u2066\u2069\x00\x1b\x7f\r\ud800"), sample


@pytest.mark.parametrize("sample", SLACK_SAMPLES)
def test_an_address_on_the_host_is_linked_and_cannot_break_out(sample: str) -> None:
    said = rendered(sample, "https://github.com/acme/shop/x)>|<!channel>\"'`*_&copy;")
    found, plain = seen(said), seen(rendered(sample, "https://github.com/acme/shop/x"))
    assert all(ours(one) for one in found.specials)
    assert len(found.specials) == len(plain.specials)
    assert found.pieces == plain.pieces
    assert found.bare == ()


@pytest.mark.parametrize("sample", SLACK_SAMPLES)
def test_empty_text_breaks_nothing(sample: str) -> None:
    message = SLACK_SAMPLES[sample]
    if {"sentence"} <= set(message.fields) <= {"sentence", "repository", "prefix"}:
        with pytest.raises(ValueError, match="needs words"):
            rendered(sample, "")
        return
    said = rendered(sample, "")
    assert faults(said.blocks) == []
    assert seen(said).bare == ()


ID = re.compile(r"[CGUW][A-Z0-9]{2,20}")
VALUES = st.text(st.one_of(st.sampled_from("<>&|`*_~:@#.-!^/ \n\u2060\u202ea0"), st.characters()), max_size=80).filter(
    lambda value: not (ID.fullmatch(value))  # an id is what its filter is for
)
EVERYTHING = """{{ x }} and {{ x | code }}, {{ x | person }} {{ x | mention }} {{ x | channel }}: {{ x | link(x) }}
*{{ x }} bold* {{ x | link("https://github.com/acme") }}

{{ [x, "y"] | block }}

-# small {{ x }}"""


@given(VALUES)
def test_whatever_a_value_is_nothing_but_our_own_comes_alive(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "everything"
    (folder / "slack").mkdir(parents=True, exist_ok=True)
    (folder / "slack" / "said.mrkdwn.j2").write_text(EVERYTHING, encoding="utf-8")
    said = Renderer(folder, None).slack(
        Message(
            name="said",
            fields={"x": value, "server_url": "https://github.com"},
            buttons=(Button(action="a", label=value, confirm=value),),
        )
    )
    found = seen(said)
    assert faults(said.blocks) == []
    assert found.live == ()
    assert found.bare == ()
    assert found.specials == ("https://github.com/acme",)
    assert found.kinds == ("section", "section", "context", "actions")
    assert seen_text(said.text).specials == ()
    assert seen_text(said.text).live == ()
