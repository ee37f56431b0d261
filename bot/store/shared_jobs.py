"""Owns the rows of jobs where several processes share the database: each change to a row also tells the queue.

The row stays the truth of what must happen; a queue only says who does it and when to look. Both change in one
transaction. What has no place in the queue all the same (`signalbox restore`, an interrupted install) the engine of
bot/jobs/postgres.py finds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from bot.model.job import Job
from bot.store.jobs import AGAIN, READY, WAIT, Jobs, StoredJob, Waiting, stored
from bot.store.schema import jobs as table

_AMONG = select(table).where(table.c.id.in_(bindparam("ids", expanding=True)), table.c.state == READY)
_FINISH = (
    delete(table)
    .where(tuple_(table.c.id, table.c.revision).in_(bindparam("seen", expanding=True)))
    .returning(table.c.id)
)
_MOMENT = (table.c.id, table.c.run_at)


class Queue(Protocol):
    """Hands jobs out to the processes that run them. Every method works in the caller's transaction."""

    replica: UUID
    """In whose name this process takes jobs and gives them back."""

    async def ready(self, sql: AsyncConnection) -> bool:
        """Whether its own tables are those of this version."""

    async def put(self, sql: AsyncConnection, jobs: Sequence[StoredJob]) -> None:
        """They are due at `run_at`. One that waits comes forward, never back; one that runs is left alone."""

    async def give_back(self, sql: AsyncConnection, due: Mapping[UUID, datetime]) -> None:
        """They ran here, and are due again at these moments."""

    async def take_out(self, sql: AsyncConnection, jobs: Collection[UUID]) -> None:
        """Nothing is to be done about them any more."""


class SharedJobs(Jobs):
    """Jobs, and their places in the queue. Its transactions see what is newest (`Units.write(newest=True)`)."""

    def __init__(self, connection: AsyncConnection, queue: Queue) -> None:
        """In this transaction."""
        super().__init__(connection)
        self._queue = queue

    async def enqueue(self, jobs: Sequence[Job], now: datetime) -> list[StoredJob]:
        """As `Jobs.enqueue`."""
        rows = await super().enqueue(jobs, now)
        await self._queue.put(self._sql, rows)
        return rows

    async def among(self, ids: Collection[UUID]) -> list[StoredJob]:
        """Those of these jobs that are ready."""
        return [stored(row) for row in await self._sql.execute(_AMONG, {"ids": list(ids)})]

    async def finish(self, done: Sequence[StoredJob]) -> bool:
        """As `Jobs.finish`."""
        seen = [(job.id, job.revision) for job in done]
        gone = set((await self._sql.execute(_FINISH, {"seen": seen})).scalars())
        again: dict[UUID, datetime] = {}
        for job in done:
            if job.id not in gone:
                values = {"job": job.id, "seen": job.revision}
                again |= await self._moments(AGAIN.returning(*_MOMENT), values)
        await self._move({job.id for job in done}, again)
        return bool(again)

    async def wait(self, waiting: Sequence[Waiting]) -> None:
        """As `Jobs.wait`."""
        due: dict[UUID, datetime] = {}
        for each in waiting:
            due |= await self._moments(WAIT.returning(*_MOMENT), each.values())
        await self._move({each.job.id for each in waiting}, due)

    async def hold(self, given_up: Sequence[Waiting]) -> None:
        """As `Jobs.hold`."""
        await super().hold(given_up)
        await self._queue.take_out(self._sql, {each.job.id for each in given_up})

    async def retry(self, job: UUID, now: datetime) -> bool:
        """As `Jobs.retry`."""
        found = await super().retry(job, now)
        if found:
            await self.queue_up([job])
        return found

    async def queue_up(self, ids: Collection[UUID]) -> None:
        """Whichever of these are ready are in the queue, if they were not."""
        await self._queue.put(self._sql, await self.among(ids))

    async def leave(self, ids: Collection[UUID]) -> None:
        """Nothing is to be done about these: there are no such jobs, or none that are ready."""
        await self._queue.take_out(self._sql, ids)

    async def _moments(self, statement: ReturningUpdate[Any], values: Mapping[str, Any]) -> dict[UUID, datetime]:
        rows = await self._sql.execute(statement, values)
        return {row.id: row.run_at for row in rows}

    async def _move(self, ran: set[UUID], due: Mapping[UUID, datetime]) -> None:
        if due:
            await self._queue.give_back(self._sql, due)
        if gone := ran - due.keys():
            await self._queue.take_out(self._sql, gone)
