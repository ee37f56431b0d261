"""Owns the rows of bindings: which repository a channel means when nobody names one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.slack import Binding
from bot.store.dialect import insert
from bot.store.schema import bindings as table


class Bindings:
    """Default repositories of channels."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def get(self, connection: UUID, channel: str) -> Binding | None:
        """The channel's, if it has one; `connection` is the Slack app's."""
        statement = select(table).where(table.c.connection_id == connection, table.c.channel == channel)
        row = (await self._sql.execute(statement)).one_or_none()
        return None if row is None else _model(row)

    async def of_repository(self, github: UUID, repository: int) -> Sequence[Binding]:
        """Those of every channel that is about this repository."""
        here = (table.c.github_connection_id == github, table.c.repository_id == repository)
        return [_model(row) for row in await self._sql.execute(select(table).where(*here).order_by(table.c.channel))]

    async def save(self, binding: Binding, *, by: UUID, at: datetime) -> None:
        """Insert or replace; `by` is the person who decided so."""
        statement = insert(self._sql.dialect.name, table).values(
            connection_id=binding.connection,
            channel=binding.channel,
            github_connection_id=binding.github,
            repository_id=binding.repository,
            guests=binding.guests,
            shared=binding.shared,
            bound_by=by,
            bound_at=at,
        )
        changes = {column.name: column for column in statement.excluded if not column.primary_key}
        await self._sql.execute(
            statement.on_conflict_do_update(index_elements=[table.c.connection_id, table.c.channel], set_=changes)
        )

    async def remove(self, connection: UUID, channel: str) -> bool:
        """False when the channel had none."""
        statement = delete(table).where(table.c.connection_id == connection, table.c.channel == channel)
        return (await self._sql.execute(statement)).rowcount == 1


def _model(row: Row[Any]) -> Binding:
    return Binding(
        connection=row.connection_id,
        channel=row.channel,
        github=row.github_connection_id,
        repository=row.repository_id,
        guests=row.guests,
        shared=row.shared,
    )
