"""Owns the tables of the house itself, which nobody who types a command ever sees."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from bot.store.columns import Id, Json, Moment, Number
from bot.store.schema_slack import metadata

# Numbers that outlive a process and are the same for every replica (bot/store/marks.py).
marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
)

# What happened in repositories, as few columns as delivery insights need. No foreign keys: a fact outlives what it is
# about. On PostgreSQL it lies in monthly partitions, so the moment is part of the key (bot/store/partitions.py).
repository_events = Table(
    "repository_events",
    metadata,
    Column("received_at", Moment, nullable=False),
    Column("delivery_id", Id(), nullable=False),
    Column("connection_id", Id(), nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("event", Text, nullable=False),
    Column("action", Text),
    Column("actor_id", BigInteger),
    # Of the issue or pull request.
    Column("number", BigInteger),
    # Of what it is about (run, job, deployment, review, check, ...), and of what that belongs to.
    Column("thing_id", BigInteger),
    Column("parent_id", BigInteger),
    Column("attempt", Integer),
    Column("sha", Text),
    Column("ref", Text),
    Column("environment", Text),
    # GitHub's word for how it stands: a conclusion, else a status; `merged` for a pull request that was.
    Column("state", Text),
    # GitHub's own time.
    Column("happened_at", Moment),
    PrimaryKeyConstraint("received_at", "delivery_id"),
    Index("ix_repository_events_repository", "connection_id", "repository_id", "received_at"),
)

# No foreign keys: an entry outlives what it is about. A number is never given twice, even after the newest entry
# vanished, so that a gap shows (T25).
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("action", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("person_id", Id()),
    Column("connection_id", Id()),
    Column("repository_id", BigInteger),
    Column("request_id", Id(), index=True),
    Column("reason", Text),
    Column("facts", Json, nullable=False),
    # Written open; sealed into an HMAC chain afterwards, where each has a place of its own: numbers leave gaps and
    # become visible out of order where transactions run side by side.
    Column("seal", Text),
    Column("sealed_at", Moment),
    Column("position", BigInteger),
    Column("seal_key", Text),
    Index(None, "person_id", "repository_id", "at"),
    Index("uq_audit_entries_position", "position", unique=True),
    sqlite_autoincrement=True,
)
# The open ones are few. As with uq_accounts_open_link only the migration says the same to PostgreSQL.
Index(
    "ix_audit_entries_unsealed",
    audit_entries.c.number,
    sqlite_where=audit_entries.c.position.is_(None),
)
