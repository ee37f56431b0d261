"""Owns the rows of deliveries: each once, by its GUID and connection (T20)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Delivery
from bot.store.dialect import insert
from bot.store.schema import deliveries as table


class Deliveries:
    """What came in."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def get(self, delivery: UUID) -> Delivery | None:
        """By our id of it."""
        row = (await self._sql.execute(select(table).where(table.c.id == delivery))).one_or_none()
        if row is None:
            return None
        return Delivery(
            id=row.id,
            connection=row.connection_id,
            guid=row.guid,
            event=row.event,
            action=row.action,
            facts=row.facts,
            received_at=row.received_at,
        )

    async def add(self, deliveries: Sequence[Delivery]) -> set[UUID]:
        """Insert those that are new; returns their ids. A GUID that was recorded before, or twice here, stays once."""
        statement = insert(self._sql.dialect.name, table).on_conflict_do_nothing(
            index_elements=[table.c.connection_id, table.c.guid]
        )
        await self._sql.execute(statement, [_columns(delivery) for delivery in deliveries])
        ids = [delivery.id for delivery in deliveries]
        rows = await self._sql.execute(_WHICH, {"ids": ids})
        return set(rows.scalars())


_WHICH = select(table.c.id).where(table.c.id.in_(bindparam("ids", expanding=True)))


def _columns(delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "connection_id": delivery.connection,
        "guid": delivery.guid,
        "event": delivery.event,
        "action": delivery.action,
        "facts": delivery.facts,
        "received_at": delivery.received_at,
    }
