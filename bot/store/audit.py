"""Owns the audit entries: numbered, written in the transaction that does what they tell, sealed later (T25)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.decision import Reason
from bot.store.schema import audit_entries as table

_COUNT = select(func.count()).where(
    table.c.person_id == bindparam("person"),
    table.c.repository_id == bindparam("repository"),
    table.c.at >= bindparam("since"),
)  # built once: building costs more than running it


class Audit:
    """What was asked, decided and done."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def write(
        self,
        *,
        action: str,
        at: datetime,
        person: UUID | None,
        connection: UUID | None,
        repository: int | None,
        request: UUID | None,
        reason: Reason | None,
        facts: Mapping[str, Any],
    ) -> None:
        """Append one entry; `facts` is plain JSON."""
        values = {
            "action": action,
            "at": at,
            "person_id": person,
            "connection_id": connection,
            "repository_id": repository,
            "request_id": request,
            "reason": None if reason is None else reason.value,
            "facts": dict(facts),
        }
        await self._sql.execute(insert(table), values)

    async def count_commands(self, person: UUID, repository: int, since: datetime) -> int:
        """How many commands of this person were written down for this repository since then (T26).

        Every entry counts: one that is about something else slows a person down a little, one that was forgotten here
        would open the flood gate.
        """
        about = {"person": person, "repository": repository, "since": since}
        return (await self._sql.execute(_COUNT, about)).scalar_one()
