"""How long something waits for an upstream, and how soon it is asked again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import RateLimited, Unreachable, UpstreamError
from bot.rules import patience
from tests.support.make import NOON

AWAY = Unreachable()


def pause(waited: float, error: UpstreamError = AWAY, jitter: float = 1.0) -> float | None:
    """Seconds until the next question after having waited for so long."""
    now = NOON + timedelta(seconds=waited)
    due = patience.again(error, since=NOON, now=now, jitter=jitter)
    return None if due is None else (due - now).total_seconds()


@pytest.mark.parametrize(("waited", "longest"), [(0, 5), (10, 5), (20, 10), (60, 30), (120, 60), (3600, 60)])
def test_the_pauses_grow_up_to_a_minute(waited: float, longest: float) -> None:
    assert pause(waited) == longest
    assert pause(waited, jitter=0.0) == longest / 2


@pytest.mark.parametrize("status", [429, None])
def test_an_upstream_that_names_a_time_is_asked_then(status: int | None) -> None:
    assert pause(60, RateLimited("Wait", status=status, retry_after=600), jitter=0.5) == 600.5


def test_the_last_question_falls_on_the_end() -> None:
    almost = patience.OUTAGE.total_seconds() - 1
    assert pause(almost) == 1
    assert pause(almost, RateLimited("Wait", status=429, retry_after=3600)) == 1
    assert pause(almost + 1) is None
    assert pause(-60) is not None


def test_what_was_typed_otherwise_has_its_own_limit() -> None:
    late = NOON + patience.TYPED
    assert patience.again(AWAY, since=NOON, now=late, jitter=1.0, limit=patience.TYPED) is None
    assert patience.again(AWAY, since=NOON, now=late, jitter=1.0) is not None


@pytest.mark.parametrize(
    ("error", "waited", "told"),
    [
        (AWAY, 5, False),
        (AWAY, 6, True),
        (RateLimited("Wait", status=429, retry_after=60), 0, True),
        (RateLimited("Wait", status=429, retry_after=2), 8, False),
        (RateLimited("Wait", status=429, retry_after=2), 30, True),
        (RateLimited("Our own pace", retry_after=1800), 0, True),
        (RateLimited("Our own pace", retry_after=1), 8, False),
    ],
)
def test_a_pause_is_told_when_it_lasts(error: UpstreamError, waited: float, told: bool) -> None:
    assert patience.lasts(error, timedelta(seconds=waited)) is told


def test_our_own_pace_is_nobodys_fault() -> None:
    assert patience.own_pace(RateLimited("Wait", retry_after=1))
    assert not patience.own_pace(RateLimited("Wait", status=429, retry_after=1))
    assert not patience.own_pace(AWAY)
