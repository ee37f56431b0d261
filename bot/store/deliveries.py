"""Owns reading the rows of deliveries; bot/store/intake.py writes them, each once (T20).

How their facts lie there is here too: compressed, where that is worth it.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.delivery import Delivery
from bot.store.schema import deliveries as table

WORTH_IT = 200  # bytes; below that compressing saves next to nothing

# Built once: building costs more than running them.
_GET = select(table).where(table.c.id == bindparam("delivery"))
_BETWEEN = (
    select(table)
    .where(table.c.received_at > bindparam("after"), table.c.received_at <= bindparam("until"))
    .order_by(table.c.received_at, table.c.id)
    .limit(bindparam("most"))
)


class Deliveries:
    """What came in."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def get(self, delivery: UUID) -> Delivery | None:
        """By our id of it."""
        row = (await self._sql.execute(_GET, {"delivery": delivery})).one_or_none()
        return None if row is None else _model(row)

    async def known(self, connection: UUID, guids: Collection[str]) -> frozenset[str]:
        """Which of these GUIDs were recorded for this connection."""
        here = table.c.connection_id == connection, table.c.guid.in_(sorted(guids))
        return frozenset((await self._sql.execute(select(table.c.guid).where(*here))).scalars())

    async def between(self, after: datetime, until: datetime, limit: int) -> Sequence[Delivery]:
        """Those received after the one moment and not after the other, oldest first."""
        values = {"after": after, "until": until, "most": limit}
        return [_model(row) for row in await self._sql.execute(_BETWEEN, values)]


def packed(facts: bytes) -> tuple[bytes, bytes | None]:
    """What goes into `facts` and `packed`: one of the two.

    Compressing takes 13 us, without Python's lock and away from the event loop, and saves a quarter of the whole file.
    To do it later would cost three times as much, and save nothing: SQLite keeps the room that a shorter row leaves.
    """
    return (facts, None) if len(facts) < WORTH_IT else (b"", zlib.compress(facts, 1))


def _model(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        connection=row.connection_id,
        guid=row.guid,
        event=row.event,
        action=row.action,
        facts=row.facts if row.packed is None else zlib.decompress(row.packed),
        received_at=row.received_at,
    )
