"""Owns the rows of votes: one word per person and request, and one per press or comment (T20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.approval import Answer, Vote
from bot.store.dialect import insert
from bot.store.schema import votes as table

_OF_REQUEST = select(table).where(table.c.request_id == bindparam("request")).order_by(table.c.at, table.c.id)


class Votes:
    """What people said to requests."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def add(self, vote: Vote) -> bool:
        """False, and nothing written, when this person or this very press has voted on it before."""
        values = {
            "id": vote.id,
            "request_id": vote.request,
            "person_id": vote.person,
            "connection_id": vote.connection,
            "account_id": vote.account,
            "login": vote.login,
            "answer": vote.answer.value,
            "reason": vote.reason,
            "via": vote.via,
            "at": vote.at,
        }
        statement = insert(self._sql.dialect.name, table).values(values).on_conflict_do_nothing()
        return (await self._sql.execute(statement)).rowcount == 1

    async def of_request(self, request: UUID) -> Sequence[Vote]:
        """The first one first."""
        return [_model(row) for row in await self._sql.execute(_OF_REQUEST, {"request": request})]


def _model(row: Row[Any]) -> Vote:
    return Vote(
        id=row.id,
        request=row.request_id,
        person=row.person_id,
        connection=row.connection_id,
        account=row.account_id,
        login=row.login,
        answer=Answer(row.answer),
        reason=row.reason,
        via=row.via,
        at=row.at,
    )
