"""Owns the one statement that SQLAlchemy spells per database: insert, unless it is there already."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BotError


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`, in this database's words.

    Raises `BotError` for a database that has no such statement here.
    """
    if connection.dialect.name != "sqlite":
        raise BotError(f"The store does not speak {connection.dialect.name}.")
    return sqlite.insert(table)
