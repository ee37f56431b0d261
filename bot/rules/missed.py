"""Owns which failed deliveries GitHub is asked to send again, when, and when it has been enough."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.model.delivery import Attempt

PACE: Final = timedelta(seconds=1)
"""Between two requests to send again.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#pause-between-mutative-requests
"""

FIRST_WAIT: Final = timedelta(minutes=5)
"""After a delivery failed once more, as when we can not be reached still; each further wait is twice as long."""

MOST_ASKED: Final = 10
"""For one delivery. The waits between them add up to 42 hours of the three days that github.com remembers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for one delivery so far."""

    attempt: int
    """The failed attempt that was answered last."""
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request to make, not before `at`."""

    attempt: Attempt
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What comes of a page of attempts."""

    asks: Sequence[Ask]
    """Oldest delivery first: what happened first is told first."""
    given_up: Sequence[Attempt]
    """Failed as often as we ask."""


def plan(newest_first: Sequence[Attempt], known: Collection[str], asked: Mapping[str, Asked], now: datetime) -> Plan:
    """Judge a page: once per GUID, and not for what is `known` (recorded) or got through at another attempt.

    A first failure is asked about once; it is asked about again only when a later attempt is seen to have failed too.
    """
    arrived = {each.guid for each in newest_first if each.ok} | set(known)
    newest = {each.guid: each for each in reversed(newest_first)}
    failed = sorted((each for each in newest.values() if each.guid not in arrived), key=lambda each: each.id)
    open_ones = [each for each in failed if _unanswered(each, asked.get(each.guid))]
    given_up = [each for each in open_ones if _times(each, asked) >= MOST_ASKED]
    asks = [
        Ask(attempt=each, at=now + place * PACE + _wait(_times(each, asked)))
        for place, each in enumerate(each for each in open_ones if each not in given_up)
    ]
    return Plan(asks=asks, given_up=given_up)


def _unanswered(attempt: Attempt, asked: Asked | None) -> bool:
    return asked is None or (attempt.redelivery and attempt.id > asked.attempt)


def _times(attempt: Attempt, asked: Mapping[str, Asked]) -> int:
    return asked[attempt.guid].times if attempt.guid in asked else 0


def _wait(times: int) -> timedelta:
    return FIRST_WAIT * 2 ** (times - 1) if times else timedelta()
