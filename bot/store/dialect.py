"""Owns the one statement that SQLAlchemy spells per database: insert, unless it is there already."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite

from bot.errors import BotError


def insert(dialect: str, table: Table) -> sqlite.Insert:
    """An insert with `on_conflict_do_nothing` and `on_conflict_do_update`, in this database's words.

    Raises `BotError` for a database that has no such statement here.
    """
    if dialect != "sqlite":
        raise BotError(f"The store does not speak {dialect}.")
    return sqlite.insert(table)
