"""Owns the tables of gates: configurations as they are in force, trust in forks' commits, and sign-ins to pages."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, Table, Text

from bot.store.columns import Id, Moment
from bot.store.schema_slack import metadata

# What was in force last, and what would be if it widened nothing (T13). Files lie there compressed.
configs = Table(
    "configs",
    metadata,
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("layer", Text, nullable=False),
    # None: there was definitely no file.
    Column("blob", Text),
    Column("data", LargeBinary, nullable=False),
    Column("in_force_since", Moment, nullable=False),
    # Set with `waiting_since`; None beside that: the file is gone, which waits too.
    Column("waiting_blob", Text),
    Column("waiting_data", LargeBinary, nullable=False),
    Column("waiting_since", Moment),
    # A list in JSON, each file in base64.
    Column("superseded", LargeBinary, nullable=False),
    Column("confirmed_by", Id(), ForeignKey("people.id")),
    PrimaryKeyConstraint("connection_id", "repository_id", "layer"),
)

# One row per `trust`; one that was taken back stays, with its end (T15).
trusts = Table(
    "trusts",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("pull_request", BigInteger, nullable=False),
    Column("sha", Text, nullable=False),
    Column("person_id", Id(), ForeignKey("people.id"), nullable=False),
    Column("remember", Text, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("revoked_at", Moment),
    # None beside `revoked_at`: a restore took it back (T23).
    Column("revoked_by", Id(), ForeignKey("people.id")),
    Index("ix_trusts_pull_request", "connection_id", "repository_id", "pull_request"),
)

# Who is signed in to the pages, by the hash of their cookie. No token is kept.
sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", Text, primary_key=True),
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("login", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
