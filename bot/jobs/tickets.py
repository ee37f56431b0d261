"""Owns the places of jobs in PgQueuer's queue: one ticket per job that is ready, changed in our own transactions.

A ticket says who may do a job and when to look; the row of bot/store/jobs.py says what is to be done. Their life is
one: PgQueuer's own calls end a job in a transaction of their own, and have none to bring one forward, so those two
are statements of ours on its table (docs/decisions/0001-engine.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from pgqueuer import AsyncpgDriver, Queries
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.ports.driver import Driver
from pgqueuer.types import Channel
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.timer import Timer
from bot.store.jobs import StoredJob
from bot.store.postgres import connect

# Every name is given: PgQueuer would take those that are not from the environment, from `CHANNEL` and `TRIGGER` too.
SETTINGS: Final = DBSettings(
    prefix="",
    db_schema="pgqueuer",
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.balanced,  # its log of what happened may go in a crash of the server; the queue may not
    widen_id=True,
)
TABLE: Final = SETTINGS.qualified.queue_table
AT_ONCE: Final = timedelta()

_SOONER = f"""
UPDATE {TABLE} ticket SET execute_after = NOW() + wish.delay, updated = NOW()
FROM UNNEST($1::text[], $2::interval[]) AS wish(key, delay)
WHERE ticket.dedupe_key = wish.key AND ticket.status = 'queued' AND ticket.execute_after > NOW() + wish.delay"""
# Only while it is ours: when our heartbeat was late, another replica has taken it, and will say how it goes on.
_GIVE_BACK = f"""
UPDATE {TABLE} ticket
SET status = 'queued', queue_manager_id = NULL, execute_after = NOW() + wish.delay, updated = NOW()
FROM UNNEST($1::text[], $2::interval[]) AS wish(key, delay)
WHERE ticket.dedupe_key = wish.key AND ticket.status = 'picked' AND ticket.queue_manager_id = $3"""
_TAKE_OUT = f"DELETE FROM {TABLE} WHERE dedupe_key = ANY($1::text[]) AND status IN ('queued', 'picked')"


def queries(driver: Driver) -> Queries:
    """PgQueuer's statements, in our names."""
    return Queries(
        driver, QueryBuilderEnvironment(SETTINGS), QueryQueueBuilder(SETTINGS), QuerySchedulerBuilder(SETTINGS)
    )


def install(database_url: str) -> None:
    """Bring PgQueuer's tables to this version. Replicas that ask together take turns. Raises the driver's errors."""
    asyncio.run(_install(database_url))


async def _install(database_url: str) -> None:
    connection = await connect(database_url)
    try:
        await queries(AsyncpgDriver(connection)).upgrade()
    finally:
        await connection.close()


def entrypoint(kind: str, version: int) -> str:
    """What PgQueuer calls this kind and payload version: a replica asks only for those that it knows."""
    return f"{kind}.{version}"


class Tickets:
    """The `Queue` of bot/store/shared_jobs.py."""

    def __init__(self, timer: Timer) -> None:
        """By this clock; the database's own decides when the time has come."""
        self._timer = timer
        self.replica = uuid4()
        """Who we are to PgQueuer."""

    async def ready(self, sql: AsyncConnection) -> bool:
        """As `Queue.ready`. Raises the driver's errors."""
        return not (await queries(await _driver(sql)).plan_upgrade()).statements

    async def put(self, sql: AsyncConnection, jobs: Sequence[StoredJob]) -> None:
        """As `Queue.put`. Raises the driver's errors."""
        if not jobs:
            return
        ids = await queries(await _driver(sql)).enqueue(
            [entrypoint(job.kind, job.payload["v"]) for job in jobs],
            [job.id.bytes for job in jobs],
            [0] * len(jobs),
            [self.delay(job.run_at) for job in jobs],
            [str(job.id) for job in jobs],
            on_conflict="skip",  # anything else would end our transaction
        )
        there = {job.id: job.run_at for job, ticket in zip(jobs, ids, strict=True) if ticket is None}
        if there:
            await self._change(sql, _SOONER, there)

    async def give_back(self, sql: AsyncConnection, due: Mapping[UUID, datetime]) -> None:
        """As `Queue.give_back`. Raises the driver's errors."""
        await self._change(sql, _GIVE_BACK, due, self.replica)

    async def take_out(self, sql: AsyncConnection, jobs: Collection[UUID]) -> None:
        """As `Queue.take_out`. Raises the driver's errors."""
        await (await _driver(sql)).execute(_TAKE_OUT, [str(job) for job in jobs])

    def delay(self, due: datetime) -> timedelta:
        """How long from now; PgQueuer adds it to the database's own clock."""
        return max(AT_ONCE, due - self._timer.now())

    async def _change(self, sql: AsyncConnection, statement: str, due: Mapping[UUID, datetime], *more: Any) -> None:
        keys, delays = [str(job) for job in due], [self.delay(moment) for moment in due.values()]
        await (await _driver(sql)).execute(statement, keys, delays, *more)


async def _driver(sql: AsyncConnection) -> AsyncpgDriver:
    """Below SQLAlchemy, in the transaction that its first statement began."""
    raw = await sql.get_raw_connection()
    return AsyncpgDriver(raw.driver_connection)
