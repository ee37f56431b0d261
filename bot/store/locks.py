"""Owns the rows of locks. That two of a kind are never held at once is the database's own rule, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.lock import Holder, Lock
from bot.store.addresses import from_json, to_json
from bot.store.dialect import insert
from bot.store.schema import locks as table

_HELD = (
    select(table)
    .where(
        table.c.connection_id == bindparam("connection"),
        table.c.repository_id == bindparam("repository"),
        table.c.released_at.is_(None),
    )
    .order_by(table.c.environment, table.c.at, table.c.id)
)
_OF_REQUEST = select(table).where(table.c.request_id == bindparam("request"), table.c.released_at.is_(None))


class Locks:
    """Who holds what."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def take(self, lock: Lock) -> bool:
        """False, and nothing written, when another one of its kind is held on the same environment."""
        values = {
            "id": lock.id,
            "connection_id": lock.connection,
            "repository_id": lock.repository,
            "environment": lock.environment,
            "holder": lock.holder.value,
            "person_id": lock.person,
            "request_id": lock.request,
            "code": lock.code,
            "login": lock.login,
            "reason": lock.reason,
            "place": None if lock.place is None else to_json(lock.place),
            "pull_request": lock.pull_request,
            "at": lock.at,
            "expires_at": lock.expires_at,
            "released_at": lock.released_at,
            "released_by": lock.released_by,
        }
        statement = insert(self._sql.dialect.name, table).values(values).on_conflict_do_nothing()
        return (await self._sql.execute(statement)).rowcount == 1

    async def held(self, connection: UUID, repository: int) -> Sequence[Lock]:
        """All that are held in the repository, by environment; expired ones too until somebody releases them."""
        of = {"connection": connection, "repository": repository}
        return [_model(row) for row in await self._sql.execute(_HELD, of)]

    async def of_people(self) -> Sequence[Lock]:
        """All that people hold, in whatever repository."""
        statement = select(table).where(table.c.holder == Holder.PERSON.value, table.c.released_at.is_(None))
        return [_model(row) for row in await self._sql.execute(statement.order_by(table.c.at, table.c.id))]

    async def of_request(self, request: UUID) -> Sequence[Lock]:
        """Those that it holds."""
        return [_model(row) for row in await self._sql.execute(_OF_REQUEST, {"request": request})]

    async def get(self, lock: UUID) -> Lock | None:
        """Also one that was released."""
        row = (await self._sql.execute(select(table).where(table.c.id == lock))).one_or_none()
        return None if row is None else _model(row)

    async def change(self, lock: UUID, *, reason: str, expires_at: datetime | None) -> None:
        """It is held for another reason, or until another moment."""
        open_one = update(table).where(table.c.id == lock, table.c.released_at.is_(None))
        await self._sql.execute(open_one.values(reason=reason, expires_at=expires_at))

    async def release(self, lock: UUID, by: UUID | None, at: datetime) -> bool:
        """False when it was released before; `by` is None where nobody did it."""
        open_one = update(table).where(table.c.id == lock, table.c.released_at.is_(None))
        return (await self._sql.execute(open_one.values(released_at=at, released_by=by))).rowcount == 1


def _model(row: Row[Any]) -> Lock:
    return Lock(
        id=row.id,
        connection=row.connection_id,
        repository=row.repository_id,
        environment=row.environment,
        holder=Holder(row.holder),
        person=row.person_id,
        request=row.request_id,
        code=row.code,
        login=row.login,
        reason=row.reason,
        place=None if row.place is None else from_json(row.place),
        pull_request=row.pull_request,
        at=row.at,
        expires_at=row.expires_at,
        released_at=row.released_at,
        released_by=row.released_by,
    )
