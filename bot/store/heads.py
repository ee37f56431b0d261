"""Owns the rows of pull requests' heads: where each was, and since when by GitHub's clock (T4)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.repository import Head
from bot.store.dialect import insert
from bot.store.schema import heads as table

_HISTORY = (
    select(table)
    .where(
        table.c.connection_id == bindparam("connection"),
        table.c.repository_id == bindparam("repository"),
        table.c.pull_request == bindparam("number"),
    )
    .order_by(table.c.since, table.c.id)
)  # built once: building costs more than running it


class Heads:
    """Our own record of pull requests' heads."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def record(self, head: Head) -> None:
        """Once per (pull request, sha, since); a doubled report is a no-op."""
        statement = insert(self._sql.dialect.name, table).values(
            connection_id=head.connection,
            repository_id=head.repository,
            pull_request=head.pull_request,
            sha=head.sha,
            since=head.since,
            source=head.source,
            pusher=head.pusher,
        )
        await self._sql.execute(statement.on_conflict_do_nothing())

    async def history(self, connection: UUID, repository: int, pull_request: int) -> Sequence[Head]:
        """Oldest first; within one of GitHub's seconds, as we heard of them."""
        of = {"connection": connection, "repository": repository, "number": pull_request}
        return [
            Head(
                connection=row.connection_id,
                repository=row.repository_id,
                pull_request=row.pull_request,
                sha=row.sha,
                since=row.since,
                source=row.source,
                pusher=row.pusher,
            )
            for row in await self._sql.execute(_HISTORY, of)
        ]
