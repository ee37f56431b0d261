"""Votes, locks, subscriptions of channels, and what GitHub's protection rules asked us.

All are additions: a process of the version before goes on beside them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Four tables, and what a request waits for, what it rolls back to, and who pushed a head."""
    _votes()
    _locks()
    _subscriptions()
    _protections()
    op.add_column("requests", sa.Column("asked", sa.Text))
    op.add_column("requests", sa.Column("rollback_of", sa.Uuid))
    op.add_column("heads", sa.Column("pusher", sa.BigInteger))


def _votes() -> None:
    op.create_table(
        "votes",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_votes_request_id_requests"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_votes_person_id_people"),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_votes_connection_id_connections"),
        sa.PrimaryKeyConstraint("id", name="pk_votes"),
        sa.UniqueConstraint("via", name="uq_votes_via"),
        sa.UniqueConstraint("request_id", "person_id", name="uq_votes_person"),
    )


def _locks() -> None:
    op.create_table(
        "locks",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("request_id", sa.Uuid),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("pull_request", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("released_at", sa.BigInteger),
        sa.Column("released_by", sa.Uuid),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_locks_connection_id_connections"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_locks_person_id_people"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_locks_request_id_requests"),
        sa.ForeignKeyConstraint(["released_by"], ["people.id"], name="fk_locks_released_by_people"),
        sa.PrimaryKeyConstraint("id", name="pk_locks"),
    )
    op.create_index("ix_locks_request_id", "locks", ["request_id"])
    op.create_index(
        "uq_locks_held",
        "locks",
        ["connection_id", "repository_id", "environment", "holder"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("github_connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_subscriptions_connection_id_connections"
        ),
        sa.ForeignKeyConstraint(
            ["github_connection_id"], ["connections.id"], name="fk_subscriptions_github_connection_id_connections"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_subscriptions_person_id_people"),
        sa.PrimaryKeyConstraint(
            "connection_id", "channel", "github_connection_id", "repository_id", name="pk_subscriptions"
        ),
    )


def _protections() -> None:
    op.create_table(
        "protections",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("environment_name", sa.Text, nullable=False),
        sa.Column("sha", sa.Text, nullable=False),
        sa.Column("workflow_path", sa.Text, nullable=False),
        sa.Column("request_id", sa.Uuid),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("comments", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("answered_at", sa.BigInteger),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_protections_connection_id_connections"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_protections_request_id_requests"),
        sa.PrimaryKeyConstraint("id", name="pk_protections"),
        sa.UniqueConstraint(
            "connection_id", "repository_id", "run_id", "attempt", "environment", name="uq_protections_once"
        ),
    )
    op.create_index("ix_protections_request_id", "protections", ["request_id"])
