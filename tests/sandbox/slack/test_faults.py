"""Failures on demand and rate limits: before and after the effect, by method."""

import asyncio

import aiohttp
import pytest

from bot.sandbox.slack import SandboxSlack
from tests.sandbox.slack.support import Client, Listener
from tests.support.clock import FakeClock


async def post(slack: SandboxSlack, client: Client, channel: str = "#deploys") -> tuple[int, str, str | None]:
    headers = {"Authorization": f"Bearer {slack.app.bot_token}"}
    asked = {"channel": slack.channel(channel).id, "text": "hello"}
    status, body, told = await client.raw("chat.postMessage", json=asked, headers=headers)
    return status, body.get("error", "ok"), told.get("Retry-After")


async def test_rate_limited_says_for_how_long(slack: SandboxSlack, client: Client) -> None:
    slack.faults.rate_limited("chat.*", retry_after=7)
    assert await post(slack, client) == (429, "ratelimited", "7")
    assert await post(slack, client) == (200, "ok", None)
    assert len(slack.seen_by("alice", "#deploys")) == 1


@pytest.mark.parametrize(("after", "messages"), [(False, 0), (True, 1)])
async def test_an_error_before_or_after_the_effect(
    slack: SandboxSlack, client: Client, after: bool, messages: int
) -> None:
    slack.faults.status(503, "chat.postMessage", after=after)
    assert await post(slack, client) == (503, "internal_error", None)
    slack.faults.error("fatal_error", "chat.postMessage", after=after)
    assert await post(slack, client) == (200, "fatal_error", None)
    assert len(slack.seen_by("alice", "#deploys")) == 2 * messages


async def test_a_dropped_connection_after_the_effect(slack: SandboxSlack, client: Client) -> None:
    slack.faults.drop("chat.postMessage", after=True)
    with pytest.raises(aiohttp.ClientError):
        await post(slack, client)
    assert len(slack.seen_by("alice", "#deploys")) == 1
    assert slack.journal[-1].status == 0


async def test_silence_until_it_is_released(slack: SandboxSlack, client: Client) -> None:
    fault = slack.faults.silence("chat.postMessage")
    task = asyncio.create_task(post(slack, client))
    await fault.begun.wait()
    assert slack.seen_by("alice", "#deploys") == []
    slack.faults.release()
    assert await task == (200, "ok", None)


async def test_response_urls_fail_too(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    await slack.command("alice", "#deploys", "/ops help")
    url = listener.heard[0].form["response_url"]
    slack.faults.status(500, "response_url")
    assert (await client.hook(url, text="x"))[0] == 500
    assert await client.hook(url, text="x") == (200, "ok")
    assert [each.error for each in slack.called("response_url")] == ["internal_error", None]


async def test_three_messages_in_three_seconds_in_each_channel(
    slack: SandboxSlack, client: Client, clock: FakeClock
) -> None:
    slack.tiers.switched_on = True
    slack.channel("#other")
    for _ in range(3):
        assert (await post(slack, client))[0] == 200
    clock.advance(1)
    assert await post(slack, client) == (429, "ratelimited", "2")
    assert (await post(slack, client, "#other"))[0] == 200
    clock.advance(2)
    assert (await post(slack, client))[0] == 200


async def test_fifty_edits_a_minute(slack: SandboxSlack, client: Client, clock: FakeClock) -> None:
    await post(slack, client)
    slack.tiers.switched_on = True
    [message] = slack.seen_by("alice", "#deploys")
    asked = {"channel": message.channel, "ts": message.ts, "text": "x"}
    for _ in range(50):
        assert (await client.call("chat.update", **asked))["ok"]
    assert (await client.call("chat.update", **asked))["error"] == "ratelimited"
    clock.advance(60)
    assert (await client.call("chat.update", **asked))["ok"]
