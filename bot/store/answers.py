"""Owns the rows of answers: replies that are written once, by their natural key (T20)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.request import Answer
from bot.store.addresses import from_json, to_columns
from bot.store.dialect import insert
from bot.store.schema import answers as table


class Answers:
    """Replies that are written once."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def add(self, answer: Answer) -> bool:
        """False, and nothing written, when this natural key was answered before."""
        statement = insert(self._sql.dialect.name, table).values(
            id=answer.id,
            natural_key=answer.natural_key,
            **to_columns(answer.address),
            text=answer.text,
            message_id=answer.message_id,
            attempted_at=answer.attempted_at,
            created_at=answer.created_at,
        )
        result = await self._sql.execute(statement.on_conflict_do_nothing(index_elements=[table.c.natural_key]))
        return result.rowcount == 1

    async def given(self, natural_key: str) -> bool:
        """Whether this natural key was answered."""
        rows = await self._sql.execute(select(table.c.id).where(table.c.natural_key == natural_key))
        return rows.first() is not None

    async def get(self, answer: UUID) -> Answer | None:
        """By its id."""
        row = (await self._sql.execute(select(table).where(table.c.id == answer))).one_or_none()
        return None if row is None else stored(row)

    async def attempting(self, answer: UUID, at: datetime | None) -> None:
        """The last attempt to post it began then, or failed then without our knowing whether it was posted.

        None: it was not posted, so nothing has to be looked for.
        """
        await self._sql.execute(update(table).where(table.c.id == answer).values(attempted_at=at))

    async def withdraw(self, natural_key: str) -> None:
        """Forget it, unless it was posted."""
        unsaid = (table.c.natural_key == natural_key, table.c.message_id.is_(None))
        await self._sql.execute(delete(table).where(*unsaid))

    async def posted(self, answer: UUID, message_id: str) -> None:
        """It stands there, as this message. Its words go: they may hold a secret link, and nobody needs them twice."""
        await self._sql.execute(update(table).where(table.c.id == answer).values(message_id=message_id, text=""))


def stored(row: Row[Any]) -> Answer:
    """An answer from its row."""
    return Answer(
        id=row.id,
        natural_key=row.natural_key,
        address=from_json(row.address),
        text=row.text,
        message_id=row.message_id,
        attempted_at=row.attempted_at,
        created_at=row.created_at,
    )
