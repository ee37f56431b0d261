"""Owns the rows of configurations: the file that is in force, and those that wait for a second person (T13).

They are never pruned: without its row a repository would be seen for the first time, and anything would be in force.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.config import KeptConfig, Layer
from bot.store.dialect import insert
from bot.store.schema import configs as table

_KEY = (table.c.connection_id, table.c.repository_id, table.c.layer)
_GET = select(table).where(
    table.c.connection_id == bindparam("connection"),
    table.c.repository_id == bindparam("repository"),
    table.c.layer == bindparam("layer_name"),
)

_SUPERSEDED = msgspec.json.Decoder(tuple[bytes, ...])


class Configs:
    """Configuration files as they are in force."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def get(self, connection: UUID, repository: int, layer: Layer) -> KeptConfig | None:
        """What is kept of this layer for this repository; None when it was never seen."""
        of = {"connection": connection, "repository": repository, "layer_name": layer.value}
        row = (await self._sql.execute(_GET, of)).one_or_none()
        return None if row is None else _model(row)

    async def save(self, kept: KeptConfig) -> None:
        """Insert or replace."""
        values = _columns(kept)
        statement = insert(self._sql.dialect.name, table).values(values)
        changes = {name: value for name, value in values.items() if name not in {column.name for column in _KEY}}
        await self._sql.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=changes))

    async def repositories(self) -> Sequence[tuple[UUID, int]]:
        """Connection and number of every repository whose configuration was ever looked at."""
        statement = select(table.c.connection_id, table.c.repository_id).distinct()
        return [(row.connection_id, row.repository_id) for row in await self._sql.execute(statement)]


def _columns(kept: KeptConfig) -> dict[str, Any]:
    return {
        "connection_id": kept.connection,
        "repository_id": kept.repository,
        "layer": kept.layer.value,
        "blob": kept.blob,
        "data": zlib.compress(kept.data),
        "in_force_since": kept.in_force_since,
        "waiting_blob": kept.waiting_blob,
        "waiting_data": zlib.compress(kept.waiting_data),
        "waiting_since": kept.waiting_since,
        "superseded": zlib.compress(msgspec.json.encode(kept.superseded)),
        "confirmed_by": kept.confirmed_by,
    }


def _model(row: Row[Any]) -> KeptConfig:
    return KeptConfig(
        connection=row.connection_id,
        repository=row.repository_id,
        layer=Layer(row.layer),
        blob=row.blob,
        data=zlib.decompress(row.data),
        in_force_since=row.in_force_since,
        waiting_blob=row.waiting_blob,
        waiting_data=zlib.decompress(row.waiting_data),
        waiting_since=row.waiting_since,
        superseded=_SUPERSEDED.decode(zlib.decompress(row.superseded)),
        confirmed_by=row.confirmed_by,
    )
