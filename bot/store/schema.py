"""Owns the tables; beside it stand those that only Slack needs (schema_slack.py), those of gates (schema_config.py) and
the house's own (schema_house.py).

`migrations/` builds exactly this; a test compares the two.

Names of things (logins, branches, titles, states) are TEXT, never database enums: a new word must not need a migration.
Ids that GitHub gives are 64-bit, and each stands beside the connection that gave it (T24).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from bot.store.columns import Id, Json, JsonBytes, Moment, Number, Words
from bot.store.schema_config import configs, sessions, trusts
from bot.store.schema_house import audit_entries, marks, repository_events
from bot.store.schema_shared import locks, protections, subscriptions, votes
from bot.store.schema_slack import bindings, link_attempts, metadata

__all__ = [
    "HEAD_REVISION",
    "accounts",
    "announcements",
    "answers",
    "audit_entries",
    "bindings",
    "configs",
    "connections",
    "deliveries",
    "heads",
    "jobs",
    "link_attempts",
    "locks",
    "marks",
    "metadata",
    "people",
    "protections",
    "repositories",
    "repository_events",
    "requests",
    "run_jobs",
    "runs",
    "sessions",
    "subscriptions",
    "trusts",
    "votes",
]

HEAD_REVISION = "0008"
"""The newest migration. Serving compares it with the database's without importing Alembic; a test holds it equal."""

connections = Table(
    "connections",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("api_url", Text, nullable=False),
    Column("server_url", Text, nullable=False),
    Column("app_id", BigInteger),
    Column("app_slug", Text),
)

repositories = Table(
    "repositories",
    metadata,
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("github_id", BigInteger, nullable=False),
    # Labels: two repositories may carry the same ones for a while, after a rename (T8).
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("default_branch", Text, nullable=False),
    Column("installation_id", BigInteger),
    # When we last heard of it by these labels: of two with the same name, the later one has it now.
    Column("named_at", Moment, nullable=False, server_default=text("0")),
    # Empty where GitHub did not tell: then it is taken for the least private that `private` allows (T14).
    Column("visibility", Text),
    PrimaryKeyConstraint("connection_id", "github_id"),
)

people = Table(
    "people",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("created_at", Moment, nullable=False),
)

# One row per link between a person and an account; a link that ended stays, with its end (T9).
accounts = Table(
    "accounts",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("person_id", Id(), ForeignKey("people.id"), nullable=False, index=True),
    Column("provider", Text, nullable=False),
    Column("connection_id", Id(), ForeignKey("connections.id")),
    Column("external_id", Text, nullable=False),
    Column("login", Words, nullable=False),
    # How the two were shown to be one human; a link by import or device flow is worth less until confirmed (T5).
    Column("method", Text, nullable=False),
    Column("linked_at", Moment, nullable=False),
    Column("unlinked_at", Moment),
    Column("confirmed_at", Moment),
)
# Only the migration says the same to PostgreSQL: here it would make every start import that dialect, for 50 ms.
Index(
    "uq_accounts_open_link",
    accounts.c.provider,
    accounts.c.connection_id,
    accounts.c.external_id,
    unique=True,
    sqlite_where=accounts.c.unlinked_at.is_(None),
)
Index("ix_accounts_connection_id_external_id", accounts.c.connection_id, accounts.c.external_id)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("guid", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("action", Text),
    Column("facts", JsonBytes, nullable=False),
    Column("received_at", Moment, nullable=False, index=True),
    # The facts, compressed; then `facts` is empty. Both are once they are pruned (bot/store/deliveries.py).
    Column("packed", LargeBinary),
    # A GUID is not under the signature, and each host gives its own (T20).
    UniqueConstraint("connection_id", "guid"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", Json, nullable=False),
    # The payload's `v`, so that a process can leave versions alone that it does not know.
    Column("payload_version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("run_at", Moment, nullable=False),
    # When a key that was due already, and so may be running, was asked for again.
    Column("again_at", Moment),
    Column("revision", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Words),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("kind", "key"),
    Index(None, "state", "run_at"),
)

# Our own record of where pull requests' heads were, and since when (T4). `id` keeps the order within one second.
heads = Table(
    "heads",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("pull_request", BigInteger, nullable=False),
    Column("sha", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("source", Text, nullable=False),
    # GitHub's numeric id of whoever pushed it, as far as we were told (T9).
    Column("pusher", BigInteger),
    UniqueConstraint("connection_id", "repository_id", "pull_request", "sha", "since", name="uq_heads_once"),
)

requests = Table(
    "requests",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False, unique=True),
    # The origin's natural key: one line of one comment is one request, however often it is delivered (T20).
    Column("origin_key", Text, nullable=False, unique=True),
    Column("origin", Json, nullable=False),
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("number", BigInteger),
    # The default serves code of before it, while that is being replaced.
    Column("on_pull_request", Boolean, nullable=False, server_default=false()),
    # Only where a comment asked.
    Column("comment_id", BigInteger),
    Column("line", Integer),
    Column("rerun", Json),
    Column("command", Text, nullable=False),
    Column("text", Words, nullable=False),
    Column("person_id", Id(), ForeignKey("people.id"), nullable=False, index=True),
    Column("workflow_id", BigInteger),
    Column("workflow_path", Text, nullable=False),
    Column("workflow_name", Words, nullable=False),
    Column("inputs", Json, nullable=False),
    Column("environment", Text),
    # A rehearsal does not count as a success of its environment. The default serves code of before it.
    Column("dry_run", Boolean, nullable=False, server_default=false()),
    # The approval that it waits for or waited for.
    Column("asked", Json),
    Column("rollback_of", Id()),
    Column("pin_ref", Text),
    Column("pin_sha", Text),
    # The judged head of the pull request, where another commit is what runs (T1).
    Column("pin_head_sha", Text),
    Column("pin_source", Text),
    Column("pin_pull_request", BigInteger),
    Column("pin_workflow_blob", Text),
    Column("state", Text, nullable=False, index=True),
    Column("waiting_for", Text),
    Column("reason", Text),
    Column("note", Words, nullable=False),
    Column("judged_at", Moment),
    Column("dispatched_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("version", Integer, nullable=False),
    Index(None, "connection_id", "repository_id", "created_at"),
    Index(None, "connection_id", "repository_id", "number", "created_at"),
    Index(None, "connection_id", "repository_id", "comment_id"),
    # Gates bind to what is touched (T2).
    Index("ix_requests_touched", "connection_id", "repository_id", "workflow_id", "environment"),
    Index("ix_requests_environment", "connection_id", "repository_id", "environment", "ended_at"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("connection_id", Id(), ForeignKey("connections.id"), nullable=False),
    Column("repository_id", BigInteger, nullable=False),
    Column("github_id", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("request_id", Id(), ForeignKey("requests.id"), nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("conclusion", Text),
    Column("url", Text, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("checked_at", Moment, nullable=False),
    UniqueConstraint("connection_id", "repository_id", "github_id", "attempt"),
)

run_jobs = Table(
    "run_jobs",
    metadata,
    Column("run_id", Id(), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("github_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("conclusion", Text),
    Column("started_at", Moment),
    Column("completed_at", Moment),
    Column("url", Text, nullable=False),
    PrimaryKeyConstraint("run_id", "github_id"),
)

announcements = Table(
    "announcements",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("request_id", Id(), ForeignKey("requests.id"), nullable=False),
    Column("surface", Text, nullable=False),
    # The address's key, to look for; the address itself, to go there.
    Column("place", Text, nullable=False),
    Column("address", Json, nullable=False),
    # GitHub's number, or Slack's `ts`, which is no number: its last zeros count.
    Column("message_id", Text),
    Column("attempted_at", Moment),
    Column("text_hash", Text),
    Column("shown_version", Integer, nullable=False),
    Column("edits", Integer, nullable=False),
    Column("edited_at", Moment),
    Column("version", Integer, nullable=False),
    # One living message per place, not a second one after a crash.
    UniqueConstraint("request_id", "surface", "place", name="uq_announcements_place"),
    Index(None, "surface", "message_id"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("natural_key", Text, nullable=False, unique=True),
    Column("surface", Text, nullable=False),
    # The address's key, to look for; the address itself, to go there.
    Column("place", Text, nullable=False),
    Column("address", Json, nullable=False),
    Column("text", Words, nullable=False),
    Column("message_id", Text),
    Column("attempted_at", Moment),
    Column("created_at", Moment, nullable=False),
)
