"""Owns the tables of the house itself, which nobody who types a command ever sees."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from bot.store.columns import Moment
from bot.store.schema_slack import metadata

# Numbers that outlive a process and are the same for every replica (bot/store/marks.py).
marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
)
