"""Owns the audit entries: numbered, written in the transaction that does what they tell, sealed later (T25).

Nothing is ever deleted here, and the only columns that are written a second time are those of the seal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.audit import AuditEntry, AuditFilter, AuditHead, AuditSeal, AuditStanding
from bot.model.decision import Reason
from bot.store.schema import accounts, requests, runs
from bot.store.schema import audit_entries as table

_COUNT = select(func.count()).where(
    table.c.person_id == bindparam("person"),
    table.c.repository_id == bindparam("repository"),
    table.c.at >= bindparam("since"),
)  # built once: building costs more than running it
_RUN = (
    select(runs.c.github_id, runs.c.attempt)
    .where(runs.c.request_id == bindparam("request"))
    .order_by(runs.c.attempt.desc(), runs.c.github_id.desc())
    .limit(1)
)
_OPEN = table.c.position.is_(None)
_NEXT = select(table).where(_OPEN).order_by(table.c.number).limit(bindparam("most"))
_HEAD = (
    select(table.c.position, table.c.seal)
    .where(table.c.position.is_not(None))
    .order_by(table.c.position.desc())
    .limit(1)
)
_LINKS = select(table).where(table.c.position > bindparam("after")).order_by(table.c.position).limit(bindparam("most"))
_STANDING = select(
    select(func.max(table.c.position)).scalar_subquery().label("position"),
    select(func.count()).where(_OPEN).scalar_subquery().label("unsealed"),
    select(func.min(table.c.at)).where(_OPEN).scalar_subquery().label("oldest"),
)
_SEAL = (
    update(table)
    .where(table.c.number == bindparam("entry"), _OPEN)
    .values(
        position=bindparam("its_position"),
        seal=bindparam("its_seal"),
        seal_key=bindparam("its_key"),
        sealed_at=bindparam("its_moment"),
    )
)


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

    async def run_of(self, request: UUID) -> tuple[int, int] | None:
        """GitHub's id and the attempt of the request's newest run; None before it has one."""
        row = (await self._sql.execute(_RUN, {"request": request})).one_or_none()
        return None if row is None else (row.github_id, row.attempt)

    async def unsealed(self, most: int) -> Sequence[AuditEntry]:
        """Entries that wait for their seal, the oldest number first."""
        return [_model(row) for row in await self._sql.execute(_NEXT, {"most": most})]

    async def head(self) -> AuditHead:
        """How far the chain goes."""
        row = (await self._sql.execute(_HEAD)).one_or_none()
        return AuditHead() if row is None else AuditHead(position=row.position, seal=row.seal)

    async def seal(self, entries: Sequence[AuditEntry]) -> None:
        """Keep the seals of entries that have none. A place in the chain that is taken is an `IntegrityError`."""
        places = [
            {
                "entry": entry.number,
                "its_position": entry.sealed.position,
                "its_seal": entry.sealed.seal,
                "its_key": entry.sealed.key,
                "its_moment": entry.sealed.sealed_at,
            }
            for entry in entries
            if entry.sealed is not None
        ]
        await self._sql.execute(_SEAL, places)

    async def links(self, after: int, most: int) -> Sequence[AuditEntry]:
        """Sealed entries beyond a position, in the order of the chain."""
        return [_model(row) for row in await self._sql.execute(_LINKS, {"after": after, "most": most})]

    async def standing(self) -> AuditStanding:
        """How the trail stands."""
        row = (await self._sql.execute(_STANDING)).one()
        return AuditStanding(position=row.position or 0, unsealed=row.unsealed, oldest=row.oldest)

    async def told(self, wanted: AuditFilter, after: int, most: int) -> Sequence[AuditEntry]:
        """Entries that the filter lets through, beyond a number, in the order in which they were numbered."""
        statement = _filtered(wanted).where(table.c.number > after).order_by(table.c.number).limit(most)
        return [_model(row) for row in await self._sql.execute(statement)]

    async def count_since(self, action: str, since: datetime) -> int:
        """How many entries of this action there are since then. It looks at all of them: not for the hot path."""
        statement = select(func.count()).where(table.c.action == action, table.c.at >= since)
        return (await self._sql.execute(statement)).scalar_one()

    async def people_named(self, name: str) -> Sequence[UUID]:
        """Everybody who ever had an account by this login, whatever the case, or whose own id or account's id it is."""
        own = [UUID(name)] if _is_id(name) else []
        known = or_(func.lower(accounts.c.login) == name.lower(), accounts.c.external_id == name)
        found = (await self._sql.execute(select(accounts.c.person_id).where(known).distinct())).scalars()
        return [*own, *found]


def _filtered(wanted: AuditFilter) -> Select[Any]:
    statement = select(table)
    if wanted.since is not None:
        statement = statement.where(table.c.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(table.c.at < wanted.until)
    if wanted.people is not None:
        theirs = select(requests.c.id).where(requests.c.person_id.in_(wanted.people))
        statement = statement.where(or_(table.c.person_id.in_(wanted.people), table.c.request_id.in_(theirs)))
    if wanted.repositories is not None:
        here = [
            (table.c.connection_id == one) & (table.c.repository_id == number) for one, number in wanted.repositories
        ]
        statement = statement.where(or_(*here))
    if wanted.requests is not None:
        statement = statement.where(table.c.request_id.in_(wanted.requests))
    return statement


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _model(row: Row[Any]) -> AuditEntry:
    seal = None
    if row.position is not None:
        # What was taken out of a row is an edit like another: the chain does not fit it any more.
        seal = AuditSeal(
            position=row.position, key=row.seal_key or "", seal=row.seal or "", sealed_at=row.sealed_at or row.at
        )
    return AuditEntry(
        number=row.number,
        action=row.action,
        at=row.at,
        person=row.person_id,
        connection=row.connection_id,
        repository=row.repository_id,
        request=row.request_id,
        reason=row.reason,
        facts=row.facts,
        sealed=seal,
    )
