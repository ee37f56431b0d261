"""Who can read a repository: public, internal or private, which `private` alone does not tell.

An addition: a process of the version before goes on beside it, and leaves the column empty, which counts as unknown.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column, filled as GitHub tells of each repository."""
    op.add_column("repositories", sa.Column("visibility", sa.Text))
