"""Owns the monthly partitions of what happened in repositories, on PostgreSQL; on SQLite it is one table.

They are made ahead, and one that is too old goes as a whole. A row that fits into none lies in the default partition,
so nothing is ever refused. https://www.postgresql.org/docs/current/ddl-partitioning.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.columns import to_microseconds
from bot.store.schema import repository_events

AHEAD: Final = 3  # months that exist beside the present one, so that a schedule that stands still does no harm

_NAME: Final = re.compile(rf"{repository_events.name}_(\d{{4}})_(\d\d)")
_EXISTING: Final = text(
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:parent AS regclass) ORDER BY 1"
)


class Partitions:
    """Months."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def make_ahead(self, now: datetime) -> Sequence[str]:
        """See that this month and the next ones have their partition; returns the names of new ones."""
        if self._sql.dialect.name != "postgresql":
            return ()
        made, existing = [], set(await self._names())
        for month in _months(now, AHEAD + 1):
            if (name := _name(month)) not in existing:
                await self._make(name, month)
                made.append(name)
        return made

    async def drop(self, before: datetime) -> Sequence[str]:
        """Months that were over by then go, with all that lies in them; returns their names."""
        if self._sql.dialect.name != "postgresql":
            return ()
        gone = [name for name in await self._names() if (end := _end(name)) is not None and end <= before]
        for name in gone:
            await self._sql.execute(text(f"DROP TABLE {name}"))
        return gone

    async def _names(self) -> Sequence[str]:
        return list((await self._sql.execute(_EXISTING, {"parent": repository_events.name})).scalars())

    async def _make(self, name: str, month: datetime) -> None:
        """Rows of this month that lie in the default partition already move into it, else PostgreSQL refuses it."""
        begin, end = to_microseconds(month), to_microseconds(_next(month))
        parent, default = repository_events.name, f"{repository_events.name}_default"
        within = f"received_at >= {begin} AND received_at < {end}"
        await self._sql.execute(text(f"CREATE TABLE {name} (LIKE {parent} INCLUDING ALL)"))
        moved = (
            f"WITH moved AS (DELETE FROM {default} WHERE {within} RETURNING *) INSERT INTO {name} SELECT * FROM moved"
        )
        await self._sql.execute(text(moved))
        attach = f"ALTER TABLE {parent} ATTACH PARTITION {name} FOR VALUES FROM ({begin}) TO ({end})"
        await self._sql.execute(text(attach))


def _months(now: datetime, count: int) -> Sequence[datetime]:
    months = [datetime(now.year, now.month, 1, tzinfo=UTC)]
    while len(months) < count:
        months.append(_next(months[-1]))
    return months


def _next(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _name(month: datetime) -> str:
    return f"{repository_events.name}_{month:%Y_%m}"


def _end(name: str) -> datetime | None:
    found = _NAME.fullmatch(name)
    return _next(datetime(int(found[1]), int(found[2]), 1, tzinfo=UTC)) if found else None
