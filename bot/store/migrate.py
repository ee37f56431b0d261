"""Owns bringing a database to the newest schema, and knowing whether it is there.

Serving asks `is_current` only, which needs no Alembic. `upgrade` imports it, so `serve` runs `signalbox migrate` as a
child process, before it takes the serving lock for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BotError
from bot.store.database import Database, is_postgres, open_for_migration, packages, sqlite_path
from bot.store.lock import serving_lock
from bot.store.schema import HEAD_REVISION, repository_events

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
# PgQueuer keeps its own tables in this PostgreSQL schema and migrates them itself.
FOREIGN_SCHEMA = "pgqueuer"
VERSION_TABLE = "alembic_version"
INCREMENTAL = 2  # https://www.sqlite.org/pragma.html#pragma_auto_vacuum


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic should look at it: everything but PgQueuer's schema and what bot/store/partitions.py makes."""
    partition = kind == "table" and name is not None and name.startswith(f"{repository_events.name}_")
    return not partition and not (kind == "schema" and name == FOREIGN_SCHEMA)


def upgrade(database_url: str) -> None:
    """Bring the database to the newest schema, in one transaction; nothing happens when it is there.

    On PostgreSQL replicas may ask for it together: one does it, the others wait and find it done. Raises
    `AlreadyRunning` while another process serves or migrates a SQLite file, `OSError` where nothing may be written, and
    `BotError` for a URL that can not be served, a file that is no database, or one from a newer Signalbox.
    """
    if is_postgres(database_url):
        with packages():
            from bot.store import postgres
        with _usable("PostgreSQL"):
            postgres.migrate(database_url, _run)
        return
    path = sqlite_path(database_url)
    path.parent.mkdir(parents=True, exist_ok=True)
    with serving_lock(path), _usable(str(path)):
        engine = open_for_migration(database_url)
        try:
            with engine.begin() as connection:
                _run(connection)
            _let_shrink(engine)
        finally:
            engine.dispose()


def _let_shrink(engine: Engine) -> None:
    """Have the file give pages back that pruning frees; one from before this was so is written anew, once."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if cursor.execute("PRAGMA auto_vacuum").fetchone() != (INCREMENTAL,):
            cursor.execute("VACUUM")
    finally:
        raw.close()


async def stored_revision(database: Database) -> str | None:
    """The revision that the database is at; None before its first migration. Raises `BotError` for no database."""
    if database.path is not None and not database.path.exists():
        return None  # looking would make an empty one
    with _usable(database.label):
        return await _stored(database)


async def _stored(database: Database) -> str | None:
    async with database.reading.connect() as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table(VERSION_TABLE)):
            return None
        return await _revision(connection)


async def is_current(database: Database) -> bool:
    """Whether this version of Signalbox can serve it as it is."""
    return await stored_revision(database) == HEAD_REVISION


def alembic_config() -> Config:
    """Alembic's settings, without a file of its own."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def known_revisions() -> frozenset[str]:
    """Those that this version can bring to the newest schema."""
    from alembic.script import ScriptDirectory

    return frozenset(script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions())


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.util import CommandError

    config = alembic_config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise BotError(f"The database has a schema of another version, a newer one perhaps: {error}.") from error


@contextmanager
def _usable(database: str) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise BotError(f"The database {database} can not be used: {error.orig}.") from error


async def _revision(connection: AsyncConnection) -> str | None:
    row = (await connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))).one_or_none()
    return None if row is None else str(row.version_num)
