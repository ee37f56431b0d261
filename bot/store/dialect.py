"""Owns the one statement that SQLAlchemy spells per database: insert, unless it is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite

from bot.errors import BotError

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`, in this database's words.

    Raises `BotError` for a database that has no such statement here.
    """
    match dialect:
        case "sqlite":
            return sqlite.insert(table)
        case "postgresql":
            # Imported here: it takes 50 ms, which nobody on SQLite should wait for.
            from sqlalchemy.dialects import postgresql

            return postgresql.insert(table)
        case _:
            raise BotError(f"The store does not speak {dialect}.")
