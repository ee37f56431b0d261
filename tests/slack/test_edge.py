"""The door for Slack: signature first, then what it is, then the inbox; Slack itself is never asked."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.model.delivery import Delivery
from tests.slack.payload import (
    BOT,
    COMMAND,
    SECRET,
    TRIGGER,
    House,
    direct,
    event,
    form,
    mention,
    press,
    signed,
)
from tests.support.clock import START
from tests.support.make import CONNECTION

OLD = 5 * 60 + 1


@pytest.fixture
def house() -> House:
    return House()


async def test_a_command_is_recorded_with_the_few_facts_that_later_steps_read(house: House) -> None:
    assert await house.types() == (200, {}, b"")
    facts = {
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "text": "run acme/shop#7 deploy.yml environment=staging",
        "response_url": "https://hooks.slack.com/commands/T1/2/xyz",
        "trigger_id": TRIGGER,
    }
    assert house.only() == Delivery(
        id=UUID(int=7),
        connection=CONNECTION,
        guid=TRIGGER,
        event="slack_command",
        action=None,
        facts=json.dumps(facts, separators=(",", ":")).encode(),
        received_at=START,
    )
    assert house.told == [("slack_command", "recorded")]


@pytest.mark.parametrize(
    ("payload", "name", "guid"),
    [
        (mention(), "slack_mention", "Ev1"),
        (direct(), "slack_direct", "Ev1"),
        (event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}), "slack_home", "Ev1"),
        (event({"type": "app_uninstalled"}), "slack_left", "Ev1"),
        (event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT]}}), "slack_left", "Ev1"),
    ],
)
async def test_an_event_is_recorded_by_its_event_id(
    house: House, payload: dict[str, Any], name: str, guid: str
) -> None:
    assert await house.tells(payload) == (200, {}, b"")
    assert (house.only().event, house.only().guid) == (name, guid)


@pytest.mark.parametrize(("payload", "name"), [(press(), "slack_actions"), (form(), "slack_form")])
async def test_what_is_pressed_and_sent_is_recorded_by_its_trigger(
    house: House, payload: dict[str, Any], name: str
) -> None:
    assert await house.interacts(payload) == (200, {}, b"")
    assert (house.only().event, house.only().guid) == (name, TRIGGER)


@pytest.mark.parametrize(
    "payload",
    [
        mention(bot_id="B1"),
        mention(user=BOT),
        mention(user=None),
        direct(bot_id="B1"),
        direct(user=BOT),
        direct(subtype="message_changed"),
        direct(subtype="bot_message", user=None),
        direct(channel_type="mpim"),
        direct(channel_type="channel"),
        event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}),
        event({"type": "tokens_revoked"}),
        event({"type": "app_home_opened", "user": "U1", "tab": "messages"}),
        event({"type": "reaction_added", "user": "U1"}),
        event({"type": "user_change", "user": {"id": "U1"}}),
        {"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1518467820},
        {"type": "something_new"},
        {},
    ],
)
async def test_t21_what_a_bot_wrote_and_what_means_nothing_is_taken_and_not_kept(
    house: House, payload: dict[str, Any]
) -> None:
    assert await house.tells(payload) == (200, {}, b"")
    assert house.inbox.kept == []
    assert house.told == [("other", "ignored")]


@pytest.mark.parametrize(
    "payload",
    [
        press("show"),
        press("show.2"),
        form(callback_id="another"),
        {**press(), "type": "block_suggestion"},
        {**press(), "type": "interactive_message", "actions": [{"name": "a"}], "callback_id": "c"},
        {**form(), "type": "view_closed"},
        {"type": "shortcut", "callback_id": "c", "user": {"id": "U1"}, "trigger_id": TRIGGER},
    ],
)
async def test_what_was_pressed_for_something_else_is_taken_and_not_kept(house: House, payload: dict[str, Any]) -> None:
    assert await house.interacts(payload) == (200, {}, b"")
    assert (house.inbox.kept, house.told) == ([], [("other", "ignored")])


async def test_another_apps_command_is_not_ours(house: House) -> None:
    assert (await house.types(command="/other"))[0] == 200
    assert house.inbox.kept == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers, body: (headers, body + b"x"),
        lambda headers, body: ({**headers, "X-Slack-Signature": headers["X-Slack-Signature"].upper()}, body),
        lambda headers, body: ({**headers, "X-Slack-Signature": ""}, body),
        lambda headers, body: ({**headers, "X-Slack-Signature": "v0=" + "0" * 64}, body),
        lambda headers, body: ({**headers, "X-Slack-Signature": "v0=" + "\u00e9" * 64}, body),
        lambda headers, body: ({**headers, "X-Slack-Request-Timestamp": "soon"}, body),
        lambda headers, body: ({**headers, "X-Slack-Request-Timestamp": ""}, body),
        lambda headers, body: ({**headers, "X-Slack-Request-Timestamp": "\u0661795251600"}, body),
        lambda headers, body: ({**headers, "X-Slack-Request-Timestamp": "1" * 400}, body),
        lambda headers, body: ({"Content-Type": headers["Content-Type"]}, body),
        lambda headers, body: (signed(body, secret="another"), body),
        lambda headers, body: (headers, b"\xff\xfe"),
        lambda headers, body: (headers, b"{"),
        lambda headers, body: (headers, b""),
    ],
)
async def test_what_is_not_signed_is_refused_before_it_is_read(
    house: House, spoil: Callable[[dict[str, str], bytes], tuple[dict[str, str], bytes]]
) -> None:
    body = urlencode(COMMAND).encode()
    status, _, text = await house.door.answer(*spoil(signed(body), body))
    assert (status, house.inbox.kept, house.told) == (401, [], [("unknown", "unsigned")])
    assert b"trusted" in text or b"signed" in text


async def test_a_body_that_is_no_text_but_signed_is_refused(house: House) -> None:
    assert (await house.sends(b"\xff\xfe"))[0] == 401


@pytest.mark.parametrize(("seconds", "status"), [(OLD, 401), (OLD - 1, 200), (-OLD, 401), (1 - OLD, 200)])
async def test_the_clock_may_be_five_minutes_off(house: House, seconds: int, status: int) -> None:
    body = urlencode(COMMAND).encode()
    headers = signed(body)
    house.clock.advance(seconds)
    assert (await house.door.answer(headers, body))[0] == status


@pytest.mark.parametrize(("our_clock", "dated"), [(90, 0), (0, 0), (-90, -90)])
async def test_t4_a_clock_of_ours_that_is_fast_dates_nothing_late(house: House, our_clock: int, dated: int) -> None:
    body = urlencode(COMMAND).encode()
    headers = signed(body)
    house.clock.advance(our_clock)
    assert (await house.door.answer(headers, body))[0] == 200
    assert house.only().received_at == START + timedelta(seconds=dated)


async def test_without_a_secret_nothing_comes_in_over_http() -> None:
    house = House(signing_secret=None)
    assert (await house.types())[0] == 401
    assert house.inbox.kept == []


async def test_t20_the_same_again_is_kept_once(house: House) -> None:
    for _ in range(2):
        await house.types()
        await house.tells(mention())
        await house.interacts(press())  # Slack would give it a trigger of its own
    assert [delivery.guid for delivery in house.inbox.kept] == [TRIGGER, "Ev1"]
    assert house.told.count(("slack_mention", "repeated")) == 1


async def test_a_retry_says_which_try_it_is(house: House) -> None:
    await house.tells(mention(), **{"X-Slack-Retry-Num": "2", "X-Slack-Retry-Reason": "http_timeout"})
    assert json.loads(house.only().facts)["retry"] == 2


@pytest.mark.parametrize("number", ["-1", "two", "9" * 400, "\u0662"])
async def test_a_strange_retry_number_does_no_harm(house: House, number: str) -> None:
    assert (await house.tells(mention(), **{"X-Slack-Retry-Num": number}))[0] == 200
    assert "retry" not in json.loads(house.only().facts)


async def test_t20_headers_that_nobody_signed_do_not_steer_bolt(house: House) -> None:
    """With this one Bolt would acknowledge without running the listener."""
    body = urlencode(COMMAND).encode()
    await house.door.answer(signed(body) | {"X-Slack-Bolt-Lazy-Only": "1"}, body)
    assert house.only().event == "slack_command"


async def test_what_can_not_be_stored_is_not_acknowledged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.inbox.error = OSError("disk full at /var/lib/secret-path")
    for answer in (
        await house.types(),
        await house.interacts(press()),
        await house.interacts(form()),
        await house.tells(mention()),
    ):
        assert answer[0] == 503
        assert b"secret-path" not in answer[2]
    assert house.told == [
        (name, "not_stored") for name in ("slack_command", "slack_actions", "slack_form", "slack_mention")
    ]
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 4
    house.inbox.error = None
    assert (await house.tells(mention(), **{"X-Slack-Retry-Num": "1"}))[0] == 200
    assert house.only().event == "slack_mention"


@pytest.mark.parametrize(
    "payload",
    [
        {**press(), "trigger_id": None},
        {**press(), "trigger_id": ""},
        {**press(), "trigger_id": "a b"},
        {**press(), "trigger_id": "1\n"},
        {**press(), "trigger_id": "1" * 256},
        {**press(), "user": {}},
        {**form(), "user": {}},
        {**form(), "trigger_id": 5},
        {**press(), "actions": [{"action_id": "cancel", "value": 5}]},
        {**press(), "container": []},
    ],
)
async def test_a_strange_shape_is_refused(house: House, payload: dict[str, Any]) -> None:
    assert (await house.interacts(payload))[0] == 400
    assert (house.inbox.kept, house.told) == ([], [("unknown", "malformed")])


@pytest.mark.parametrize(
    "body",
    [b"{", b"[1]", b"5", b'"text"', b"null", b'{"team": 5}', b'{"event": 5, "type": "event_callback"}', b"[" * 100_000],
)
async def test_what_is_no_payload_is_refused_and_never_a_500(house: House, body: bytes) -> None:
    status = (await house.sends(body, "application/json"))[0]
    assert status in (200, 400)
    assert house.inbox.kept == []


async def test_slack_may_check_the_address(house: House) -> None:
    status, headers, body = await house.tells({"type": "url_verification", "challenge": "abc", "token": "t"})
    assert (status, json.loads(body)) == (200, {"challenge": "abc"})
    assert headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("body", [b"ssl_check=1&token=abc", b"token=abc&ssl_check=1", b"ssl_check=1"])
async def test_slack_may_check_the_certificate_without_signing(house: House, body: bytes) -> None:
    assert await house.door.answer({"Content-Type": "application/x-www-form-urlencoded"}, body) == (200, {}, b"")
    assert await house.sends(body) == (200, {}, b"")


async def test_a_check_of_the_certificate_carries_no_command(house: House) -> None:
    await house.door.answer({}, urlencode({**COMMAND, "ssl_check": "1"}).encode())
    assert house.inbox.kept == []


async def test_credentials_in_the_environment_do_not_change_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bolt would read them all, ask Slack with the one and keep files for the others."""
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "xoxb-from-the-environment")
    house = House()
    assert (await house.types())[0] == 200
    assert house.only().event == "slack_command"


async def test_the_door_does_not_tell_its_secret_or_what_strangers_sent(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await house.types()
    await house.door.answer({}, b"token=what-strangers-sent")
    assert "what-strangers-sent" not in caplog.text
    assert SECRET not in repr(house.door) + caplog.text


async def test_a_socket_leads_to_the_same_listeners() -> None:
    house = House(signing_secret=None)
    assert await house.door.hear(dict(COMMAND), 0)
    assert await house.door.hear(mention(), 3)
    assert await house.door.hear({"type": "something_new"}, 0)
    assert [delivery.event for delivery in house.inbox.kept] == ["slack_command", "slack_mention"]
    assert json.loads(house.inbox.kept[1].facts)["retry"] == 3


async def test_what_a_socket_brought_and_could_not_be_stored_is_not_acknowledged(house: House) -> None:
    house.inbox.error = OSError()
    assert not await house.door.hear(mention(), 0)


@pytest.mark.parametrize("payload", [{"team": 5}, {**press(), "container": []}])
async def test_what_can_not_be_read_from_a_socket_is_not_sent_again(house: House, payload: dict[str, Any]) -> None:
    assert await house.door.hear(payload, 0)
    assert house.told == [("unknown", "malformed")]


async def test_slack_is_asked_nothing_on_the_way_to_the_inbox(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def ask(self: AsyncWebClient, api_method: str, **_: Any) -> None:
        asked.append(api_method)

    monkeypatch.setattr(AsyncWebClient, "api_call", ask)
    await house.types()
    await house.tells(mention())
    await house.tells({**event({"type": "app_uninstalled"}), "event_id": "Ev2"})
    await house.interacts({**press(), "trigger_id": "1.2.a"})
    await house.interacts({**form(), "trigger_id": "1.2.b"})
    assert (len(house.inbox.kept), asked) == (5, [])
