"""Calls to Slack: what may be called, what an answer means, what is counted, and what is never said."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any

import pytest
from aiohttp import web

from bot.errors import BotError, NotFound, RateLimited, Refused, Unreachable, Unwelcome, UpstreamError
from bot.slack.api import SlackApi
from tests.slack.fake import TOKEN, FakeSlack
from tests.support.clock import FakeClock
from tests.support.make import CONNECTION

HTML = {"Content-Type": "text/html"}


def api_at(url: str, clock: FakeClock, **changes: Any) -> SlackApi:
    return SlackApi(connection=CONNECTION, api_url=url, token=TOKEN, clock=clock, **changes)


async def test_a_call_carries_the_bots_token_and_its_arguments(api: SlackApi, slack: FakeSlack) -> None:
    slack.says("chat.postMessage", {"ts": "1.000001"})
    answer = await api.call(
        "chat.postMessage", channel="C1", text="naïve & <b>", blocks=[{"type": "divider"}], thread_ts=None, limit=5
    )
    assert answer["ts"] == "1.000001"
    (call,) = slack.calls
    assert call.token == f"Bearer {TOKEN}"
    assert call.arguments == {"channel": "C1", "text": "naïve & <b>", "blocks": [{"type": "divider"}], "limit": "5"}


async def test_only_what_the_app_asks_scopes_for_is_called(api: SlackApi, slack: FakeSlack) -> None:
    with pytest.raises(BotError, match=r"chat\.delete"):
        await api.call("chat.delete", channel="C1", ts="1.0")
    assert slack.calls == []


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *((word, NotFound) for word in ("channel_not_found", "not_in_channel", "message_not_found", "user_not_found")),
        *((word, NotFound) for word in ("is_archived", "thread_not_found", "cant_update_message")),
        *((word, NotFound) for word in ("user_not_in_channel", "users_not_found")),
        *((word, Unreachable) for word in ("internal_error", "fatal_error", "service_unavailable", "request_timeout")),
        *((word, RateLimited) for word in ("ratelimited", "rate_limited")),
        *((word, Refused) for word in ("msg_too_long", "expired_trigger_id", "restricted_action", "a_word_of_2031")),
        *((word, Unwelcome) for word in ("invalid_auth", "token_revoked", "account_inactive")),
        ("missing_scope", Refused),
    ],
)
async def test_slacks_words_have_one_meaning_each(
    api: SlackApi, slack: FakeSlack, word: str, kind: type[UpstreamError]
) -> None:
    slack.refuses("users.info", word)
    with pytest.raises(UpstreamError) as caught:
        await api.call("users.info", user="U1")
    assert type(caught.value) is kind


@pytest.mark.parametrize("word", ["invalid_auth", "token_revoked", "account_inactive", "token_expired", "not_authed"])
async def test_a_dead_token_is_named_by_its_variable(api: SlackApi, slack: FakeSlack, word: str) -> None:
    slack.refuses("users.info", word)
    with pytest.raises(Refused, match=rf"^Slack no longer takes SLACK_BOT_TOKEN \({word}\)$"):
        await api.call("users.info", user="U1")


async def test_somebody_elses_dead_token_is_not_taken_for_ours(api: SlackApi, slack: FakeSlack) -> None:
    slack.refuses("auth.revoke", "token_revoked")
    with pytest.raises(Refused, match="no longer takes the token of the person who signed in"):
        await api.call_as("xoxp-of-alice", "auth.revoke")
    assert slack.calls[0].token == "Bearer xoxp-of-alice"


async def test_a_call_may_go_out_without_any_token(api: SlackApi, slack: FakeSlack) -> None:
    await api.call_as(None, "openid.connect.token", code="c")
    assert slack.calls[0].token == ""


async def test_a_missing_scope_is_named(api: SlackApi, slack: FakeSlack) -> None:
    slack.refuses("conversations.history", "missing_scope", needed="groups:history", provided="chat:write")
    with pytest.raises(Refused, match=r"conversations\.history: .* without the scope groups:history$"):
        await api.call("conversations.history", channel="C1")


async def test_slack_says_what_is_wrong_with_blocks(api: SlackApi, slack: FakeSlack) -> None:
    details = {"messages": ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"]}
    slack.refuses("chat.postMessage", "invalid_blocks", response_metadata=details)
    with pytest.raises(Refused, match=r"invalid_blocks; \[ERROR\] must be less than 3001 .*/blocks/0/text/text\]$"):
        await api.call("chat.postMessage", channel="C1")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (web.Response(status=500), Unreachable),
        (web.Response(status=503, text="<h1>down</h1>", content_type="text/html"), Unreachable),
        (web.Response(text="<h1>Please sign in</h1>", content_type="text/html"), Unreachable),
        (web.Response(text="{", content_type="application/json"), Unreachable),
        (web.Response(body=b"\xff\xfe", content_type="application/json"), Unreachable),
        (web.Response(text="[1]", content_type="application/json"), Unreachable),
        (web.Response(text="hello", content_type="text/plain"), Unreachable),
        (web.Response(status=404, text="nothing here", content_type="text/html"), Refused),
        (web.Response(status=403, text="{}", content_type="application/json"), Refused),
        (web.Response(text='{"ok": false, "error": 7}', content_type="application/json"), Unreachable),
        (web.Response(text='{"ok": "yes"}', content_type="application/json"), Unreachable),
    ],
)
async def test_what_is_not_slacks_speech_is_never_an_answer(
    api: SlackApi, slack: FakeSlack, answer: web.Response, kind: type[UpstreamError]
) -> None:
    slack.says("users.info", answer)
    with pytest.raises(UpstreamError) as caught:
        await api.call("users.info", user="U1")
    assert type(caught.value) is kind


async def test_a_redirect_is_not_followed(api: SlackApi, slack: FakeSlack) -> None:
    slack.says("users.info", web.Response(status=307, headers={"Location": slack.api_url + "auth.test"}))
    with pytest.raises(Refused, match="not followed"):
        await api.call("users.info", user="U1")
    assert [call.method for call in slack.calls] == ["users.info"]


async def test_a_dead_line_is_unreachable(clock: FakeClock) -> None:
    with socket.socket() as taken:  # nobody listens there, and nobody else can
        taken.bind(("127.0.0.1", 0))
        api = api_at(f"http://127.0.0.1:{taken.getsockname()[1]}/api/", clock)
        with pytest.raises(Unreachable, match="did not answer"):
            await api.call("users.info", user="U1")
        await api.aclose()


async def test_a_silent_slack_is_unreachable(clock: FakeClock) -> None:
    closing = asyncio.Event()

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await closing.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    api = api_at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/", clock, timeout_seconds=0.05)
    with pytest.raises(Unreachable, match=r"within 0\.05 seconds"):
        await api.call("users.info", user="U1")
    await api.aclose()
    closing.set()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("0", 1.0), ("soon", 30.0), (None, 30.0), ("9" * 9, 3600)])
async def test_after_a_429_the_method_rests_for_everybody(
    api: SlackApi, slack: FakeSlack, clock: FakeClock, header: str | None, seconds: float
) -> None:
    headers = {} if header is None else {"Retry-After": header}
    slack.says("users.info", web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers), {})
    with pytest.raises(RateLimited) as caught:
        await api.call("users.info", user="U1")
    assert caught.value.retry_after == seconds
    clock.advance(seconds - 0.5)
    with pytest.raises(RateLimited) as caught:
        await api.call("users.info", user="U2")
    assert caught.value.retry_after == 0.5
    await api.call("views.publish", user_id="U1", view={})
    clock.advance(0.5)
    await api.call("users.info", user="U2")
    assert [call.arguments.get("user") for call in slack.calls if call.method == "users.info"] == ["U1", "U2"]


async def test_every_exchange_is_counted(slack: FakeSlack, clock: FakeClock) -> None:
    counted: list[tuple[str, str]] = []
    api = api_at(slack.api_url, clock, on_call=lambda method, result, _: counted.append((method, result)))
    slack.says(
        "users.info",
        {},
        {"ok": False, "error": "user_not_found"},
        {"ok": False, "error": "Ünknown\nword"},
        web.Response(status=502),
    )
    await api.call("users.info", user="U1")
    for _ in range(3):
        with pytest.raises(UpstreamError):
            await api.call("users.info", user="U1")
    await slack.server.close()
    with pytest.raises(Unreachable):
        await api.call("users.info", user="U1")
    await api.aclose()
    assert counted == [
        ("users.info", "ok"),
        ("users.info", "user_not_found"),
        ("users.info", "unknown_error"),
        ("users.info", "502"),
        ("users.info", "no_answer"),
    ]


async def test_no_token_is_logged_or_told(slack: FakeSlack, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("slack_sdk").setLevel(logging.DEBUG)
    api = api_at(slack.api_url, clock)
    await api.call("users.info", user="U1")
    await api.call_as(None, "openid.connect.token", client_secret="hush-hush", code="a-code")
    slack.refuses("users.info", "invalid_arguments", response_metadata={"messages": [f"[ERROR] no {TOKEN} here"]})
    with pytest.raises(Refused) as caught:
        await api.call("users.info", user="U1")
    await api.aclose()
    assert "xoxb-1" not in str(caught.value) + repr(api) + repr(caught.value)
    assert not [line for line in caplog.messages if TOKEN in line or "hush-hush" in line or "a-code" in line]
    assert not [record for record in caplog.records if record.name.startswith("slack_sdk")]


async def test_we_ask_once_who_we_are(api: SlackApi, slack: FakeSlack) -> None:
    found = await asyncio.gather(api.identity(), api.identity())
    assert (found[0].team, found[0].user, found[0].bot, found[0].enterprise) == ("T1", "UBOT", "BBOT", None)
    assert await api.identity() == found[1]
    assert len(slack.asked("auth.test")) == 1


async def test_a_failed_question_is_asked_again(api: SlackApi, slack: FakeSlack) -> None:
    slack.says("auth.test", web.Response(status=500), {"team_id": "T1", "user_id": "UBOT", "bot_id": "BBOT"})
    with pytest.raises(Unreachable):
        await api.identity()
    assert (await api.identity()).team == "T1"


async def test_a_persons_token_is_not_taken_for_the_bots(api: SlackApi, slack: FakeSlack) -> None:
    slack.says("auth.test", {"team_id": "T1", "user_id": "U1"})
    with pytest.raises(Refused, match="SLACK_BOT_TOKEN is not the token of a bot"):
        await api.identity()
