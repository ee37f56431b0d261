"""Owns counts over rows for whoever watches from outside: how many requests are in which state just now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.request import RequestState
from bot.store.schema import connections, deliveries, requests

OPEN = (
    RequestState.RECEIVED,
    RequestState.WAITING,
    RequestState.QUEUED,
    RequestState.DISPATCHING,
    RequestState.RUNNING,
)
"""Finished ones are as many as were ever asked for, so they are counted as they end instead."""

_OPEN = (
    select(requests.c.state, requests.c.waiting_for, func.count().label("many"))
    .where(requests.c.state.in_(bindparam("open", expanding=True)))
    .group_by(requests.c.state, requests.c.waiting_for)
)  # by the index on the state
_LAST = (
    select(connections.c.name, func.max(deliveries.c.received_at).label("at"))
    .select_from(connections.outerjoin(deliveries, deliveries.c.connection_id == connections.c.id))
    .group_by(connections.c.name)
    .order_by(connections.c.name)
)


class Census:
    """Counts."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def open_requests(self) -> Mapping[tuple[RequestState, str | None], int]:
        """How many requests there are by unfinished state and what they wait for; pairs without any are left out."""
        rows = await self._sql.execute(_OPEN, {"open": [state.value for state in OPEN]})
        return {(RequestState(row.state), row.waiting_for): row.many for row in rows}

    async def last_deliveries(self) -> Mapping[str, datetime | None]:
        """When the last delivery of each connection came, by its name; None where none has."""
        return {row.name: row.at for row in await self._sql.execute(_LAST)}
