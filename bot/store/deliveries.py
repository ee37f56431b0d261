"""Owns reading the rows of deliveries; bot/store/intake.py writes them, each once (T20)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Delivery
from bot.store.schema import deliveries as table

_GET = select(table).where(table.c.id == bindparam("delivery"))  # built once: building costs more than running it


class Deliveries:
    """What came in."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def get(self, delivery: UUID) -> Delivery | None:
        """By our id of it."""
        row = (await self._sql.execute(_GET, {"delivery": delivery})).one_or_none()
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
