"""Owns marks: numbers under a name that outlive a process and are the same for every replica.

How far a catch-up has come, which generation a cache must be of: what would be a file in a smaller program.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.dialect import insert
from bot.store.schema import marks as table

_VALUE = select(table.c.value).where(table.c.name == bindparam("mark"))


class Marks:
    """Marks."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def value(self, name: str) -> int | None:
        """The number, a 64-bit one; None when nobody has set it."""
        return (await self._sql.execute(_VALUE, {"mark": name})).scalar_one_or_none()

    async def values(self, names: Collection[str]) -> Mapping[str, int]:
        """The numbers of those that somebody has set."""
        statement = select(table.c.name, table.c.value).where(table.c.name.in_(sorted(names)))
        return {row.name: row.value for row in await self._sql.execute(statement)}

    async def put(self, name: str, value: int, at: datetime) -> None:
        """Set the number, whatever it was."""
        statement = insert(self._sql.dialect.name, table).values(name=name, value=value, at=at)
        changes = {"value": statement.excluded.value, "at": statement.excluded.at}
        await self._sql.execute(statement.on_conflict_do_update(index_elements=[table.c.name], set_=changes))

    async def bump(self, name: str, at: datetime) -> int:
        """One more than it was, and returned; the first is 1. Two who bump at once get two numbers."""
        statement = insert(self._sql.dialect.name, table).values(name=name, value=1, at=at)
        changes = {"value": table.c.value + 1, "at": statement.excluded.at}
        bumped = statement.on_conflict_do_update(index_elements=[table.c.name], set_=changes)
        value: int = (await self._sql.execute(bumped.returning(table.c.value))).scalar_one()
        return value

    async def forget(self, prefix: str, before: datetime) -> None:
        """Those whose names begin so and that were set last before then."""
        begins = table.c.name.startswith(prefix, autoescape=True)
        await self._sql.execute(delete(table).where(begins, table.c.at < before))
