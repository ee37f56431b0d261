"""Messages: posted, edited, found again, and shown to one person alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from bot.errors import BotError, NotFound, RateLimited, Refused, Unreachable
from bot.model.address import SlackPlace
from bot.model.message import SlackText
from bot.slack.api import SlackApi
from bot.slack.channels import SlackChannels
from bot.slack.clients import Clients
from bot.slack.messages import MOST_PAGES, SlackMessages
from tests.slack.fake import FakeSlack
from tests.support.clock import START, FakeClock
from tests.support.make import CONNECTION

TAG = UUID("01890000-0000-7000-8000-00000000abcd")
MARK = f"signalbox:{TAG}"
PLACE = SlackPlace(connection=CONNECTION, channel="C1")
THREAD = replace(PLACE, thread="1700000000.000100")
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Deploy* is running"}}
DIVIDER = {"type": "divider"}
TEXT = SlackText(text="Deploy is running", blocks=(SECTION, DIVIDER))
TAGGED = [{**SECTION, "block_id": MARK}, DIVIDER]


@pytest.fixture
def messages(clients: Clients, clock: FakeClock) -> SlackMessages:
    return SlackMessages(clients, SlackChannels(clients, clock))


@pytest.mark.parametrize(("place", "thread"), [(PLACE, {}), (THREAD, {"thread_ts": "1700000000.000100"})])
async def test_a_message_carries_its_tag(
    messages: SlackMessages, slack: FakeSlack, place: SlackPlace, thread: dict[str, str]
) -> None:
    slack.says("chat.postMessage", {"ts": "1700000009.000200", "channel": "C1"})
    assert await messages.post(place, TEXT, TAG) == "1700000009.000200"
    unfurl = {"unfurl_links": False, "unfurl_media": False}
    assert slack.asked("chat.postMessage") == [
        {"channel": "C1", "text": "Deploy is running", "blocks": TAGGED, **unfurl, **thread}
    ]


async def test_a_message_that_may_have_been_posted_is_not_posted_again(
    messages: SlackMessages, slack: FakeSlack
) -> None:
    slack.says("chat.postMessage", web.Response(status=502))
    with pytest.raises(Unreachable):
        await messages.post(PLACE, TEXT, TAG)
    assert len(slack.asked("chat.postMessage")) == 1


async def test_where_the_bot_is_not_nothing_is_posted(messages: SlackMessages, slack: FakeSlack) -> None:
    slack.refuses("chat.postMessage", "not_in_channel")
    with pytest.raises(NotFound):
        await messages.post(PLACE, TEXT, TAG)


async def test_a_message_without_blocks_is_not_posted(messages: SlackMessages, slack: FakeSlack) -> None:
    with pytest.raises(BotError, match="found again"):
        await messages.post(PLACE, SlackText(text="x", blocks=()), TAG)
    assert slack.calls == []


async def test_an_edit_keeps_the_tag(messages: SlackMessages, slack: FakeSlack) -> None:
    await messages.edit(PLACE, "1700000009.000200", TEXT, TAG)
    assert slack.asked("chat.update") == [
        {"channel": "C1", "ts": "1700000009.000200", "text": "Deploy is running", "blocks": TAGGED}
    ]


@pytest.mark.parametrize("word", ["message_not_found", "cant_update_message", "channel_not_found"])
async def test_a_deleted_message_is_not_found(messages: SlackMessages, slack: FakeSlack, word: str) -> None:
    slack.refuses("chat.update", word)
    with pytest.raises(NotFound):
        await messages.edit(PLACE, "1.0", TEXT, TAG)


async def test_an_urgent_edit_uses_the_share_that_is_kept_for_it(messages: SlackMessages, slack: FakeSlack) -> None:
    for _ in range(40):
        await messages.edit(PLACE, "1.0", TEXT, TAG)
    with pytest.raises(RateLimited):
        await messages.edit(PLACE, "1.0", TEXT, TAG)
    await messages.edit(PLACE, "1.0", TEXT, TAG, urgent=True)
    assert len(slack.asked("chat.update")) == 41


def said(ts: str, **changes: Any) -> dict[str, Any]:
    base = {"type": "message", "ts": ts, "user": "UBOT", "bot_id": "BBOT", "blocks": [{"block_id": MARK}]}
    return {**base, **changes}


async def test_only_our_own_message_counts(messages: SlackMessages, slack: FakeSlack) -> None:
    other = {"block_id": f"signalbox:{UUID(int=1)}"}
    foreign = [
        said("9.0", user="U1", bot_id=None),
        said("8.0", user="UBOT2", bot_id="BOTHER"),
        said("7.0", user="UBOT", bot_id=None),
        said("6.0", user="U1", bot_id="BBOT"),
        said("5.0", blocks=[other, {"block_id": MARK}]),
        said("4.5", blocks=[]),
        {"type": "message", "subtype": "channel_join", "ts": "4.2", "user": "U1"},
    ]
    slack.says(
        "conversations.history",
        {"messages": foreign, "response_metadata": {"next_cursor": "more"}},
        {"messages": [said("4.0", user=None), said("3.0")], "response_metadata": {"next_cursor": ""}},
    )
    assert await messages.find(PLACE, TAG, START + timedelta(milliseconds=500)) == "4.0"
    since = f"{START.timestamp() - 59.5:.6f}"
    first = {"channel": "C1", "oldest": since, "limit": "200"}
    assert slack.asked("conversations.history") == [first, {**first, "cursor": "more"}]


async def test_a_reply_is_found_in_its_thread(messages: SlackMessages, slack: FakeSlack) -> None:
    slack.says("conversations.replies", {"messages": [said("1700000009.0")]})
    assert await messages.find(THREAD, TAG, START) == "1700000009.0"
    (asked,) = slack.asked("conversations.replies")
    assert asked["ts"] == "1700000000.000100"
    assert slack.asked("conversations.history") == []


async def test_looking_ends_somewhere(messages: SlackMessages, slack: FakeSlack) -> None:
    slack.says("conversations.history", {"messages": [], "response_metadata": {"next_cursor": "for-ever"}})
    assert await messages.find(PLACE, TAG, START) is None
    assert len(slack.asked("conversations.history")) == MOST_PAGES


@pytest.mark.parametrize("word", ["channel_not_found", "not_in_channel"])
async def test_nothing_is_found_where_nothing_is(messages: SlackMessages, slack: FakeSlack, word: str) -> None:
    slack.refuses("conversations.history", word)
    assert await messages.find(PLACE, TAG, START) is None


async def test_not_knowing_is_not_finding_nothing(messages: SlackMessages, slack: FakeSlack) -> None:
    slack.refuses("conversations.history", "missing_scope", needed="groups:history")
    with pytest.raises(Refused, match="groups:history"):
        await messages.find(PLACE, TAG, START)


def whispering(slack: FakeSlack, **changes: Any) -> SlackPlace:
    return replace(PLACE, **{"only_for": "U1", "response_url": slack.hook_url, **changes})


EPHEMERAL = {"channel": "C1", "user": "U1", "text": TEXT.text, "blocks": [SECTION, DIVIDER]}


@pytest.mark.parametrize(
    "answer",
    [{}, web.Response(text="ok"), web.Response(text="", status=200), web.Response(text='"ok"', status=200)],
)
async def test_the_first_way_to_whisper_is_the_response_url(
    messages: SlackMessages, slack: FakeSlack, answer: web.Response | dict[str, Any]
) -> None:
    slack.says("hook", answer)
    await messages.whisper(whispering(slack), TEXT)
    (call,) = slack.calls
    assert call.method == "hook"
    assert call.token == ""
    assert call.arguments == {
        "response_type": "ephemeral",
        "replace_original": False,
        "text": TEXT.text,
        "blocks": [SECTION, DIVIDER],
    }


@pytest.mark.parametrize(
    "answer",
    [
        web.json_response({"ok": False, "error": "used_url"}, status=404),
        web.json_response({"ok": False, "error": "expired_url"}, status=404),
        web.Response(status=404, text="expired_url"),
        web.Response(status=200, text='{"ok": false, "error": "used_url"}'),
        web.Response(status=403, text="action_prohibited"),
        web.Response(status=410, text="channel_is_archived"),
        web.Response(status=302, headers={"Location": "/commands/T1/1/elsewhere"}),
    ],
)
async def test_the_second_way_to_whisper_is_an_ephemeral_message(
    messages: SlackMessages, slack: FakeSlack, answer: web.Response
) -> None:
    slack.says("hook", answer)
    await messages.whisper(whispering(slack, thread="1.5"), TEXT)
    assert [call.method for call in slack.calls] == ["hook", "chat.postEphemeral"]
    assert slack.asked("hook")[0]["thread_ts"] == "1.5"
    assert slack.asked("chat.postEphemeral") == [{**EPHEMERAL, "thread_ts": "1.5"}]


@pytest.mark.parametrize("word", ["user_not_in_channel", "not_in_channel", "channel_not_found"])
async def test_the_third_way_to_whisper_is_a_direct_message(
    messages: SlackMessages, slack: FakeSlack, word: str
) -> None:
    slack.says("conversations.open", {"channel": {"id": "D1"}})
    slack.refuses("chat.postEphemeral", word)
    await messages.whisper(whispering(slack, response_url=None, thread="1.5"), TEXT)
    assert [call.method for call in slack.calls] == ["chat.postEphemeral", "conversations.open", "chat.postMessage"]
    (direct,) = slack.asked("chat.postMessage")
    assert direct["channel"] == "D1"
    assert direct["blocks"] == [SECTION, DIVIDER]
    assert "thread_ts" not in direct


async def test_without_a_channel_a_whisper_is_a_direct_message(messages: SlackMessages, slack: FakeSlack) -> None:
    slack.says("conversations.open", {"channel": {"id": "D1"}})
    await messages.whisper(whispering(slack, response_url=None, channel=""), TEXT)
    assert [call.method for call in slack.calls] == ["conversations.open", "chat.postMessage"]


async def test_a_whisper_needs_somebody(messages: SlackMessages, slack: FakeSlack) -> None:
    with pytest.raises(BotError, match="somebody"):
        await messages.whisper(PLACE, TEXT)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(web.Response(status=500), Unreachable), (web.Response(status=429), RateLimited)],
)
async def test_a_slack_out_of_order_is_no_reason_for_another_way(
    messages: SlackMessages, slack: FakeSlack, answer: web.Response, kind: type[Exception]
) -> None:
    slack.says("hook", answer)
    with pytest.raises(kind):
        await messages.whisper(whispering(slack), TEXT)
    assert [call.method for call in slack.calls] == ["hook"]


async def test_a_refused_whisper_is_not_said_aloud(messages: SlackMessages, slack: FakeSlack) -> None:
    slack.refuses("chat.postEphemeral", "msg_too_long")
    with pytest.raises(Refused, match="msg_too_long"):
        await messages.whisper(whispering(slack, response_url=None), TEXT)
    assert [call.method for call in slack.calls] == ["chat.postEphemeral"]


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("127.0.0.1", "localhost"),
        lambda url: url.replace("http://", "http://hooks.slack.com@"),
        lambda url: url.replace("http://", "http://hooks.slack.com\\@"),
        lambda url: url.replace("http://", "//"),
        lambda url: "http://hooks.slack.com/commands/T1/1/secret",
        lambda url: "https://hooks.slack.com.example/commands/T1/1/secret",
        lambda url: "http://[::1",
    ],
)
async def test_t18_a_response_url_elsewhere_is_not_used(messages: SlackMessages, slack: FakeSlack, change: Any) -> None:
    await messages.whisper(whispering(slack, response_url=change(slack.hook_url)), TEXT)
    assert [call.method for call in slack.calls] == ["chat.postEphemeral"]


async def test_t18_towards_slack_itself_no_loopback_address_is_used(slack: FakeSlack, clock: FakeClock) -> None:
    api = SlackApi(connection=CONNECTION, api_url="https://slack.com/api/", token="xoxb-1-x", clock=clock)
    assert await api.respond(slack.hook_url, {}) is False
    await api.aclose()
    assert slack.calls == []


async def test_a_dead_response_url_is_not_named(messages: SlackMessages, slack: FakeSlack) -> None:
    place = whispering(slack)
    await slack.server.close()
    with pytest.raises(Unreachable) as caught:
        await messages.whisper(place, TEXT)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_permalink_leads_to_a_message(messages: SlackMessages, slack: FakeSlack) -> None:
    slack.says("chat.getPermalink", {"permalink": "https://acme.slack.com/archives/C1/p1"})
    assert await messages.permalink(PLACE, "1.0") == "https://acme.slack.com/archives/C1/p1"
    assert slack.asked("chat.getPermalink") == [{"channel": "C1", "message_ts": "1.0"}]


async def test_a_message_that_is_gone_has_no_permalink(messages: SlackMessages, slack: FakeSlack) -> None:
    slack.refuses("chat.getPermalink", "message_not_found")
    assert await messages.permalink(PLACE, "1.0") is None
