"""Puts together what the command line does with a whole database: prune it, renew it, restore it.

Each function opens the database itself, and raises `BotError` for one that can not be used as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, count
from pathlib import Path

from bot.errors import BotError
from bot.flow import keep, maintenance
from bot.flow import prune as pruning
from bot.flow import renew as renewing
from bot.flow.answer import Reply
from bot.github import happened
from bot.jobs.timer import SystemTimer, Timer
from bot.render.renderer import Renderer
from bot.rules import retention
from bot.store import backup
from bot.store.database import Database, is_postgres, sqlite_path
from bot.store.lock import serving_lock
from bot.store.migrate import is_current
from bot.store.mint import Mint
from bot.store.unit import Units
from bot.wiring import TEMPLATES


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did."""

    taken_back: Mapping[str, int]
    aside: Path | None
    """Where the database lies that was there until now; None when there was none, or it was put back by others."""


async def prune(
    database_url: str, older_than: timedelta | None, *, dry_run: bool
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Throw away what is too old; returns how much of each there was before and after. `dry_run` only counts."""
    async with _units(database_url) as (_, units):
        step = pruning.Prune(units, SystemTimer(), retention.kept_for(older_than))
        if dry_run:
            counts = await step.counts()
            return counts, counts
        await _copy_facts(units)
        before = await step.counts()
        await step.all()
        after = await step.counts()
        gone = {what: count - after[what] for what, count in before.items() if count > after[what]}
        async with units.write() as unit:
            await maintenance.note_pruning(unit, SystemTimer().now(), older_than, gone)
        return before, after


async def _copy_facts(units: Units) -> None:
    """Nothing is pruned before it was read for its facts. Whose connections are GitHub's, their facts tell."""
    async with units.read() as unit:
        connections = [each for each in await unit.connections.all() if each.app_id is not None]
    step = keep.Keep(units, {each.id: happened.read for each in connections}, SystemTimer())
    while await step({}) is not None:
        pass


async def end_maintenance(database_url: str) -> bool:
    """Commands count again; False when there was no maintenance."""
    async with _units(database_url) as (_, units):
        return await maintenance.end(units, SystemTimer())


async def renew(database_url: str) -> Restored:
    """Begin a new generation in a database that was put back by other means.

    Raises `AlreadyRunning` while somebody uses it.
    """
    if not is_postgres(database_url):
        with serving_lock(sqlite_path(database_url)):
            return await _renew(database_url, SystemTimer())
    return await _renew(database_url, SystemTimer())


async def _renew(database_url: str, timer: Timer) -> Restored:
    async with _units(database_url, timer) as (database, units):
        reply = Reply(units, Renderer(TEMPLATES, None), timer, Mint())
        async with _alone(database):
            return Restored(taken_back=await renewing.renew(reply), aside=None)


def restore(database_url: str, file: Path, *, timer: Timer | None = None) -> Restored:
    """Put a backup in place of a SQLite database, renewed, in maintenance.

    Raises `AlreadyRunning` while somebody serves it, and as `bot.store.backup` for a backup that can not be used. Until
    the very end the database is as it was. `timer` lets stories travel in time.
    """
    if is_postgres(database_url):
        raise BotError(
            "PostgreSQL is restored by its own program, while nobody serves, into an empty database: "
            f'pg_restore --exit-on-error --single-transaction --no-owner --dbname="$DATABASE_URL" {file}; '
            "then `signalbox migrate` and `signalbox restore --renew`. docs/operating.md has all steps."
        )
    database = sqlite_path(database_url)
    with serving_lock(database):
        work = backup.prepare(database, file)
        timer = timer or SystemTimer()
        renewed = asyncio.run(_renew(backup.url_of(work), timer))
        aside = _unused(database.with_name(f"{database.name}.before-restore-{timer.now():%Y%m%dT%H%M%SZ}"))
        existed = database.exists()
        backup.put_in_place(work, database, aside)
    return Restored(taken_back=renewed.taken_back, aside=aside if existed else None)


def _unused(path: Path) -> Path:
    """A name that no file has: a second restore in the same second keeps what the first one kept."""
    names = (path.with_name(f"{path.name}{suffix}") for suffix in chain([""], (f"-{n}" for n in count(2))))
    return next(name for name in names if not name.exists())


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    """For the length of the block nobody else uses it. On SQLite the serving lock says so, for whoever serves."""
    if database.path is not None:
        yield
        return
    from bot.store.postgres import alone

    async with alone(database.writing, database.reading):
        yield


@asynccontextmanager
async def _units(database_url: str, timer: Timer | None = None) -> AsyncIterator[tuple[Database, Units]]:
    database = Database.open(database_url)
    try:
        if not await is_current(database):
            raise BotError("The database is not at this version's schema: run `signalbox migrate` first.")
        yield database, Units(database, timer or SystemTimer())
    finally:
        await database.close()
