"""Owns the rows of GitHub hosts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BotError, Conflict
from bot.model.repository import Connection
from bot.store.dialect import insert
from bot.store.schema import connections as table


class Connections:
    """GitHub hosts and the App that speaks there."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def get(self, connection: UUID) -> Connection:
        """The connection. Raises `BotError` when there is none: every row that names one was checked against these."""
        row = (await self._sql.execute(select(table).where(table.c.id == connection))).one_or_none()
        if row is None:
            raise BotError(f"There is no connection {connection}.")
        return _model(row)

    async def by_name(self, name: str) -> Connection | None:
        """The connection that the operator calls so."""
        row = (await self._sql.execute(select(table).where(table.c.name == name))).one_or_none()
        return None if row is None else _model(row)

    async def all(self) -> Sequence[Connection]:
        """Oldest first."""
        return [_model(row) for row in await self._sql.execute(select(table).order_by(table.c.id))]

    async def save(self, connection: Connection) -> None:
        """Insert, or update what may change; the slug is not forgotten for None.

        Raises `Conflict` when another connection has this name: a replica that started at the same moment made it.
        """
        statement = insert(self._sql.dialect.name, table).values(
            id=connection.id,
            name=connection.name,
            api_url=connection.api_url,
            server_url=connection.server_url,
            app_id=connection.app_id,
            app_slug=connection.app_slug,
        )
        new = statement.excluded
        told = {column: new[column] for column in ("name", "api_url", "server_url", "app_id")}
        changes = {**told, "app_slug": func.coalesce(new.app_slug, table.c.app_slug)}
        try:
            await self._sql.execute(statement.on_conflict_do_update(index_elements=[table.c.id], set_=changes))
        except IntegrityError as error:
            raise Conflict(f"There is a connection {connection.name} already.") from error


def _model(row: Row[Any]) -> Connection:
    return Connection(
        id=row.id,
        name=row.name,
        api_url=row.api_url,
        server_url=row.server_url,
        app_id=row.app_id,
        app_slug=row.app_slug,
    )
