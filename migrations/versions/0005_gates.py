"""Gates: configurations as they are in force, trust in forks' commits, sign-ins to pages, and which head was judged.

All are additions: a process of the version before goes on beside them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A row per configuration file and repository, one per word of trust, one per sign-in."""
    op.create_table(
        "configs",
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("layer", sa.Text, nullable=False),
        sa.Column("blob", sa.Text),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("in_force_since", sa.BigInteger, nullable=False),
        sa.Column("waiting_blob", sa.Text),
        sa.Column("waiting_data", sa.LargeBinary, nullable=False),
        sa.Column("waiting_since", sa.BigInteger),
        sa.Column("superseded", sa.LargeBinary, nullable=False),
        sa.Column("confirmed_by", sa.Uuid),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_configs_connection_id_connections"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["people.id"], name="fk_configs_confirmed_by_people"),
        sa.PrimaryKeyConstraint("connection_id", "repository_id", "layer", name="pk_configs"),
    )
    op.create_table(
        "trusts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("pull_request", sa.BigInteger, nullable=False),
        sa.Column("sha", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("remember", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("revoked_by", sa.Uuid),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_trusts_connection_id_connections"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_trusts_person_id_people"),
        sa.ForeignKeyConstraint(["revoked_by"], ["people.id"], name="fk_trusts_revoked_by_people"),
        sa.PrimaryKeyConstraint("id", name="pk_trusts"),
    )
    op.create_index("ix_trusts_pull_request", "trusts", ["connection_id", "repository_id", "pull_request"])
    op.create_index("ix_trusts_at", "trusts", ["at"])
    op.create_table(
        "sessions",
        sa.Column("id_hash", sa.Text, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name="fk_sessions_connection_id_connections"),
        sa.PrimaryKeyConstraint("id_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.add_column("requests", sa.Column("pin_head_sha", sa.Text))
    op.add_column("requests", sa.Column("dry_run", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_requests_environment", "requests", ["connection_id", "repository_id", "environment", "ended_at"]
    )
