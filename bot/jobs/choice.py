"""Owns what `DATABASE_URL` decides: which engine runs the jobs, and how the database's jobs are handed out.

What PostgreSQL needs is imported only for PostgreSQL.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from bot.jobs import embedded
from bot.jobs.timer import Timer
from bot.store import migrate as store
from bot.store.database import Database, is_postgres, packages
from bot.store.unit import Units


def open_database(database_url: str, timer: Timer) -> Database:
    """The database, and on PostgreSQL its queue. Raises `BotError` for a URL that can not be served."""
    if not is_postgres(database_url):
        return Database.open(database_url)
    with packages():
        from bot.jobs.tickets import Tickets
    return Database.open(database_url, Tickets(timer))


async def is_current(database: Database) -> bool:
    """Whether this version of Signalbox can serve it as it is. Raises `BotError` for no database."""
    if not await store.is_current(database):
        return False
    if database.queue is None:
        return True
    async with database.reading.connect() as connection:
        return await database.queue.ready(connection)


def migrate(database_url: str) -> None:
    """Bring it to what this version serves; replicas that ask together take turns.

    Raises what `bot.store.migrate.upgrade` does, and the driver's errors when PostgreSQL refuses.
    """
    store.upgrade(database_url)
    if is_postgres(database_url):
        with packages():
            from bot.jobs.tickets import install
        install(database_url)


async def open_engine(
    database_url: str, database: Database, units: Units, timer: Timer, stack: AsyncExitStack, **options: Any
) -> embedded.Engine:
    """The engine for this database; the stack closes what it opens. `options` are those of the embedded engine.

    Raises `BotError` when the database can not be reached.
    """
    if database.queue is None:
        return embedded.Engine(units, timer, **options)
    from bot.jobs.desk import Desk
    from bot.jobs.postgres import Engine as Replica

    desk = await Desk.open(database_url, database.queue)
    stack.push_async_callback(desk.close)
    return Replica(units, timer, desk, **options)
