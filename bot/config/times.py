"""Owns times as people write them: how long something lasts, and when nothing ships."""

from __future__ import annotations

import functools
from datetime import datetime, time, timedelta
from importlib import resources
from typing import Final

from bot.config import shape
from bot.config.faults import Faults, did_you_mean, shown
from bot.model.config import Freeze, Path
from bot.rules.nearest import nearest

LONGEST: Final = timedelta(days=30)
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def duration(written: str, path: Path, faults: Faults) -> timedelta:
    """`30m`, `4h`, `2d`."""
    found = timedelta(**{_UNITS[written[-1]]: int(written[:-1])})
    if found > LONGEST:
        faults.at_value(path, f"{shown(written)} is longer than 30 days", "Write 30d or less.")
    return found


def freeze(found: shape.Freeze, path: Path, faults: Faults) -> Freeze:
    """A window in which nothing ships; one that is empty or ends before it begins goes to `faults`."""
    _judge_zone(found.timezone, (*path, "timezone"), faults)
    begins, ends = _moment(found.from_, (*path, "from"), faults), _moment(found.to, (*path, "to"), faults)
    reason = found.reason or ""
    match begins, ends:
        case (int() as from_day, time() as from_time), (int() as to_day, time() as to_time):
            if begins == ends:
                faults.at_value((*path, "to"), "the freeze ends when it begins", "Nothing would be frozen.")
            return Freeze(
                timezone=found.timezone,
                from_day=from_day,
                from_time=from_time,
                to_day=to_day,
                to_time=to_time,
                reason=reason,
            )
        case datetime(), datetime():
            if ends <= begins:
                faults.at_value((*path, "to"), "the freeze ends before it begins", "Swap the two dates.")
            return Freeze(timezone=found.timezone, from_date=_told(begins), to_date=_told(ends), reason=reason)
    if begins is not None and ends is not None:
        faults.at_value((*path, "to"), "one end is weekly and the other one is a date", "Write both alike.")
    return Freeze(timezone=found.timezone, reason=reason)


def _told(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _moment(written: str, path: Path, faults: Faults) -> tuple[int, time] | datetime | None:
    """A day of the week with a time, or a date with one; None where none is written, or one that does not exist."""
    if not written:
        return None
    day, clock = written.split()
    if day in DAYS:
        return DAYS.index(day), time.fromisoformat(clock)
    try:
        return datetime.fromisoformat(f"{day}T{clock}")
    except ValueError:
        faults.at_value(path, f"there is no such date as {shown(day)}")
        return None


def _judge_zone(name: str, path: Path, faults: Faults) -> None:
    if name and name not in _zones():
        options = (zone for zone in _zones() if zone[0].casefold() == name[0].casefold())
        better = _by_city().get(name.casefold().replace(" ", "_")) or nearest(name, options)
        faults.at_value(path, f"there is no time zone {shown(name)}", did_you_mean(better) or "Such as Europe/Berlin.")


@functools.cache
def _zones() -> frozenset[str]:
    """All names of the time zone database. Opening the zones one by one would take a tenth of a second."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@functools.cache
def _by_city() -> dict[str, str]:
    return {zone.rsplit("/", 1)[-1].casefold(): zone for zone in sorted(_zones(), reverse=True)}
