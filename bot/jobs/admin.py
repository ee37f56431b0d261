"""Owns what an operator does with jobs from another process, in short transactions beside the one that serves.

The engine notices within `LONGEST_WAIT` of bot/jobs/embedded.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bot.errors import UserError
from bot.model.job import JobRow
from bot.store.clock import Clock
from bot.store.jobs import HELD
from bot.store.unit import Units


class Jobs:
    """`signalbox jobs list|retry|drop`."""

    def __init__(self, units: Units, clock: Clock) -> None:
        """In this store."""
        self._units = units
        self._clock = clock

    async def all(self, *, held_only: bool = False) -> Sequence[JobRow]:
        """Held ones first, then by when they are due."""
        async with self._units.read() as unit:
            return await unit.jobs.all(HELD if held_only else None)

    async def retry(self, job: str) -> JobRow:
        """Let a held job run again now, with all its attempts. Raises `UserError` when there is no such held job."""
        async with self._units.write() as unit:
            row = await unit.jobs.get(_id(job)) if await unit.jobs.retry(_id(job), self._clock.now()) else None
        if row is None:
            raise UserError(f"There is no held job {job}.", usage="signalbox jobs retry <id>")
        return row

    async def drop(self, job: str) -> None:
        """Give a held job up for good. Raises `UserError` when there is no such held job."""
        async with self._units.write() as unit:
            dropped = await unit.jobs.drop(_id(job))
        if not dropped:
            raise UserError(f"There is no held job {job}.", usage="signalbox jobs drop <id>")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UserError(f"{text!r} is not a job's id.", usage="signalbox jobs list") from error
