"""Owns the way from `DATABASE_URL` to engines: one that writes and one that only reads.

Transactions are begun by us, as SQLAlchemy describes for every Python version:
https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#enabling-non-legacy-sqlite-transactional-modes-with-the-sqlite3-or-aiosqlite-driver
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import BotError

READERS = 4
BUSY_MILLISECONDS = 10_000  # how long to wait for a CLI command that writes beside us

_BOTH = (f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}", "PRAGMA foreign_keys = ON")
# FULL: with WAL, NORMAL may lose the newest commits when power fails, and a 202 promises more than that.
# https://www.sqlite.org/pragma.html#pragma_synchronous
_WRITING = (*_BOTH, "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL")
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
    if url.get_backend_name() in {"postgresql", "postgres"}:
        raise BotError(
            "DATABASE_URL names PostgreSQL, which this version does not serve yet; use sqlite:///signalbox.db"
        )
    if url.get_backend_name() != "sqlite":
        raise BotError(f"DATABASE_URL names {url.get_backend_name()}; write sqlite:///... or postgresql://...")
    if url.database in {None, "", ":memory:"}:
        raise BotError("DATABASE_URL must name a file, for example sqlite:///signalbox.db")
    return Path(str(url.database))


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The two engines of one database. On SQLite each writing transaction is `BEGIN IMMEDIATE`."""

    path: Path
    writing: AsyncEngine
    reading: AsyncEngine

    @classmethod
    def open(cls, database_url: str) -> Database:
        """Prepare the engines; they connect when first used. Raises `BotError` for a URL that can not be served."""
        path = sqlite_path(database_url)
        url = URL.create("sqlite+aiosqlite", database=str(path))
        writing = create_async_engine(url, pool_size=1, max_overflow=0)
        reading = create_async_engine(url, pool_size=READERS, max_overflow=0)
        _take_control(writing.sync_engine, pragmas=_WRITING, begin="BEGIN IMMEDIATE")
        _take_control(reading.sync_engine, pragmas=_READING, begin="BEGIN")
        return cls(path=path, writing=writing, reading=reading)

    async def close(self) -> None:
        """Close every connection."""
        await self.reading.dispose()
        await self.writing.dispose()


def open_for_migration(database_url: str) -> Engine:
    """A synchronous writing engine, for Alembic. Raises `BotError` for a URL that can not be served."""
    engine = create_engine(URL.create("sqlite", database=str(sqlite_path(database_url))))
    _take_control(engine, pragmas=_WRITING, begin="BEGIN IMMEDIATE")
    return engine


def _take_control(engine: Engine, *, pragmas: tuple[str, ...], begin: str) -> None:
    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
