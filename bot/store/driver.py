"""Owns the SQLite connection below SQLAlchemy: aiosqlite, with one trip to its thread per statement.

aiosqlite makes a trip each to open a cursor, to execute, to fetch and to close: four hand-overs between threads around
a query that itself takes microseconds. SQLAlchemy always wants all of the rows, so one trip can do all four.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Self

import aiosqlite


class OneTripCursor:
    """What SQLAlchemy needs of a cursor; everything but `execute` and `executemany` answers from memory."""

    def __init__(self, connection: OneTripConnection) -> None:
        """Of this connection; the real cursor comes with the first statement."""
        self._connection = connection
        self._cursor: sqlite3.Cursor | None = None
        self._rows: list[Any] = []

    async def __aenter__(self) -> Self:
        """SQLAlchemy enters a cursor to open it."""
        return self

    @property
    def description(self) -> Any:
        """The columns of the result; None when the statement has none."""
        return None if self._cursor is None else self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows the statement touched."""
        return -1 if self._cursor is None else self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The number that the database counted up for the newest row."""
        return None if self._cursor is None else self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        """Run it and fetch every row. Raises the errors of `sqlite3`."""
        self._cursor, self._rows = await self._connection.trip(_execute, statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> Self:
        """Run it once per row of parameters. Raises the errors of `sqlite3`."""
        self._cursor, self._rows = await self._connection.trip(_executemany, statement, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """The rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open: the rows were fetched."""


class OneTripConnection(aiosqlite.Connection):
    """A connection with a thread of its own, whose cursors make one trip per statement."""

    abandoned = False
    """Whether somebody was called off while waiting for a trip. The thread makes it all the same, perhaps later."""
    unfinished = False
    """Whether there is a transaction that nobody has ended."""
    only_reads = False
    """Then nobody waits for the end of a transaction: nothing becomes durable by it, and the next trip comes after."""
    _begin: str | None = None

    def cursor(self) -> Any:
        """A cursor; opening it needs no trip."""
        return OneTripCursor(self)

    def begin(self, statement: str) -> None:
        """Begin a transaction in the trip of its first statement."""
        self._begin = statement

    async def commit(self) -> None:
        """Keep what was done since `begin`. Raises the errors of `sqlite3`."""
        await self._end(self._conn.commit)

    async def rollback(self) -> None:
        """Undo what was done since `begin`, which may still be on its way."""
        await self._end(self._conn.rollback)

    async def trip(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Do the work in the connection's thread, with the connection before the arguments."""
        begin, self._begin = self._begin, None
        if begin is None:
            return await self._execute(work, self._conn, *arguments)
        self.unfinished = True
        return await self._execute(_first, begin, work, self._conn, *arguments)

    async def _end(self, end: Callable[[], None]) -> None:
        self._begin = None
        if self.only_reads and self.unfinished:
            self._tx.put_nowait((None, end))
        elif self.unfinished or self.abandoned:
            await self._execute(end)
        self.unfinished = self.abandoned = False

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        except asyncio.CancelledError:
            self.abandoned = True
            raise


def connector(
    path: Path, pragmas: Sequence[str], *, only_reads: bool = False
) -> Callable[[], Awaitable[OneTripConnection]]:
    """What SQLAlchemy's `async_creator` wants: opens a connection with these pragmas, in its own thread."""

    def open_file() -> sqlite3.Connection:
        # isolation_level: the driver begins nothing by itself, we do (bot/store/database.py).
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in pragmas:
            connection.execute(pragma)
        return connection

    async def connect() -> OneTripConnection:
        connection = OneTripConnection(open_file, iter_chunk_size=64)
        connection.only_reads = only_reads
        connection._thread.daemon = True  # as SQLAlchemy does for its own: a forgotten one must not keep us from ending
        try:
            await connection
        except BaseException:
            # Its thread still answers to the end of it, and complains aloud when our loop is gone by then.
            await asyncio.to_thread(connection._thread.join)
            raise
        return connection

    return connect


def _first(begin: str, work: Callable[..., Any], connection: sqlite3.Connection, *arguments: Any) -> Any:
    connection.execute(begin)
    return work(connection, *arguments)


def _execute(
    connection: sqlite3.Connection, statement: str, parameters: Sequence[Any]
) -> tuple[sqlite3.Cursor, list[Any]]:
    cursor = connection.execute(statement, parameters)
    return cursor, cursor.fetchall()


def _executemany(
    connection: sqlite3.Connection, statement: str, parameters: Sequence[Sequence[Any]]
) -> tuple[sqlite3.Cursor, list[Any]]:
    return connection.executemany(statement, parameters), []
