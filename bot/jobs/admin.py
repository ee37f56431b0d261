"""Owns what an operator does with jobs from another process: short transactions beside the one that serves.

The engine notices within `LONGEST_WAIT` of bot/jobs/embedded.py. Each function opens the database itself, and raises
`BotError` for a URL that can not be served and for a database that is not at this version's schema.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from bot.errors import BotError, UserError
from bot.jobs.choice import is_current, open_database
from bot.jobs.timer import SystemTimer
from bot.model.job import JobRow
from bot.store.unit import Unit, Units
from bot.terminal import operator


async def listed(database_url: str, state: str | None = None) -> Sequence[JobRow]:
    """The jobs, held ones first, then by when they are due; `state` is `ready` or `held`, None means both."""
    async with _units(database_url) as units, units.read() as unit:
        return await unit.jobs.all(state)


async def retry(database_url: str, job: str) -> str | None:
    """A held job becomes due now, with all its attempts before it; its kind, or None when there is no such held job.

    Raises `UserError` when that is no job's id.
    """
    async with _units(database_url) as units, units.write() as unit:
        held, now = await unit.jobs.get(_id(job)), SystemTimer().now()
        if held is None or not await unit.jobs.retry(_id(job), now):
            return None
        await _note(unit, "job_retried", held, now)
        return held.kind


async def drop(database_url: str, job: str) -> bool:
    """A held job is given up for good; False when there is no such held job. Raises `UserError` as `retry` does."""
    async with _units(database_url) as units, units.write() as unit:
        held = await unit.jobs.get(_id(job))
        if held is None or not await unit.jobs.drop(_id(job)):
            return False
        await _note(unit, "job_dropped", held, SystemTimer().now())
        return True


async def _note(unit: Unit, action: str, job: JobRow, at: datetime) -> None:
    """An operator decided about a job: one audit row, in the transaction that does it (T25)."""
    await unit.audit.write(
        action=action,
        at=at,
        person=None,
        connection=None,
        repository=None,
        request=None,
        reason=None,
        facts={"operator": operator(), "job": str(job.id), "kind": job.kind, "key": job.key},
    )


@asynccontextmanager
async def _units(database_url: str) -> AsyncIterator[Units]:
    database = open_database(database_url, SystemTimer())
    try:
        if not await is_current(database):
            raise BotError(f"{database.label} is not at this version's schema: run `signalbox migrate` first.")
        yield Units(database, SystemTimer())
    finally:
        await database.close()


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UserError(f"{text!r} is not a job's id.", usage="signalbox jobs list") from error
