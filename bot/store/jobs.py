"""Owns the rows of jobs: what must happen, until it has. Who runs them is in bot/jobs.

`(kind, key)` is unique, so a payload must follow from its kind and key: asking again keeps the first payload.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Delete, Row, Select, Update, and_, bindparam, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from bot.model.job import Job, JobRow
from bot.store.columns import Moment
from bot.store.dialect import insert
from bot.store.mint import new_id
from bot.store.schema import jobs as table

READY = "ready"
HELD = "held"

Known = frozenset[tuple[str, int]]
"""Kinds and payload versions that a process has handlers for."""

# When it was asked for while it ran. Another replica's clock may have thought it waits, and moved `run_at` instead.
_ASKED = func.coalesce(table.c.again_at, table.c.run_at)
_DUE = bindparam("due", type_=Moment())
# Statements are built once: building costs more than running them.
_FINISH = delete(table).where(table.c.id == bindparam("job"), table.c.revision == bindparam("seen"))
AGAIN = (
    update(table)
    .where(table.c.id == bindparam("job"), table.c.revision != bindparam("seen"))
    .values(run_at=_ASKED, again_at=None, attempts=0, last_error=None)
)
WAIT = (
    update(table)
    .where(table.c.id == bindparam("job"))
    .values(
        # Asked for again meanwhile, and earlier: then earlier it is.
        run_at=case(
            (and_(table.c.revision != bindparam("seen"), _ASKED < _DUE), _ASKED),
            else_=_DUE,
        ),
        again_at=None,
        attempts=bindparam("tries"),
        last_error=bindparam("error"),
    )
)
_HOLD = (
    update(table)
    .where(table.c.id == bindparam("job"))
    .values(state=HELD, again_at=None, attempts=bindparam("tries"), last_error=bindparam("error"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJob:
    """A job that is ready, as the engine reads it."""

    id: UUID
    kind: str
    key: str
    payload: Mapping[str, Any]
    run_at: datetime
    attempts: int
    revision: int
    """Raised each time the key is asked for; finishing an old revision leaves the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How a job goes on that is not done: due when, after how many failures in a row, the last of them being which."""

    job: StoredJob
    due: datetime
    tries: int
    error: str | None

    def values(self) -> dict[str, Any]:
        """What a statement binds."""
        job = self.job
        return {"job": job.id, "seen": job.revision, "due": self.due, "tries": self.tries, "error": self.error}


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFigures:
    """How much there is to do of one kind."""

    ready: int
    """Waiting, due ones included."""
    due: int
    held: int
    oldest_due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How much there is to do."""

    kinds: Mapping[str, KindFigures]
    """Only kinds of which there are jobs."""

    @property
    def ready(self) -> int:
        """Waiting, due ones included."""
        return sum(each.ready for each in self.kinds.values())

    @property
    def due(self) -> int:
        """Could run by now."""
        return sum(each.due for each in self.kinds.values())

    @property
    def held(self) -> int:
        """Gave up."""
        return sum(each.held for each in self.kinds.values())

    @property
    def oldest_due(self) -> datetime | None:
        """Since when the one is due that waits longest."""
        return min((each.oldest_due for each in self.kinds.values() if each.oldest_due), default=None)


class Jobs:
    """Jobs."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def enqueue(self, jobs: Sequence[Job], now: datetime) -> list[StoredJob]:
        """Keep them. A key that waits comes forward, one that is due runs once more, one that is held stays held.

        Returns the rows as they are now, without those that are held.
        """
        kept: list[StoredJob] = []
        for job in jobs:
            rows = await self._sql.execute(_enqueue_statement(self._sql.dialect.name), _columns(job, now))
            kept.extend(stored(row) for row in rows)
        return kept

    async def ready(self, known: Known, limit: int) -> list[StoredJob]:
        """Those that are or become due, the earliest first; kinds and versions that are not known are left alone."""
        rows = await self._sql.execute(_ready_statement(known), {"most": limit})
        return [stored(row) for row in rows]

    async def finish(self, done: Sequence[StoredJob]) -> bool:
        """They have happened: gone, except those that were asked for again while they ran, which become due again.

        Returns whether there are such.
        """
        keys = [{"job": job.id, "seen": job.revision} for job in done]
        if await self._changed(_FINISH, keys) == len(done):
            return False
        return await self._changed(AGAIN, keys) > 0

    async def _changed(self, statement: Delete | Update, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many rows a statement changed for all of these values."""
        if self._sql.dialect.supports_sane_multi_rowcount:
            return (await self._sql.execute(statement, rows)).rowcount
        return sum([(await self._sql.execute(statement, row)).rowcount for row in rows])

    async def wait(self, waiting: Sequence[Waiting]) -> None:
        """They have not happened yet: due again when they say, or when they were asked for meanwhile."""
        await self._sql.execute(WAIT, [each.values() for each in waiting])

    async def hold(self, given_up: Sequence[Waiting]) -> None:
        """They failed for the last time: kept, shown, and left alone until a person decides."""
        rows = [{"job": each.job.id, "tries": each.tries, "error": each.error} for each in given_up]
        await self._sql.execute(_HOLD, rows)

    async def all(self, state: str | None = None) -> Sequence[JobRow]:
        """What there is, held ones first, then by when they are due."""
        statement = select(table).order_by(table.c.state, table.c.run_at, table.c.id)
        if state is not None:
            statement = statement.where(table.c.state == state)
        return [_row(row) for row in await self._sql.execute(statement)]

    async def get(self, job: UUID) -> JobRow | None:
        """By its id."""
        row = (await self._sql.execute(select(table).where(table.c.id == job))).one_or_none()
        return None if row is None else _row(row)

    async def unfinished(self, kind: str, keys: Sequence[str]) -> frozenset[str]:
        """Which of these keys have a job of this kind that is not done, held ones included."""
        statement = select(table.c.key).where(table.c.kind == kind, table.c.key.in_(keys))
        return frozenset((await self._sql.execute(statement)).scalars())

    async def forget(self, kinds: Collection[str]) -> int:
        """Jobs of these kinds will never be done, held ones included; how many there were."""
        return (await self._sql.execute(delete(table).where(table.c.kind.in_(kinds)))).rowcount

    async def retry(self, job: UUID, now: datetime) -> bool:
        """A held job becomes due now, with all its attempts before it; False when there is no such held job."""
        statement = update(table).where(table.c.id == job, table.c.state == HELD)
        result = await self._sql.execute(statement.values(state=READY, run_at=now, attempts=0))
        return result.rowcount == 1

    async def drop(self, job: UUID) -> bool:
        """A held job is given up for good; False when there is no such held job."""
        result = await self._sql.execute(delete(table).where(table.c.id == job, table.c.state == HELD))
        return result.rowcount == 1

    async def figures(self, now: datetime) -> Figures:
        """Counts of what is ready, due by now and held, and since when the oldest is due, by kind."""
        due = and_(table.c.state == READY, table.c.run_at <= now)
        statement = select(
            table.c.kind,
            func.count().filter(table.c.state == READY).label("ready"),
            func.count().filter(due).label("due"),
            func.count().filter(table.c.state == HELD).label("held"),
            func.min(table.c.run_at).filter(due).label("oldest_due"),
        ).group_by(table.c.kind)
        rows = await self._sql.execute(statement)
        return Figures(
            kinds={
                row.kind: KindFigures(ready=row.ready, due=row.due, held=row.held, oldest_due=row.oldest_due)
                for row in rows
            }
        )


@cache
def _enqueue_statement(dialect: str) -> ReturningInsert[Any]:
    statement = insert(dialect, table)
    # `created_at` of the new row is now. A row that is due by now may be running: only the engine's memory knows.
    new, old = statement.excluded, table.c
    waits, due = old.run_at > new.created_at, old.run_at <= new.created_at
    sooner = case((new.run_at < old.run_at, new.run_at), else_=old.run_at)
    again = case((or_(old.again_at.is_(None), new.run_at < old.again_at), new.run_at), else_=old.again_at)
    changes = {
        "run_at": case((waits, sooner), else_=old.run_at),
        "again_at": case((due, again), else_=old.again_at),
        "revision": old.revision + 1,
    }
    upsert = statement.on_conflict_do_update(index_elements=[old.kind, old.key], set_=changes, where=old.state == READY)
    return upsert.returning(table)


@cache
def _ready_statement(known: Known) -> Select[Any]:
    pairs = [and_(table.c.kind == kind, table.c.payload_version == version) for kind, version in sorted(known)]
    return (
        select(table)
        .where(table.c.state == READY, or_(False, *pairs))
        .order_by(table.c.run_at, table.c.id)
        .limit(bindparam("most"))
    )


def _columns(job: Job, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": job.kind,
        "key": job.key,
        "payload": dict(job.payload),
        "payload_version": job.payload["v"],
        "state": READY,
        "run_at": job.run_at or now,
        "again_at": None,
        "revision": 1,
        "attempts": 0,
        "last_error": None,
        "created_at": now,
    }


def stored(row: Row[Any]) -> StoredJob:
    """A ready job from its row."""
    return StoredJob(
        id=row.id,
        kind=row.kind,
        key=row.key,
        payload=row.payload,
        run_at=row.run_at,
        attempts=row.attempts,
        revision=row.revision,
    )


def _row(row: Row[Any]) -> JobRow:
    return JobRow(
        id=str(row.id),
        kind=row.kind,
        key=row.key,
        payload=row.payload,
        state=row.state,
        run_at=row.run_at,
        attempts=row.attempts,
        last_error=row.last_error,
        created_at=row.created_at,
    )
