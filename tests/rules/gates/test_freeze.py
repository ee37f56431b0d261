"""Windows in which nothing ships: over the week's end, between dates, and through the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest

from bot.model.config import Freeze
from bot.model.decision import Reason
from bot.rules.gates.freeze import thawed

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


def weekly(from_day: int, from_time: str, to_day: int, to_time: str, zone: str = "UTC", **more: Any) -> Freeze:
    return Freeze(
        timezone=zone,
        from_day=from_day,
        from_time=time.fromisoformat(from_time),
        to_day=to_day,
        to_time=time.fromisoformat(to_time),
        **more,
    )


def dated(start: str | None, end: str | None, zone: str = "UTC") -> Freeze:
    return Freeze(timezone=zone, from_date=start, to_date=end)


WEEKEND = weekly(FRIDAY, "16:00", MONDAY, "08:00", "Europe/Berlin", reason="weekend")  # 15:00 and 07:00 UTC in winter
WEEKDAYS = weekly(MONDAY, "08:00", FRIDAY, "16:00")
LUNCH = weekly(WEDNESDAY, "12:00", WEDNESDAY, "13:00")
OVER_NEW_YEAR = dated("2026-12-20T16:00", "2027-01-04T08:00", "America/New_York")
SPRING = weekly(SUNDAY, "02:30", SUNDAY, "04:00", "Europe/Berlin")
"""On 2026-03-29 there is no 02:30: at 01:00 UTC it goes from 02:00 to 03:00."""
SPRING_END = weekly(SUNDAY, "00:00", SUNDAY, "02:30", "Europe/Berlin")
AUTUMN = weekly(SUNDAY, "00:00", SUNDAY, "02:30", "Europe/Berlin")
"""On 2026-10-25 there are two: at 00:30 UTC and at 01:30 UTC."""
AUTUMN_START = weekly(SUNDAY, "02:30", SUNDAY, "05:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("freeze", "now", "frozen"),
    [
        # 2026-11-20 is a Friday.
        (WEEKEND, "2026-11-20T14:59:59", False),
        (WEEKEND, "2026-11-20T15:00:00", True),
        (WEEKEND, "2026-11-21T23:59:59", True),
        (WEEKEND, "2026-11-22T23:30:00", True),  # Monday already in Berlin
        (WEEKEND, "2026-11-23T06:59:59", True),
        (WEEKEND, "2026-11-23T07:00:00", False),
        (WEEKEND, "2026-11-25T12:00:00", False),
        # In summer the same wall clock is another hour.
        (WEEKEND, "2026-07-17T13:59:59", False),
        (WEEKEND, "2026-07-17T14:00:00", True),
        (WEEKEND, "2026-07-20T05:59:59", True),
        (WEEKEND, "2026-07-20T06:00:00", False),
        # The weekends on which clocks change begin in one and end in the other.
        (WEEKEND, "2026-03-27T15:00:00", True),
        (WEEKEND, "2026-03-30T05:59:59", True),
        (WEEKEND, "2026-03-30T06:00:00", False),
        (WEEKEND, "2026-10-23T13:59:59", False),
        (WEEKEND, "2026-10-23T14:00:00", True),
        (WEEKEND, "2026-10-26T06:59:59", True),
        (WEEKEND, "2026-10-26T07:00:00", False),
        (WEEKDAYS, "2026-11-22T12:00:00", False),
        (WEEKDAYS, "2026-11-23T08:00:00", True),
        (WEEKDAYS, "2026-11-27T15:59:59", True),
        (WEEKDAYS, "2026-11-27T16:00:00", False),
        (LUNCH, "2026-11-25T11:59:59", False),
        (LUNCH, "2026-11-25T12:30:00", True),
        (LUNCH, "2026-11-25T13:00:00", False),
        (LUNCH, "2026-11-26T12:30:00", False),
        # The same day, and earlier at its end: nearly a week.
        (weekly(WEDNESDAY, "13:00", WEDNESDAY, "12:00"), "2026-11-25T12:30:00", False),
        (weekly(WEDNESDAY, "13:00", WEDNESDAY, "12:00"), "2026-11-25T11:59:00", True),
        (weekly(WEDNESDAY, "13:00", WEDNESDAY, "12:00"), "2026-11-25T13:00:00", True),
        (weekly(WEDNESDAY, "13:00", WEDNESDAY, "13:00"), "2026-11-28T01:00:00", True),  # always
        (OVER_NEW_YEAR, "2026-12-20T20:59:59", False),
        (OVER_NEW_YEAR, "2026-12-20T21:00:00", True),
        (OVER_NEW_YEAR, "2027-01-01T00:00:00", True),
        (OVER_NEW_YEAR, "2027-01-04T12:59:59", True),
        (OVER_NEW_YEAR, "2027-01-04T13:00:00", False),
        # A time that does not exist is taken for the longer window.
        (SPRING, "2026-03-29T00:29:59", False),
        (SPRING, "2026-03-29T00:30:00", True),
        (SPRING, "2026-03-29T01:00:00", True),
        (SPRING, "2026-03-29T01:59:59", True),
        (SPRING, "2026-03-29T02:00:00", False),
        (SPRING_END, "2026-03-29T01:29:59", True),
        (SPRING_END, "2026-03-29T01:30:00", False),
        # One that there are two of: from the first, until the second, and never open between them.
        (AUTUMN, "2026-10-25T00:30:00", True),
        (AUTUMN, "2026-10-25T01:15:00", True),
        (AUTUMN, "2026-10-25T01:29:59", True),
        (AUTUMN, "2026-10-25T01:30:00", False),
        (AUTUMN_START, "2026-10-25T00:29:59", False),
        (AUTUMN_START, "2026-10-25T00:30:00", True),
        (AUTUMN_START, "2026-10-25T01:15:00", True),
        # The other half of the world, put forward at midnight: there is no 00:30 on Sunday, 2026-09-06.
        (weekly(SUNDAY, "00:30", SUNDAY, "06:00", "America/Santiago"), "2026-09-06T03:29:59", False),
        (weekly(SUNDAY, "00:30", SUNDAY, "06:00", "America/Santiago"), "2026-09-06T03:30:00", True),
        (weekly(SUNDAY, "00:30", SUNDAY, "06:00", "America/Santiago"), "2026-09-06T08:59:59", True),
        (weekly(SUNDAY, "00:30", SUNDAY, "06:00", "America/Santiago"), "2026-09-06T09:00:00", False),
    ],
)
def test_when_it_is_on(freeze: Freeze, now: str, frozen: bool) -> None:
    gate = thawed([freeze], now=datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert gate.passed is not frozen
    assert gate.reason is (Reason.FROZEN if frozen else None)


@pytest.mark.parametrize(
    ("freezes", "now", "seen"),
    [
        ([], "2026-11-21T12:00:00", "no freeze is on"),
        (
            [WEEKEND],
            "2026-11-21T12:00:00",
            "production is frozen until Mon 2026-11-23 08:00 Europe/Berlin: weekend",
        ),
        ([OVER_NEW_YEAR], "2027-01-01T00:00:00", "production is frozen until Mon 2027-01-04 08:00 America/New_York"),
        # Of several the one that is on longest.
        (
            [WEEKEND, dated("2026-11-21T00:00", "2026-12-01T00:00"), LUNCH],
            "2026-11-21T12:00:00",
            "production is frozen until Tue 2026-12-01 00:00 UTC",
        ),
        ([SPRING_END], "2026-03-29T01:00:00", "production is frozen until Sun 2026-03-29 03:30 Europe/Berlin"),
    ],
)
def test_until_when(freezes: list[Freeze], now: str, seen: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert thawed(freezes, now=at, environment="production", rule="here").seen == seen


@pytest.mark.parametrize(
    "freeze",
    [
        weekly(MONDAY, "08:00", FRIDAY, "16:00", "Europe/Atlantis"),
        weekly(MONDAY, "08:00", FRIDAY, "16:00", "../../etc/passwd"),
        weekly(MONDAY, "08:00", FRIDAY, "16:00", ""),
        dated("2026-12-20T16:00", None),
        dated(None, "2026-12-20T16:00"),
        dated("Christmas", "2027-01-04T08:00"),
        dated("2027-01-04T08:00", "2026-12-20T16:00"),
        dated("2026-12-20T16:00+01:00", "2027-01-04T08:00+01:00"),
        dated("2026-12-20T16:00", "2027-01-04T08:00+01:00"),
        dated("0001-01-01T00:00", "2027-01-04T08:00", "Asia/Tokyo"),
    ],
)
def test_what_makes_no_sense_is_frozen(freeze: Freeze) -> None:
    gate = thawed([LUNCH, freeze], now=datetime(2026, 11, 21, 12, tzinfo=UTC), rule="here")
    assert (gate.passed, gate.reason, gate.rule) == (False, Reason.FROZEN, "here")
    assert "can not be told" in gate.seen
