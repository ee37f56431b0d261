"""Owns the gate `freeze`: times in which nothing ships, weekly or between two dates, in a time zone of their own.

Clocks are put forward and back. A time that a night has twice, or not at all, is taken so that the window is the longer
one: a freeze that ends an hour late is an annoyance, one that opens in between is an accident.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.model.config import Freeze
from bot.model.decision import Gate, Reason

NAME: Final = "freeze"
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One freeze as it lies on the time line, its end excluded. Aware UTC."""

    start: datetime
    end: datetime
    freeze: Freeze


def thawed(freezes: Iterable[Freeze], *, now: datetime, environment: str = "", rule: str = "") -> Gate:
    """Whether no window is on at `now` (aware); otherwise until when, in the words of the window's own zone.

    A window whose time zone or times make no sense here is on: not knowing is no.
    """
    on: list[Window] = []
    for freeze in freezes:
        try:
            on += [window for window in windows(freeze, now) if window.start <= now < window.end]
        except (KeyError, ValueError, TypeError, OSError, OverflowError):  # an unknown zone is a KeyError
            return _unknown(freeze, rule)
    if not on:
        return Gate(name=NAME, passed=True, seen="no freeze is on", rule=rule)
    last = max(on, key=lambda window: window.end)
    until = last.end.astimezone(ZoneInfo(last.freeze.timezone))
    why = f": {last.freeze.reason}" if last.freeze.reason else ""
    return Gate(
        name=NAME,
        passed=False,
        seen=f"{environment or 'everything'} is frozen until {_moment(until)} {last.freeze.timezone}{why}",
        reason=Reason.FROZEN,
        next_step="Type it again after that.",
        rule=rule,
    )


def windows(freeze: Freeze, now: datetime) -> Iterator[Window]:
    """Those that may be on around `now`. Raises `KeyError`, `ValueError` or `OSError` where it makes no sense."""
    zone = ZoneInfo(freeze.timezone)
    if freeze.from_day is None:
        if freeze.from_date is None or freeze.to_date is None:
            raise ValueError("a freeze needs both its ends")
        first, last = datetime.fromisoformat(freeze.from_date), datetime.fromisoformat(freeze.to_date)
        if last <= first:
            raise ValueError("a freeze ends after it begins")
        yield _window(freeze, zone, first, last)
        return
    today = now.astimezone(zone).date()
    this_week = today - timedelta(days=(today.weekday() - freeze.from_day) % 7)
    for week in (-WEEK, timedelta(0), WEEK):  # the next one too: put forward, a clock may begin it the day before
        start = datetime.combine(this_week, freeze.from_time) + week
        yield _window(freeze, zone, start, start + _length(freeze))


def _length(freeze: Freeze) -> timedelta:
    """By the clock on the wall. The same day and time at both ends is the whole week."""
    assert freeze.from_day is not None
    to_day = freeze.from_day if freeze.to_day is None else freeze.to_day
    span = (
        timedelta(days=to_day - freeze.from_day) + _since_midnight(freeze.to_time) - _since_midnight(freeze.from_time)
    )
    return span % WEEK or WEEK


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)


def _window(freeze: Freeze, zone: ZoneInfo, start: datetime, end: datetime) -> Window:
    """`fold` is which of two: https://peps.python.org/pep-0495/."""
    if start.tzinfo is not None or end.tzinfo is not None:
        raise ValueError("the ends of a freeze have no offset of their own")
    starts, ends = [_both(each, zone) for each in (start, end)]
    return Window(start=min(starts), end=max(ends), freeze=freeze)


def _both(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """The moments that a time on the wall may mean; two different ones only in the night of a change."""
    return [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]


def _moment(until: datetime) -> str:
    """`Mon 2026-11-23 08:00`, whatever the server's language is."""
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[until.weekday()]
    return f"{day} {until:%Y-%m-%d %H:%M}"


def _unknown(freeze: Freeze, rule: str) -> Gate:
    return Gate(
        name=NAME,
        passed=False,
        seen=f"a freeze in the time zone {freeze.timezone} can not be told from its rule on this server",
        reason=Reason.FROZEN,
        next_step="Correct the freeze in the configuration: a known time zone, and an end after its beginning.",
        rule=rule,
    )
