"""Owns bringing a database to what this version serves: our tables, and on PostgreSQL the queue's."""

from __future__ import annotations

from bot.store.database import is_postgres
from bot.store.migrate import upgrade


def migrate(database_url: str) -> None:
    """Do what is not done yet; replicas that ask together take turns.

    Raises what `bot.store.migrate.upgrade` does, and the driver's errors when PostgreSQL refuses.
    """
    upgrade(database_url)
    if is_postgres(database_url):
        from bot.jobs.tickets import install

        install(database_url)
