"""Owns the rows of what happened in repositories: each delivery's facts once, however often they are written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.repository_event import RepositoryEvent
from bot.store.dialect import insert
from bot.store.schema import repository_events as table


class RepositoryEvents:
    """What happened in repositories."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def add(self, events: Sequence[RepositoryEvent]) -> None:
        """Keep them; one whose delivery was kept before changes nothing."""
        if events:
            await self._sql.execute(_add_statement(self._sql.dialect.name), [_columns(event) for event in events])


@cache
def _add_statement(dialect: str) -> Insert:
    return insert(dialect, table).on_conflict_do_nothing()


def _columns(event: RepositoryEvent) -> dict[str, Any]:
    return {
        "received_at": event.received_at,
        "delivery_id": event.delivery,
        "connection_id": event.connection,
        "repository_id": event.repository,
        "event": event.event,
        "action": event.action,
        "actor_id": event.actor,
        "number": event.number,
        "thing_id": event.thing,
        "parent_id": event.parent,
        "attempt": event.attempt,
        "sha": event.sha,
        "ref": event.ref,
        "environment": event.environment,
        "state": event.state,
        "happened_at": event.happened_at,
    }
