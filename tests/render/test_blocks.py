"""The proof finds what Slack would refuse: each case breaks one limit of a good message."""

from __future__ import annotations

from typing import Any

import pytest

from bot.render.blocks import faults


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str = "words", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text), **more}


def context(*texts: str) -> dict[str, Any]:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts]}


def button(action: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": plain("Go"), **more}


def actions(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(buttons)}


def confirm(**more: Any) -> dict[str, Any]:
    return {"title": plain("t"), "text": plain("x"), "confirm": plain("y"), "deny": plain("n"), **more}


def test_a_good_message_has_no_faults() -> None:
    blocks = [
        section("x" * 3_000, block_id="b" * 255),
        section(),
        context(*["small"] * 10),
        actions(
            button(value="v" * 2_000, style="danger", confirm=confirm(style="danger")),
            *[button(f"a{number}", url="https://github.com/acme") for number in range(24)],
        ),
    ]
    assert faults(blocks) == []


@pytest.mark.parametrize(
    ("blocks", "fault"),
    [
        ([], "0 blocks"),
        ([section()] * 51, "51 blocks"),
        ([section("x" * 2_900)] * 5, "characters in all"),
        ([section(block_id="b"), section(block_id="b")], "block_id 'b' stands twice"),
        ([section(block_id="b" * 256)], "block_id is too long"),
        ([{"type": "image"}], "unknown type 'image'"),
        ([section("x" * 3_001)], "text has 3001 characters"),
        ([section("")], "text has 0 characters"),
        ([section(" ")], "text has 1 characters"),
        ([section(fields=[])], "unknown keys ['fields']"),
        ([{"type": "section", "text": plain("x")}], "text is no mrkdwn"),
        ([{"type": "section"}], "text is no mrkdwn"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}], "lets Slack find more"),
        ([context()], "0 elements"),
        ([context(*["x"] * 11)], "11 elements"),
        ([actions()], "0 buttons"),
        ([actions(*[button(f"a{number}") for number in range(26)])], "26 buttons"),
        ([actions(button(), button())], "action_id 'a' stands twice"),
        ([actions(button(""))], "action_id"),
        ([actions(button("a" * 256))], "action_id"),
        ([actions(button(value=""))], "a value of 0 characters"),
        ([actions(button(value="v" * 2_001))], "a value of 2001 characters"),
        ([actions(button(url="javascript:alert(1)"))], "url"),
        ([actions(button(url="https://x/" + "y" * 3_000))], "url"),
        ([actions(button(style="pink"))], "style 'pink'"),
        ([actions(button(text=plain("x" * 76)))], "label has 76 characters"),
        ([actions(button(text={"type": "plain_text", "text": "x", "emoji": True}))], "lets Slack find more"),
        ([actions({"type": "datepicker", "action_id": "a", "text": plain("x")})], "unknown element 'datepicker'"),
        ([actions(button(confirm=confirm(title=plain("x" * 101))))], "confirm title has 101 characters"),
        ([actions(button(confirm=confirm(text=plain("x" * 301))))], "confirm text has 301 characters"),
        ([actions(button(confirm=confirm(deny=plain("x" * 31))))], "confirm deny has 31 characters"),
        ([actions(button(confirm=confirm(style="pink")))], "confirm style 'pink'"),
        ([actions(button(confirm={"title": plain("x")}))], "confirm text is no plain_text"),
    ],
)
def test_a_limit_that_is_broken_is_found(blocks: list[dict[str, Any]], fault: str) -> None:
    assert any(fault in found for found in faults(blocks))
