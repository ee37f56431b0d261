"""Response URLs: five uses, thirty minutes, also where the bot is no member."""

from typing import Any

import pytest

from bot.sandbox.slack import SandboxSlack
from tests.sandbox.slack.support import Client, Listener
from tests.support.clock import FakeClock

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
BLOCKS = [{"type": "actions", "elements": [BUTTON]}]


async def typed(slack: SandboxSlack, listener: Listener, channel: str = "#random") -> str:
    await slack.command("alice", channel, "/ops help")
    return listener.heard[-1].form["response_url"]


async def test_it_works_where_the_bot_is_not(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    url = await typed(slack, listener)
    assert await client.hook(url, text="for you") == (200, "ok")
    assert await client.hook(url, text="for all", response_type="in_channel") == (200, "ok")
    assert [each.text for each in slack.seen_by("alice", "#random")] == ["for you", "for all"]
    assert [each.text for each in slack.seen_by("bob", "#random")] == ["for all"]


async def test_five_uses(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    url = await typed(slack, listener)
    for number in range(5):
        assert await client.hook(url, text=str(number)) == (200, "ok")
    assert await client.hook(url, text="six") == (404, '{"ok":false,"error":"used_url"}')
    assert len(slack.seen_by("alice", "#random")) == 5


async def test_thirty_minutes(slack: SandboxSlack, client: Client, listener: Listener, clock: FakeClock) -> None:
    url = await typed(slack, listener)
    clock.advance(30 * 60)
    assert await client.hook(url, text="just in time") == (200, "ok")
    clock.advance(1)
    assert await client.hook(url, text="late") == (404, '{"ok":false,"error":"expired_url"}')


async def test_it_can_not_be_guessed(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    url = await typed(slack, listener)
    assert len(url.rsplit("/", 1)[1]) == 24
    assert await client.hook(url[:-1] + "_", text="hello") == (404, '{"ok":false,"error":"invalid_url"}')


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({}, "no_text"),
        ({"text": "x", "colour": "red"}, "invalid_payload"),
        ({"text": "x", "response_type": "loud"}, "invalid_payload"),
        ({"blocks": [{"type": "poem"}]}, "invalid_blocks"),
    ],
)
async def test_a_wrong_payload_is_refused(
    slack: SandboxSlack, client: Client, listener: Listener, payload: dict[str, Any], error: str
) -> None:
    status, text = await client.hook(await typed(slack, listener), **payload)
    assert status == 400
    assert f'"error":"{error}"' in text
    assert slack.seen_by("alice", "#random") == []


async def test_a_pressed_message_is_replaced_and_deleted(
    slack: SandboxSlack, client: Client, listener: Listener
) -> None:
    await client.hook(await typed(slack, listener), text="Sure?", blocks=BLOCKS)
    [question] = slack.seen_by("alice", "#random")
    await slack.presses("alice", question, "go")
    pressed = listener.heard[-1].payload
    assert pressed["container"]["is_ephemeral"] is True
    assert "message" not in pressed
    assert await client.hook(pressed["response_url"], text="Working", replace_original=True) == (200, "ok")
    [answer] = slack.seen_by("alice", "#random")
    assert (answer.ts, answer.text, answer.blocks, answer.ephemeral) == (question.ts, "Working", (), True)
    assert await client.hook(pressed["response_url"], delete_original=True) == (200, "ok")
    assert slack.seen_by("alice", "#random") == []
    assert (await client.hook(pressed["response_url"], text="x", replace_original=True))[0] == 404
