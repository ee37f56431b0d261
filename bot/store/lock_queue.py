"""Owns looking at requests as a queue: which wait for a lock, which are in the way without one, how long they take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.model.request import Request, RequestState
from bot.store.requests import ON_THE_WAY, stored
from bot.store.schema import locks
from bot.store.schema import requests as table

LOCK: Final = "lock"
LOST_KEEPS: Final = timedelta(hours=1)
"""As bot/rules/locking.py has it."""

_QUEUED: Final = (table.c.state == RequestState.WAITING.value) & (table.c.waiting_for == LOCK)


class LockQueue:
    """Who waits, and for whom."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        """In this transaction."""
        self._sql = connection
        self._clock = clock

    async def waiting(self, connection: UUID, repository: int) -> Sequence[Request]:
        """Those in the repository that wait for a lock, the one that asked first first."""
        return await self._requests(select(table).where(_QUEUED, *_in(connection, repository)))

    async def everywhere(self) -> Sequence[tuple[UUID, int]]:
        """Connection and id of the repositories in which somebody waits for a lock."""
        found = select(table.c.connection_id, table.c.repository_id).where(_QUEUED).distinct()
        return [(row.connection_id, row.repository_id) for row in await self._sql.execute(found)]

    async def unrecorded(
        self, connection: UUID, repository: int, environment: str, other_than: UUID | None
    ) -> Request | None:
        """The oldest of those on their way there that never had a lock: from before locks were written down, or from
        before the configuration asked for one. Lost ones count for as long as they would keep a lock."""
        lost_at = func.coalesce(table.c.ended_at, table.c.dispatched_at, table.c.created_at)
        lost = (table.c.state == RequestState.LOST.value) & (lost_at >= self._clock.now() - LOST_KEEPS)
        going = table.c.state.in_(ON_THE_WAY) | lost
        had_one = exists().where(locks.c.request_id == table.c.id)
        found = select(table).where(*_in(connection, repository), table.c.environment == environment, going, ~had_one)
        others = found if other_than is None else found.where(table.c.id != other_than)
        rows = await self._requests(others.limit(1))
        return rows[0] if rows else None

    async def took(
        self, connection: UUID, repository: int, workflow_path: str, environment: str | None, limit: int
    ) -> Sequence[timedelta]:
        """How long the newest that succeeded there took, from dispatch to end."""
        found = (
            select(table.c.dispatched_at, table.c.ended_at)
            .where(*_in(connection, repository), table.c.workflow_path == workflow_path)
            .where(table.c.environment == environment, table.c.state == RequestState.SUCCEEDED.value)
            .where(table.c.dispatched_at.is_not(None))
            .order_by(table.c.ended_at.desc(), table.c.id.desc())
            .limit(limit)
        )
        return [row.ended_at - row.dispatched_at for row in await self._sql.execute(found)]

    async def _requests(self, statement: Select[Any]) -> Sequence[Request]:
        rows = await self._sql.execute(statement.order_by(table.c.created_at, table.c.id))
        return [stored(row) for row in rows]


def _in(connection: UUID, repository: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.connection_id == connection, table.c.repository_id == repository
