"""Owns the way from `DATABASE_URL` to engines: one that writes and one that only reads.

Transactions are begun by us, as SQLAlchemy describes for every Python version:
https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#enabling-non-legacy-sqlite-transactional-modes-with-the-sqlite3-or-aiosqlite-driver
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast
from uuid import UUID

from sqlalchemy import AsyncAdaptedQueuePool, Connection, Engine, PoolResetState, create_engine, event, make_url
from sqlalchemy.engine import URL, AdaptedConnection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import BotError
from bot.store.driver import connector
from bot.store.intake import Arrival, Intake
from bot.store.jobs import StoredJob
from bot.store.shared_jobs import Queue

READERS = 4
BUSY_MILLISECONDS = 10_000  # how long to wait for a CLI command that writes beside us

_BOTH = (f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}", "PRAGMA foreign_keys = ON")
# FULL: with WAL, NORMAL may lose the newest commits when power fails, and a 202 promises more than that.
# https://www.sqlite.org/pragma.html#pragma_synchronous
_WRITING = (*_BOTH, "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL")
# Counts for a file without tables, so before anything else, and for one that is written anew by VACUUM.
_SHRINKING = "PRAGMA auto_vacuum = INCREMENTAL"
_READING = (*_BOTH, "PRAGMA query_only = ON")


def sqlite_path(database_url: str) -> Path:
    """The file that `sqlite:///relative.db` or `sqlite:////absolute.db` names.

    Raises `BotError` for every other URL, with a sentence that says what to write. The URL itself is not in it: it may
    hold a password.
    """
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise BotError("DATABASE_URL can not be read; write for example sqlite:///signalbox.db") from error
    if url.get_backend_name() != "sqlite":
        raise BotError(f"DATABASE_URL names {url.get_backend_name()}; write sqlite:///... or postgresql://...")
    if url.database in {None, "", ":memory:"}:
        raise BotError("DATABASE_URL must name a file, for example sqlite:///signalbox.db")
    return Path(str(url.database))


def is_postgres(database_url: str) -> bool:
    """Whether this URL names PostgreSQL, in either of the spellings that are in use."""
    return database_url.startswith(("postgresql://", "postgres://"))


@contextmanager
def packages() -> Iterator[None]:
    """Around an import that only PostgreSQL needs. Raises `BotError` where its packages are not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise BotError(
            "PostgreSQL needs more packages: pip install --require-hashes -r requirements/postgres.txt"
        ) from error


class Recorder(Protocol):
    """The intake of either database."""

    async def record(self, arrivals: Sequence[Arrival]) -> dict[UUID, StoredJob]: ...
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The engines of one database, and its intake. On SQLite each writing transaction is `BEGIN IMMEDIATE`."""

    path: Path | None
    """SQLite's file; None on PostgreSQL."""
    writing: AsyncEngine
    newest: AsyncEngine
    """As `writing`, but on PostgreSQL each statement sees what is committed by then, not what was at the beginning."""
    reading: AsyncEngine
    intake: Recorder
    queue: Queue | None = None
    """On PostgreSQL: hands jobs out to the replicas."""

    @property
    def one_writer(self) -> bool:
        """Whether transactions that write must come one after the other."""
        return self.path is not None

    @property
    def label(self) -> str:
        """What to call it in a sentence; never the URL, which may hold a password."""
        return "PostgreSQL" if self.path is None else str(self.path)

    @classmethod
    def open(cls, database_url: str, queue: Queue | None = None) -> Database:
        """Prepare the engines; they connect when first used. Raises `BotError` for a URL that can not be served.

        Whoever writes jobs to PostgreSQL without its `queue` leaves them to be found later.
        """
        if is_postgres(database_url):
            return cls._postgres(database_url, queue)
        path = sqlite_path(database_url)
        writing = _engine(path, pragmas=_WRITING, begin="BEGIN IMMEDIATE", connections=1)
        reading = _engine(path, pragmas=_READING, begin="BEGIN", connections=READERS)
        return cls(path=path, writing=writing, newest=writing, reading=reading, intake=Intake(path, _WRITING))

    @classmethod
    def _postgres(cls, database_url: str, queue: Queue | None) -> Database:
        with packages():
            from bot.store.postgres import PostgresIntake, open_engine
        writing, reading = (open_engine(database_url, only_reads=only_reads) for only_reads in (False, True))
        newest, intake = (
            writing.execution_options(isolation_level="READ COMMITTED"),
            PostgresIntake(database_url, queue),
        )
        return cls(path=None, writing=writing, newest=newest, reading=reading, intake=intake, queue=queue)

    async def close(self) -> None:
        """Close every connection."""
        await self.intake.close()
        await self.reading.dispose()
        await self.writing.dispose()


def open_for_migration(database_url: str) -> Engine:
    """A synchronous writing engine, for Alembic. Raises `BotError` for a URL that can not be served."""
    engine = create_engine(URL.create("sqlite", database=str(sqlite_path(database_url))))

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in (_SHRINKING, *_WRITING):
            connection.cursor().execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _engine(path: Path, *, pragmas: tuple[str, ...], begin: str, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        "sqlite+aiosqlite://",
        async_creator=connector(path, pragmas, only_reads=begin == "BEGIN"),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_reset_on_return=None,
    )

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        _driver(connection.connection.dbapi_connection).driver_connection.begin(begin)

    # SQLAlchemy's own reset rolls back each time, which is a trip to the thread; this one only when there is something.
    # https://docs.sqlalchemy.org/en/21/core/pooling.html#custom-reset-on-return-schemes
    @event.listens_for(engine.sync_engine, "reset")
    def reset(connection: DBAPIConnection, _entry: ConnectionPoolEntry, state: PoolResetState) -> None:
        driver = _driver(connection).driver_connection
        # What was abandoned may be a BEGIN that the thread has yet to make; the rollback comes after it.
        if not state.terminate_only and (driver.abandoned or driver.unfinished):
            connection.rollback()

    return engine


def _driver(connection: DBAPIConnection | None) -> AdaptedConnection:
    # SQLAlchemy's two types do not say so, but on an asynchronous engine the one always is the other.
    return cast(AdaptedConnection, connection)
