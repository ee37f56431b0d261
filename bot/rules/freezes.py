"""Owns how a freeze window reads, and whether one covers another.

Whether a moment lies in one is a gate's question, with time zones and what they do to clocks.
"""

from __future__ import annotations

from typing import Final

from bot.model.config import Freeze

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_MINUTES: Final = 24 * 60
WEEK_MINUTES: Final = 7 * DAY_MINUTES


def window(freeze: Freeze) -> str:
    """`from Friday 16:00 to Monday 08:00 (Europe/Berlin)`."""
    if freeze.from_day is None or freeze.to_day is None:
        start, end = ((each or "").replace("T", " ") for each in (freeze.from_date, freeze.to_date))
        return f"from {start} to {end} ({freeze.timezone})"
    start, end = f"{DAYS[freeze.from_day]} {freeze.from_time:%H:%M}", f"{DAYS[freeze.to_day]} {freeze.to_time:%H:%M}"
    return f"from {start} to {end} ({freeze.timezone})"


def covers(wide: Freeze, narrow: Freeze) -> bool:
    """Whether nothing ships in `wide` whenever nothing ships in `narrow`; of two time zones, no."""
    if wide.timezone != narrow.timezone:
        return False
    first, second = _week(wide), _week(narrow)
    if first is None or second is None:
        return first is second is None and _within(wide, narrow)
    start, length = (second[0] - first[0]) % WEEK_MINUTES, second[1]
    return start + length <= first[1]


def _week(freeze: Freeze) -> tuple[int, int] | None:
    """The minute of the week in which it begins, and how many it takes; a whole week where both ends are one."""
    if freeze.from_day is None or freeze.to_day is None:
        return None
    start = freeze.from_day * DAY_MINUTES + freeze.from_time.hour * 60 + freeze.from_time.minute
    end = freeze.to_day * DAY_MINUTES + freeze.to_time.hour * 60 + freeze.to_time.minute
    return start, (end - start) % WEEK_MINUTES or WEEK_MINUTES


def _within(wide: Freeze, narrow: Freeze) -> bool:
    """Dates as they are written sort as they come."""
    return (wide.from_date or "") <= (narrow.from_date or "") and (wide.to_date or "") >= (narrow.to_date or "")
