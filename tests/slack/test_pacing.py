"""How often Slack is called."""

from __future__ import annotations

import pytest

from bot.errors import RateLimited
from bot.slack.api import SlackApi
from bot.slack.pacing import MOST_KEYS, PACES, Pacing
from bot.slack.scopes import BOT_SCOPES, EVENTS, INBOUND_SCOPES, METHODS
from tests.slack.fake import FakeSlack
from tests.support.clock import FakeClock

PER_MINUTE = {
    "auth.revoke": 50,
    "auth.test": 300,
    "chat.getPermalink": 300,
    "chat.postEphemeral": 100,
    "chat.update": 40,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.members": 100,
    "conversations.open": 50,
    "conversations.replies": 50,
    "openid.connect.token": 50,
    "openid.connect.userInfo": 50,
    "users.info": 100,
    "views.open": 100,
    "views.publish": 100,
}


@pytest.fixture
def pacing(clock: FakeClock) -> Pacing:
    return Pacing(clock)


def burst(pacing: Pacing, method: str, channel: str = "C1", *, urgent: bool = False) -> tuple[int, float]:
    """How many calls go out at once, and how long the next one has to wait."""
    for sent in range(1_000):
        try:
            pacing.take(method, channel, urgent=urgent)
        except RateLimited as error:
            return sent, error.retry_after or 0.0
    return 1_000, 0.0


def test_every_method_has_a_pace() -> None:
    assert PACES.keys() == METHODS.keys() == PER_MINUTE.keys() | {"chat.postMessage"}


@pytest.mark.parametrize(("method", "most"), PER_MINUTE.items())
def test_methods_are_paced_by_the_minute(pacing: Pacing, clock: FakeClock, method: str, most: int) -> None:
    assert burst(pacing, method, "C1") == (most, 60.0)
    assert burst(pacing, method, "C2") == (0, 60.0)
    clock.advance(59)
    assert burst(pacing, method) == (0, 1.0)
    clock.advance(1)
    assert burst(pacing, method) == (most, 60.0)


def test_messages_are_paced_by_channel(pacing: Pacing, clock: FakeClock) -> None:
    assert burst(pacing, "chat.postMessage", "C1") == (3, 3.0)
    assert burst(pacing, "chat.postMessage", "C2") == (3, 3.0)
    sent = 0
    for _ in range(60):
        clock.advance(1)
        sent += burst(pacing, "chat.postMessage", "C1")[0]
    assert sent == 60


def test_the_last_edits_of_a_minute_are_for_final_states(pacing: Pacing, clock: FakeClock) -> None:
    assert burst(pacing, "chat.update") == (40, 60.0)
    clock.advance(10)
    assert burst(pacing, "chat.update", urgent=True) == (10, 50.0)
    clock.advance(50)
    assert burst(pacing, "chat.update") == (30, 10.0)
    assert burst(pacing, "chat.update", urgent=True) == (10, 10.0)


def test_a_clock_that_was_set_back_stops_nothing(pacing: Pacing, clock: FakeClock) -> None:
    burst(pacing, "chat.postMessage")
    clock.advance(-3600)
    assert burst(pacing, "chat.postMessage") == (3, 3.0)


def test_channels_of_the_past_are_forgotten(pacing: Pacing, clock: FakeClock) -> None:
    for number in range(MOST_KEYS):
        pacing.take("chat.postMessage", f"C{number}")
    clock.advance(3)
    pacing.take("chat.postMessage", "C1")
    pacing.take("chat.postMessage", "CNEW")
    assert len(pacing._past) == 2
    assert burst(pacing, "chat.postMessage", "C1") == (2, 3.0)


async def test_a_call_that_would_come_too_soon_does_not_go_out(
    api: SlackApi, slack: FakeSlack, clock: FakeClock
) -> None:
    for _ in range(3):
        await api.call("chat.postMessage", channel="C1", text="x")
    with pytest.raises(RateLimited, match=r"chat\.postMessage has to wait 3\.0 seconds") as caught:
        await api.call("chat.postMessage", channel="C1", text="x")
    assert caught.value.retry_after == 3.0
    await api.call("chat.postMessage", channel="C2", text="x")
    assert len(slack.calls) == 4


def test_the_app_asks_for_the_least() -> None:
    assert BOT_SCOPES == (
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "users:read",
    )
    assert set(EVENTS) == INBOUND_SCOPES.keys() - {"slash_command"}
