"""Owns work that comes round again: when it is next due. Its row remembers, so a restart neither skips nor doubles.

croniter is imported for the first crontab line, for it brings dateutil along and most schedules are mere seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import BotError
from bot.model.job import Job

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One thing that comes round."""

    name: str
    kind: str
    when: float | str
    """Seconds between the end of one round and the next, or a crontab line in UTC."""

    def __post_init__(self) -> None:
        """Raises `BotError` for a crontab line that can not be read or seconds that are not positive."""
        fine = _is_crontab(self.when) if isinstance(self.when, str) else self.when > 0
        if not fine:
            raise BotError(f"The schedule of {self.name} can not be read: {self.when!r}")

    def after(self, moment: datetime) -> datetime:
        """When it is due next."""
        if isinstance(self.when, str):
            return _after(self.when, moment)
        return moment + timedelta(seconds=self.when)

    def job(self, now: datetime) -> Job:
        """Its row; the name is the key, so there is one however often it is planned."""
        return Job(kind=self.kind, key=self.name, payload={"v": VERSION}, run_at=self.after(now))


def _is_crontab(line: str) -> bool:
    from croniter import croniter

    return bool(croniter.is_valid(line))


def _after(line: str, moment: datetime) -> datetime:
    from croniter import croniter

    due: datetime = croniter(line, moment).get_next(datetime)
    return due
