"""Alembic's entry: runs the migrations on the connection that `bot.store.migrate` opened.

https://alembic.sqlalchemy.org/en/latest/cookbook.html#sharing-a-connection-across-one-or-more-programmatic-migration-commands
"""

from __future__ import annotations

from alembic import context

from bot.store.migrate import ours
from bot.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=ours,
    # SQLite changes tables by copying them; Alembic does that only when it is told to.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
