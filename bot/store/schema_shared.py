"""Owns the tables of what several people have a hand in: votes, locks, what channels want to hear, and what GitHub's
protection rules asked."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.columns import Id, Json, Moment, Words
from bot.store.schema_slack import metadata

# One word per person and request; whoever changes their mind says no, which ends the request.
votes = Table(
    "votes",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("request_id", Id(), ForeignKey("requests.id"), nullable=False),
    Column("person_id", Id(), ForeignKey("people.id"), nullable=False),
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("login", Words, nullable=False),
    Column("answer", Text, nullable=False),
    Column("reason", Words, nullable=False),
    # One press or comment votes once, however often it is delivered (T20).
    Column("via", Text, nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    UniqueConstraint("request_id", "person_id", name="uq_votes_person"),
)

locks = Table(
    "locks",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    # Case-folded; empty for all of the repository.
    Column("environment", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("person_id", Id(), ForeignKey("people.id"), nullable=False),
    Column("request_id", Id(), ForeignKey("requests.id"), index=True),
    Column("code", Text, nullable=False),
    Column("login", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("place", Json),
    Column("pull_request", BigInteger),
    Column("at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("released_at", Moment),
    Column("released_by", Id(), ForeignKey("people.id")),
)
# Two of a kind are never held at once: the database itself says no. Only the migration says the same to PostgreSQL.
Index(
    "uq_locks_held",
    locks.c.connection_id,
    locks.c.repository_id,
    locks.c.environment,
    locks.c.holder,
    unique=True,
    sqlite_where=locks.c.released_at.is_(None),
)

# What a channel wants to hear of a repository.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("github_connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    # `failures` or `all`; one that wants nothing has no row.
    Column("level", Text, nullable=False),
    Column("person_id", Id(), ForeignKey("people.id"), nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("connection_id", "channel", "github_connection_id", "repository_id"),
)

# What GitHub asked us about an environment that our protection rule guards. One grant is for exactly this (T10).
protections = Table(
    "protections",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("run_id", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    # Case-folded, and as GitHub spells it.
    Column("environment", Text, nullable=False),
    Column("environment_name", Text, nullable=False),
    Column("sha", Text, nullable=False),
    Column("workflow_path", Text, nullable=False),
    Column("request_id", Id(), ForeignKey("requests.id"), index=True),
    # `asked`, `approved` or `rejected`.
    Column("state", Text, nullable=False),
    Column("note", Words, nullable=False),
    Column("comments", Integer, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answered_at", Moment),
    UniqueConstraint("connection_id", "repository_id", "run_id", "attempt", "environment", name="uq_protections_once"),
)
