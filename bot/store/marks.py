"""Owns marks: numbers under a name that outlive a process and are the same for every replica.

How far a catch-up has come, which generation a cache must be of: what would be a file in a smaller program.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
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
