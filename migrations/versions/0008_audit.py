"""Audit entries have a place in a chain of seals, and the key that sealed them.

An addition: a process of the version before goes on beside it and writes entries that are sealed a little later.
What was written before this migration is open, and the first round seals it from the first entry on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns, one index that keeps two sealers apart, and one that finds what is open."""
    op.add_column("audit_entries", sa.Column("position", sa.BigInteger))
    op.add_column("audit_entries", sa.Column("seal_key", sa.Text))
    op.create_index("uq_audit_entries_position", "audit_entries", ["position"], unique=True)
    op.create_index(
        "ix_audit_entries_unsealed",
        "audit_entries",
        ["number"],
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
