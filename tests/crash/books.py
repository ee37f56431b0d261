"""Owns the databases that a crashed bot leaves behind: a fresh one for each world, read while the bot serves it."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from tests.support import postgres


class Books(Protocol):
    """One database."""

    @property
    def url(self) -> str:
        """For `DATABASE_URL`."""
        ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read it, beside the bot; ids come as 32 hex digits."""
        ...

    def close(self) -> None:
        """It is not needed any more."""
        ...


class Library(Protocol):
    """Where they come from."""

    replicas: int
    """How many bots may serve one of them at the same time."""

    def open(self, folder: Path) -> Books:
        """A fresh one at the newest schema, and a folder for whatever lies in files."""
        ...


class SqliteLibrary:
    """Copies of one file."""

    replicas = 1

    def __init__(self, migrated: Path) -> None:
        """`migrated` is the file."""
        self._migrated = migrated

    def open(self, folder: Path) -> Books:
        """A copy."""
        folder.mkdir(parents=True)
        return SqliteBooks(Path(shutil.copy(self._migrated, folder / "signalbox.db")))


class SqliteBooks:
    """A file."""

    def __init__(self, path: Path) -> None:
        """Which one."""
        self._path = path

    @property
    def url(self) -> str:
        """For `DATABASE_URL`."""
        return f"sqlite:///{self._path}"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read it, beside the bot."""
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql).fetchall()

    def close(self) -> None:
        """The folder goes with its test."""


class PostgresLibrary:
    """Copies of one database on one server."""

    replicas = 2

    def __init__(self, server: str, template: str) -> None:
        """The server's URL, and the URL of the database to copy."""
        self._server = server
        self._template = template

    def open(self, folder: Path) -> Books:
        """A copy."""
        folder.mkdir(parents=True)
        return PostgresBooks(self._server, self._template)


class PostgresBooks:
    """A database, read over one connection whose loop has a thread of its own."""

    def __init__(self, server: str, template: str) -> None:
        """Make it, and connect."""
        self._copied = postgres.copy(server, template=template)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.url: str = self._wait(asyncio.to_thread(self._copied.__enter__))
        self._connection = self._wait(self._connect())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read it, beside the bot."""
        return [_plain(row) for row in self._wait(self._connection.fetch(sql))]

    def close(self) -> None:
        """Drop it."""
        self._wait(self._connection.close())
        self._wait(asyncio.to_thread(self._copied.__exit__, None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _connect(self) -> Any:
        import asyncpg

        return await asyncpg.connect(self.url)

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(value.hex if isinstance(value, UUID) else value for value in row)
