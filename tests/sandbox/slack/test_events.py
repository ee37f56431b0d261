"""Events: who hears of what, and how often a failed one comes again."""

import pytest

from bot.sandbox.slack import SandboxSlack
from tests.sandbox.slack.support import Client, Listener
from tests.support.clock import FakeClock


async def test_a_mention_in_a_thread(slack: SandboxSlack, listener: Listener) -> None:
    root = await slack.says("bob", "#deploys", "shall we?")
    said = await slack.mentions("alice", "#deploys", "@signalbox status of #deploys", thread=root.ts)
    [heard] = listener.heard
    event = heard.payload["event"]
    place = slack.channel("#deploys")
    assert heard.headers["Content-Type"] == "application/json"
    assert "X-Slack-Retry-Num" not in heard.headers
    assert (event["type"], event["text"]) == ("app_mention", f"<@{slack.bot.id}> status of <#{place.id}|deploys>")
    assert (event["thread_ts"], event["ts"], event["parent_user_id"]) == (root.ts, said.ts, slack.person("bob").id)
    assert [each["type"] for each in event["blocks"][0]["elements"][0]["elements"]] == ["user", "text", "channel"]


@pytest.mark.parametrize(
    ("channel", "text"), [("#random", "@signalbox hi"), ("#deploys", "hi"), ("dm", "@signalbox hi")]
)
async def test_what_the_app_does_not_hear(slack: SandboxSlack, listener: Listener, channel: str, text: str) -> None:
    slack.app.events = ("app_mention",)
    await slack.says("alice", slack.dm("alice") if channel == "dm" else channel, text)
    assert listener.heard == []


async def test_a_direct_message_is_heard_by_who_subscribed(slack: SandboxSlack, listener: Listener) -> None:
    await slack.says("alice", slack.dm("alice"), "status")
    assert listener.heard[0].payload["event"]["channel_type"] == "im"


async def test_a_stranger_has_a_home(slack: SandboxSlack, listener: Listener) -> None:
    other = slack.workspace("partner")
    zoe = slack.person("zoe", workspace=other)
    shared = slack.channel("#shared", shared_with=[other], members=[zoe])
    await slack.mentions("zoe", shared, "@signalbox status")
    payload = listener.heard[0].payload
    assert (payload["team_id"], payload["is_ext_shared_channel"]) == (slack.home.id, True)
    assert (payload["event"]["user"], payload["event"]["user_team"]) == (zoe.id, other.id)
    assert payload["event"]["text"] == f"<@{slack.bot.id}> status"


async def test_a_failed_event_comes_again_at_once_and_after_one_and_five_minutes(
    slack: SandboxSlack, listener: Listener, clock: FakeClock
) -> None:
    listener.status = 500
    await slack.mentions("alice", "#deploys", "@signalbox status")
    assert [each.headers.get("X-Slack-Retry-Num") for each in listener.heard] == [None, "1"]
    clock.advance(59)
    assert await slack.retries() == []
    clock.advance(1)
    assert len(await slack.retries()) == 1
    clock.advance(5 * 60)
    assert len(await slack.retries()) == 1
    clock.advance(3600)
    assert await slack.retries() == []
    assert [each.headers.get("X-Slack-Retry-Num") for each in listener.heard] == [None, "1", "2", "3"]
    assert {each.headers["X-Slack-Retry-Reason"] for each in listener.heard[1:]} == {"http_error"}
    assert len({each.payload["event_id"] for each in listener.heard}) == 1
    stamps = [int(each.headers["X-Slack-Request-Timestamp"]) for each in listener.heard]
    assert [each - stamps[0] for each in stamps] == [0, 0, 60, 360]


async def test_a_retry_that_arrives_is_the_last(slack: SandboxSlack, listener: Listener, clock: FakeClock) -> None:
    listener.status = 503
    await slack.mentions("alice", "#deploys", "@signalbox status")
    listener.status = 202
    clock.advance(60)
    [delivery] = await slack.retries()
    assert delivery.succeeded
    clock.advance(3600)
    assert await slack.retries() == []


async def test_an_app_may_forbid_retries(slack: SandboxSlack, listener: Listener, clock: FakeClock) -> None:
    listener.status, listener.headers = 500, {"x-slack-no-retry": "1"}
    await slack.mentions("alice", "#deploys", "@signalbox status")
    clock.advance(3600)
    assert await slack.retries() == []
    assert len(listener.heard) == 1


async def test_an_answer_can_get_lost(slack: SandboxSlack, listener: Listener) -> None:
    await slack.mentions("alice", "#deploys", "@signalbox status")
    await slack.resends(slack.deliveries[0])
    first, second = listener.heard
    assert first.payload == second.payload
    assert (second.headers["X-Slack-Retry-Num"], second.headers["X-Slack-Retry-Reason"]) == ("1", "http_timeout")


async def test_home_brings_its_view_once_there_is_one(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    alice = slack.person("alice")
    await slack.opens_home("alice")
    first = listener.heard[0].payload["event"]
    assert (first["type"], first["user"], first["tab"]) == ("app_home_opened", alice.id, "home")
    assert "view" not in first
    view = {"type": "home", "blocks": [{"type": "divider"}]}
    answer = await client.call("views.publish", user_id=alice.id, view=view)
    await slack.opens_home("alice")
    assert listener.heard[1].payload["event"]["view"]["id"] == answer["view"]["id"]
    home = slack.home_of("alice")
    assert home is not None
    assert home.sent == view


async def test_leaving_is_told_twice(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    token, bot = slack.app.bot_token, slack.bot
    arguments = {"client_id": slack.app.client_id, "client_secret": "wrong"}
    assert (await client.call("apps.uninstall", **arguments))["error"] == "bad_client_secret"
    assert (await client.call("apps.uninstall", **arguments | {"client_secret": "client-hush"}))["ok"]
    await slack.settled()
    events = {each.payload["event"]["type"]: each.payload for each in listener.heard}
    assert events.keys() == {"app_uninstalled", "tokens_revoked"}
    assert events["tokens_revoked"]["event"]["tokens"] == {"oauth": [], "bot": [bot.id]}
    assert (await client.call("auth.test", token=token))["error"] == "account_inactive"
    assert await slack.command("alice", "#deploys", "/ops help") is None
