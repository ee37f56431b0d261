"""Keeping: what happened in repositories, in a narrow table of its own, and room for facts that are compressed.

Both are additions: a process of the version before goes on beside them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """On PostgreSQL the table is cut into months; what fits into none of them lies in the default partition."""
    op.add_column("deliveries", sa.Column("packed", sa.LargeBinary))
    op.create_index("ix_deliveries_received_at", "deliveries", ["received_at"])
    op.create_table(
        "repository_events",
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("delivery_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("action", sa.Text),
        sa.Column("actor_id", sa.BigInteger),
        sa.Column("number", sa.BigInteger),
        sa.Column("thing_id", sa.BigInteger),
        sa.Column("parent_id", sa.BigInteger),
        sa.Column("attempt", sa.Integer),
        sa.Column("sha", sa.Text),
        sa.Column("ref", sa.Text),
        sa.Column("environment", sa.Text),
        sa.Column("state", sa.Text),
        sa.Column("happened_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("received_at", "delivery_id", name="pk_repository_events"),
        postgresql_partition_by="RANGE (received_at)",
    )
    op.create_index(
        "ix_repository_events_repository", "repository_events", ["connection_id", "repository_id", "received_at"]
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE repository_events_default PARTITION OF repository_events DEFAULT")
