"""Owns the tables that only Slack needs: attempts to link accounts, and channels' default repositories."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from bot.store.columns import Id, Moment

# https://alembic.sqlalchemy.org/en/latest/naming.html
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# A Slack user's way through the browser (T5). What is secret is here as a hash only.
link_attempts = Table(
    "link_attempts",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("nonce_hash", Text, nullable=False, unique=True),
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("slack_home", Text, nullable=False),
    Column("slack_user", Text, nullable=False),
    Column("slack_name", Text, nullable=False),
    Column("github_connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("browser_hash", Text, index=True),
    Column("state_hash", Text),
    Column("verifier", Text),
    Column("github_id", BigInteger),
    Column("github_login", Text),
    Column("slack_proven", Boolean, nullable=False),
    Column("code_hash", Text),
    Column("tries", Integer, nullable=False),
    Column("confirmed_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("version", Integer, nullable=False),
)
# Wrong codes count against the one attempt that is open, so there must not be two.
Index(
    "uq_link_attempts_open",
    link_attempts.c.connection_id,
    link_attempts.c.slack_home,
    link_attempts.c.slack_user,
    unique=True,
    sqlite_where=link_attempts.c.ended_at.is_(None),
)

bindings = Table(
    "bindings",
    metadata,
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("github_connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("guests", Boolean, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("bound_by", Id(), ForeignKey("people.id"), nullable=False),
    Column("bound_at", Moment, nullable=False),
    PrimaryKeyConstraint("connection_id", "channel"),
)
