"""Owns the rows of what GitHub asked about guarded environments, one for each attempt of a run (T10)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.deployment import Verdict
from bot.model.protection import Protection, Word
from bot.store.dialect import insert
from bot.store.schema import protections as table

ASKED: Final = "asked"
"""The state of a row that nothing was decided about."""

_OF_RUN = select(table).where(
    table.c.connection_id == bindparam("connection"),
    table.c.repository_id == bindparam("repository"),
    table.c.run_id == bindparam("run"),
    table.c.attempt == bindparam("attempt"),
    table.c.environment == bindparam("environment"),
)


class Protections:
    """What was asked, and what we said."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def of_run(
        self, connection: UUID, repository: int, run: int, attempt: int, environment: str
    ) -> Protection | None:
        """What there is about this attempt at this environment, folded."""
        of = {
            "connection": connection,
            "repository": repository,
            "run": run,
            "attempt": attempt,
            "environment": environment,
        }
        row = (await self._sql.execute(_OF_RUN, of)).one_or_none()
        return None if row is None else _model(row)

    async def add(self, protection: Protection) -> bool:
        """False, and nothing written, when there is one about this attempt at this environment."""
        statement = insert(self._sql.dialect.name, table).values(_values(protection)).on_conflict_do_nothing()
        return (await self._sql.execute(statement)).rowcount == 1

    async def save(self, protection: Protection) -> None:
        """What we say now, and whether GitHub heard it."""
        await self._sql.execute(update(table).where(table.c.id == protection.id).values(_values(protection)))


def _values(protection: Protection) -> dict[str, Any]:
    verdict = protection.word.verdict
    return {
        "id": protection.id,
        "connection_id": protection.connection,
        "repository_id": protection.repository,
        "run_id": protection.run,
        "attempt": protection.attempt,
        "environment": protection.environment,
        "environment_name": protection.environment_name,
        "sha": protection.sha,
        "workflow_path": protection.workflow_path,
        "request_id": protection.request,
        "state": ASKED if verdict is None else verdict.value,
        "note": protection.word.note,
        "comments": protection.comments,
        "asked_at": protection.asked_at,
        "answered_at": protection.answered_at,
    }


def _model(row: Row[Any]) -> Protection:
    verdict = None if row.state == ASKED else Verdict(row.state)
    return Protection(
        id=row.id,
        connection=row.connection_id,
        repository=row.repository_id,
        run=row.run_id,
        attempt=row.attempt,
        environment=row.environment,
        environment_name=row.environment_name,
        sha=row.sha,
        workflow_path=row.workflow_path,
        request=row.request_id,
        word=Word(verdict=verdict, note=row.note),
        comments=row.comments,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
    )
