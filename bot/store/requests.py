"""Owns the rows of requests: once per origin (T20), saved by compare-and-set on their version."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Insert, Row, Select, bindparam, false, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.errors import Conflict, Taken
from bot.model.address import SLACK
from bot.model.decision import Reason
from bot.model.origin import Origin
from bot.model.request import Pin, PinSource, Request, RequestState, RerunOf
from bot.store.asked import asked, asked_json
from bot.store.dialect import insert
from bot.store.origins import from_json, to_columns
from bot.store.schema import announcements
from bot.store.schema import requests as table

LOST_FOR = timedelta(days=1)  # how long news may still bring a lost request back
AT_GITHUB = (RequestState.DISPATCHING.value, RequestState.RUNNING.value)
ON_THE_WAY = (RequestState.QUEUED.value, *AT_GITHUB)

# Statements are built once, and values are handed over beside them: building costs more than running.
_GET = select(table).where(table.c.id == bindparam("value"))
_BY_CODE = select(table).where(table.c.code == bindparam("value"))
_BY_ORIGIN = select(table).where(table.c.origin_key == bindparam("value"))
_OF_COMMENT = (
    select(table)
    .where(
        table.c.connection_id == bindparam("connection"),
        table.c.repository_id == bindparam("repository"),
        table.c.comment_id == bindparam("comment"),
    )
    .order_by(table.c.line)
)
_SAVE = update(table).where(table.c.id == bindparam("saved"), table.c.version == bindparam("seen"))


class Requests:
    """Requests."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        """In this transaction."""
        self._sql = connection
        self._clock = clock

    async def add(self, request: Request) -> bool:
        """False, and nothing written, when this origin has a request. A code that is taken raises `Taken`."""
        values = {**_columns(request), "version": request.version}
        try:
            result = await self._sql.execute(_add_statement(self._sql.dialect.name), values)
        except IntegrityError as error:
            raise Taken("The request's id, code or key is taken: mint new ones.") from error
        return result.rowcount == 1

    async def save(self, request: Request) -> Request:
        """Write the row whose version is `request.version`; returns it with the next version.

        Raises `Conflict` when the row has another version by now, or is not there.
        """
        values = {**_columns(request), "version": request.version + 1}
        result = await self._sql.execute(_SAVE, {**values, "saved": request.id, "seen": request.version})
        if result.rowcount != 1:
            raise Conflict(f"Request {request.code} is not at version {request.version} any more.")
        return replace(request, version=request.version + 1)

    async def get(self, request: UUID) -> Request | None:
        """By its id."""
        return await self._one(_GET, request)

    async def by_code(self, code: str) -> Request | None:
        """By the code that people type, in any case."""
        return await self._one(_BY_CODE, code.upper())

    async def by_origin(self, origin: Origin) -> Request | None:
        """What came of this very line."""
        return await self._one(_BY_ORIGIN, origin.natural_key)

    async def of_thread(self, connection: UUID, repository: int, number: int, limit: int) -> Sequence[Request]:
        """The newest first."""
        return await self._newest(*_in(connection, repository), table.c.number == number, limit=limit)

    async def of_place(self, place_prefix: str, limit: int) -> Sequence[Request]:
        """Those announced in a channel of Slack (`connection:channel:`) or a thread of it, the newest first."""
        return await self._newest(_shown(SLACK, place_prefix), limit=limit)

    async def shown_as(self, surface: str, connection: UUID, channel: str, message: str) -> Request | None:
        """The request whose announcement stands there as this very message (T21)."""
        here = _shown(surface, f"{connection}:{channel}:", announcements.c.message_id == message)
        found = await self._newest(here, limit=1)
        return found[0] if found else None

    async def of_person(self, person: UUID, limit: int) -> Sequence[Request]:
        """The newest first."""
        return await self._newest(table.c.person_id == person, limit=limit)

    async def of_repository(self, connection: UUID, repository: int, limit: int) -> Sequence[Request]:
        """The newest first."""
        return await self._newest(*_in(connection, repository), limit=limit)

    async def of_comment(self, connection: UUID, repository: int, comment: int) -> Sequence[Request]:
        """In the order of their lines."""
        of = {"connection": connection, "repository": repository, "comment": comment}
        return [stored(row) for row in await self._sql.execute(_OF_COMMENT, of)]

    async def unfinished(self) -> Sequence[Request]:
        """Those that are dispatching, running or lost within the last day, oldest first: what the sweep looks at."""
        return await self._unfinished()

    async def standing(
        self, states: Collection[RequestState], *, thread: tuple[UUID, int, int] | None = None
    ) -> Sequence[Request]:
        """All that are in one of these states, oldest first."""
        statement = select(table).where(table.c.state.in_([state.value for state in states]))
        if thread is not None:
            statement = statement.where(*_in(*thread[:2]), table.c.number == thread[2])
        return [stored(row) for row in await self._sql.execute(statement.order_by(table.c.created_at, table.c.id))]

    async def unfinished_in(self, connection: UUID, repository: int) -> Sequence[Request]:
        """The same of one repository: whose a run without a known id may be."""
        return await self._unfinished(*_in(connection, repository))

    async def successes(self, connection: UUID, repository: int, environment: str, limit: int) -> Sequence[Request]:
        """Those that succeeded in this environment, the newest first: what is live, and what may be put back (T11)."""
        found = _succeeded(connection, repository, environment).limit(limit)
        return [stored(row) for row in await self._sql.execute(found)]

    async def newest_success(
        self, connection: UUID, repository: int, environment: str, workflows: Collection[str]
    ) -> Request | None:
        """The newest by these workflow files, in small letters: what `after` looks at (T11)."""
        of_them = func.lower(table.c.workflow_path).in_([f".github/workflows/{file}" for file in workflows])
        found = _succeeded(connection, repository, environment).where(of_them).limit(1)
        row = (await self._sql.execute(found)).one_or_none()
        return None if row is None else stored(row)

    async def _unfinished(self, *conditions: ColumnElement[bool]) -> Sequence[Request]:
        statement = select(table).where(or_(table.c.state.in_(AT_GITHUB), self._lost()), *conditions)
        return [stored(row) for row in await self._sql.execute(statement.order_by(table.c.created_at, table.c.id))]

    def _lost(self) -> ColumnElement[bool]:
        ended = func.coalesce(table.c.ended_at, table.c.dispatched_at, table.c.created_at)
        return (table.c.state == RequestState.LOST.value) & (ended >= self._clock.now() - LOST_FOR)

    async def _one(self, statement: Select[Any], value: UUID | str) -> Request | None:
        row = (await self._sql.execute(statement, {"value": value})).one_or_none()
        return None if row is None else stored(row)

    async def _newest(self, *conditions: ColumnElement[bool], limit: int) -> Sequence[Request]:
        statement = select(table).where(*conditions).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit)
        return [stored(row) for row in await self._sql.execute(statement)]


@cache
def _add_statement(dialect: str) -> Insert:
    return insert(dialect, table).on_conflict_do_nothing(index_elements=[table.c.origin_key])


def _in(connection: UUID, repository: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.connection_id == connection, table.c.repository_id == repository


def _touches(connection: UUID, repository: int, environment: str) -> tuple[ColumnElement[bool], ...]:
    return *_in(connection, repository), table.c.environment == environment.casefold()


def _succeeded(connection: UUID, repository: int, environment: str) -> Select[Any]:
    """The newest first; rehearsals apart, and what ran by a workflow file that a branch brought along: that may have
    done anything (T11)."""
    return (
        select(table)
        .where(*_touches(connection, repository, environment))
        .where(table.c.state == RequestState.SUCCEEDED.value, table.c.dry_run.is_(false()))
        .where(table.c.pin_head_sha.is_not(None))
        .order_by(table.c.ended_at.desc(), table.c.id.desc())
    )


def _shown(surface: str, place_prefix: str, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    # Compared and not matched by LIKE, which knows wildcards, and on SQLite no case: an id is an id.
    there = func.substr(announcements.c.place, 1, len(place_prefix)) == place_prefix
    shown = select(announcements.c.request_id).where(announcements.c.surface == surface, there, *conditions)
    return table.c.id.in_(shown)


def _columns(request: Request) -> dict[str, Any]:
    return {
        **to_columns(request.origin),
        **_pin_columns(request.pin),
        "id": request.id,
        "code": request.code,
        "key": request.key,
        "connection_id": request.connection,
        "repository_id": request.repository,
        "number": request.number,
        "on_pull_request": request.on_pull_request,
        "rerun": _rerun_json(request.rerun),
        "command": request.command,
        "text": request.text,
        "person_id": request.person,
        "workflow_id": request.workflow_id,
        "workflow_path": request.workflow_path,
        "workflow_name": request.workflow_name,
        "inputs": dict(request.inputs),
        # Gates bind to the folded name, so `Production` and `production` are one environment (T2).
        "environment": None if request.environment is None else request.environment.casefold(),
        "dry_run": request.dry_run,
        "asked": None if request.asked is None else asked_json(request.asked),
        "rollback_of": request.rollback_of,
        "state": request.state.value,
        "waiting_for": request.waiting_for,
        "reason": None if request.reason is None else request.reason.value,
        "note": request.note,
        "judged_at": request.judged_at,
        "dispatched_at": request.dispatched_at,
        "created_at": request.created_at,
        "ended_at": request.ended_at,
    }


def _pin_columns(pin: Pin | None) -> dict[str, Any]:
    return {
        "pin_ref": pin and pin.ref,
        "pin_sha": pin and pin.sha,
        "pin_source": pin and pin.source.value,
        "pin_pull_request": pin and pin.pull_request,
        "pin_workflow_blob": pin and pin.workflow_blob,
        "pin_head_sha": pin and pin.head_sha,
    }


def _pin(row: Row[Any]) -> Pin | None:
    if row.pin_ref is None:
        return None
    return Pin(
        ref=row.pin_ref,
        sha=row.pin_sha,
        source=PinSource(row.pin_source),
        pull_request=row.pin_pull_request,
        workflow_blob=row.pin_workflow_blob,
        head_sha=row.pin_head_sha,
    )


def _rerun_json(rerun: RerunOf | None) -> dict[str, Any] | None:
    if rerun is None:
        return None
    return {"of": str(rerun.of), "run": rerun.run, "attempt": rerun.attempt, "failed_only": rerun.failed_only}


def _rerun(value: Mapping[str, Any] | None) -> RerunOf | None:
    if value is None:
        return None
    return RerunOf(of=UUID(value["of"]), run=value["run"], attempt=value["attempt"], failed_only=value["failed_only"])


def stored(row: Row[Any]) -> Request:
    """A row as the rest of the house knows it."""
    return Request(
        id=row.id,
        code=row.code,
        key=row.key,
        connection=row.connection_id,
        repository=row.repository_id,
        command=row.command,
        text=row.text,
        person=row.person_id,
        origin=from_json(row.origin),
        number=row.number,
        on_pull_request=row.on_pull_request,
        rerun=_rerun(row.rerun),
        workflow_id=row.workflow_id,
        workflow_path=row.workflow_path,
        workflow_name=row.workflow_name,
        inputs=row.inputs,
        environment=row.environment,
        pin=_pin(row),
        dry_run=row.dry_run,
        asked=None if row.asked is None else asked(row.asked),
        rollback_of=row.rollback_of,
        state=RequestState(row.state),
        waiting_for=row.waiting_for,
        reason=None if row.reason is None else Reason(row.reason),
        note=row.note,
        judged_at=row.judged_at,
        dispatched_at=row.dispatched_at,
        created_at=row.created_at,
        ended_at=row.ended_at,
        version=row.version,
    )
