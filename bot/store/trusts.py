"""Owns the rows of trust in forks' commits: who said so of which commit, and who took it back (T15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.config import Remember
from bot.model.trust import Trust
from bot.store.schema import trusts as table

_OF_PULL_REQUEST = (
    select(table)
    .where(
        table.c.connection_id == bindparam("connection"),
        table.c.repository_id == bindparam("repository"),
        table.c.pull_request == bindparam("number"),
        table.c.revoked_at.is_(None),
    )
    .order_by(table.c.at.desc(), table.c.id.desc())
)


class Trusts:
    """Who trusted which fork's commits."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def add(self, trust: Trust) -> None:
        """One more word of trust."""
        values = {
            "id": trust.id,
            "connection_id": trust.connection,
            "repository_id": trust.repository,
            "pull_request": trust.pull_request,
            "sha": trust.sha,
            "person_id": trust.person,
            "remember": trust.remember.value,
            "at": trust.at,
            "revoked_at": trust.revoked_at,
            "revoked_by": trust.revoked_by,
        }
        await self._sql.execute(insert(table), values)

    async def of_pull_request(self, connection: UUID, repository: int, number: int) -> Sequence[Trust]:
        """Those that nobody took back, newest first."""
        of = {"connection": connection, "repository": repository, "number": number}
        return [_model(row) for row in await self._sql.execute(_OF_PULL_REQUEST, of)]

    async def revoke(self, trust: UUID, by: UUID, at: datetime) -> None:
        """It does not count any more. The first to take it back stays the one who did."""
        open_one = update(table).where(table.c.id == trust, table.c.revoked_at.is_(None))
        await self._sql.execute(open_one.values(revoked_at=at, revoked_by=by))


def _model(row: Row[Any]) -> Trust:
    return Trust(
        id=row.id,
        connection=row.connection_id,
        repository=row.repository_id,
        pull_request=row.pull_request,
        sha=row.sha,
        person=row.person_id,
        remember=Remember(row.remember),
        at=row.at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )
