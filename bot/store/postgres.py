"""Owns the store's way to PostgreSQL: its engines, its intake, its connection for migrations.

Imported only where `DATABASE_URL` names PostgreSQL. Transactions are REPEATABLE READ: each one sees one moment, as on
SQLite, and a change to a row that somebody else changed since then fails instead of undoing theirs.
https://www.postgresql.org/docs/current/transaction-iso.html#XACT-REPEATABLE-READ
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import AlreadyRunning, BotError
from bot.store.deliveries import packed
from bot.store.intake import FIRST, Arrival, stored
from bot.store.jobs import READY, StoredJob
from bot.store.partitions import Partitions
from bot.store.schema import deliveries, jobs
from bot.store.shared_jobs import Queue

WRITERS = 8
READERS = 4
CONNECT_SECONDS = 10.0
MIGRATION_LOCK = 0x5349474E414C  # "SIGNAL": any number will do that no other program in this database takes
RENEWAL_LOCK = MIGRATION_LOCK + 1
"""Held while a restore begins a new generation; every connection waits for its end before it is used."""


def open_engine(database_url: str, *, only_reads: bool) -> AsyncEngine:
    """Connections for transactions that see one moment. The first use connects."""
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=_connector(database_url),
        isolation_level="REPEATABLE READ",
        pool_size=READERS if only_reads else WRITERS,
        max_overflow=0,
        pool_pre_ping=True,
        execution_options={"postgresql_readonly": only_reads},
    )


class PostgresIntake:
    """Deliveries and their jobs: one statement per table and batch."""

    def __init__(self, database_url: str, queue: Queue | None) -> None:
        """Over connections of its own, so that no other transaction is waited for. Connects with the first batch."""
        self._queue = queue
        # READ COMMITTED: a GUID that another replica records at this moment is a duplicate, not a failure.
        self._engine = create_async_engine(
            "postgresql+asyncpg://", async_creator=_connector(database_url), pool_size=1, pool_pre_ping=True
        )

    async def record(self, arrivals: Sequence[Arrival]) -> dict[UUID, StoredJob]:
        """As `Intake.record`. Raises SQLAlchemy's errors, and then nothing was written."""
        async with self._engine.begin() as connection:
            rows = [_delivery_row(arrival) for arrival in arrivals]
            into = insert(deliveries).on_conflict_do_nothing().returning(deliveries.c.id)
            new = set((await connection.execute(into.values(rows))).scalars())
            work = {delivery.id: stored(delivery, job) for delivery, job in arrivals if delivery.id in new}
            if work:
                rows = [_job_row(arrival) for arrival in arrivals if arrival[0].id in new]
                await connection.execute(insert(jobs).on_conflict_do_nothing().values(rows))
                if self._queue is not None:
                    await self._queue.put(connection, list(work.values()))
        return work

    async def close(self) -> None:
        """Close the connections."""
        await self._engine.dispose()


async def connect(database_url: str) -> asyncpg.Connection:
    """A connection of the caller's own. Raises `BotError` when the database can not be reached."""
    return await _connector(database_url)()


async def open_pool(database_url: str, connections: int) -> asyncpg.Pool:
    """Connections outside of any transaction. Raises `BotError` when the database can not be reached."""
    with _out_of_reach():
        return await asyncpg.create_pool(
            _dsn(database_url), min_size=1, max_size=connections, timeout=CONNECT_SECONDS, init=_wait_for_renewal
        )


@asynccontextmanager
async def alone(writing: AsyncEngine, reading: AsyncEngine) -> AsyncIterator[None]:
    """For the length of the block nobody but one connection of each of these two uses this database.

    Who is connected is counted after the lock is taken, and who connects from then on waits for it: so there is no
    moment between the two. Raises `AlreadyRunning` when somebody is connected.
    https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
    """
    async with writing.connect() as connection:  # opened before the lock, and kept in its pool
        ours = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    async with reading.begin() as connection:
        lock = text("SELECT pg_try_advisory_xact_lock(:key)")
        locked = (await connection.execute(lock, {"key": RENEWAL_LOCK})).scalar_one()
        others = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid NOT IN (pg_backend_pid(), :ours)"
        )
        if not locked or (await connection.execute(others, {"ours": ours})).scalar_one():
            raise AlreadyRunning("Somebody else is connected to this database. Stop every `signalbox serve` first.")
        yield


def migrate(database_url: str, work: Callable[[Connection], None]) -> None:
    """Do the work in one transaction, while every other replica that wants to migrate waits for it.

    Raises `BotError` when the database can not be reached, and what the work raises.
    """
    asyncio.run(_migrate(database_url, work))


async def _migrate(database_url: str, work: Callable[[Connection], None]) -> None:
    engine = create_async_engine("postgresql+asyncpg://", async_creator=_connector(database_url), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        await connection.run_sync(work)
        await Partitions(connection).make_ahead(datetime.now(UTC))


def _connector(database_url: str) -> Callable[[], Any]:
    dsn = _dsn(database_url)

    async def connect() -> Any:
        with _out_of_reach():
            connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
            try:
                await _wait_for_renewal(connection)
            except BaseException:
                connection.terminate()
                raise
            return connection

    return connect


async def _wait_for_renewal(connection: asyncpg.Connection) -> None:
    """Whoever began while a restore takes back what the backup promises would still believe the backup (T23)."""
    try:
        await connection.execute(f"SELECT pg_advisory_xact_lock_shared({RENEWAL_LOCK})", timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        raise BotError("`signalbox restore` renews this database just now. Start again when it has ended.") from error


def _dsn(database_url: str) -> str:
    # asyncpg reads the URL itself: it knows `sslmode` and socket folders, as every program of PostgreSQL does.
    # https://magicstack.github.io/asyncpg/current/api/index.html#asyncpg.connection.connect
    return f"postgresql://{database_url.partition('://')[2]}"


@contextmanager
def _out_of_reach() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        # The class only: a driver's sentence may repeat the URL, and with it the password.
        raise BotError(f"PostgreSQL can not be reached with this DATABASE_URL ({type(error).__name__}).") from error


def _delivery_row(arrival: Arrival) -> dict[str, Any]:
    delivery, _ = arrival
    facts, compressed = packed(delivery.facts)
    return {
        "id": delivery.id,
        "connection_id": delivery.connection,
        "guid": delivery.guid,
        "event": delivery.event,
        "action": delivery.action,
        "facts": facts,
        "received_at": delivery.received_at,
        "packed": compressed,
    }


def _job_row(arrival: Arrival) -> dict[str, Any]:
    """The job takes the delivery's id, as on SQLite."""
    delivery, job = arrival
    return {
        "id": delivery.id,
        "kind": job.kind,
        "key": job.key,
        "payload": dict(job.payload),
        "payload_version": job.payload["v"],
        "state": READY,
        "run_at": job.run_at or delivery.received_at,
        "again_at": None,
        "revision": FIRST,
        "attempts": 0,
        "last_error": None,
        "created_at": delivery.received_at,
    }
