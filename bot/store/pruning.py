"""Owns throwing away: which rows are older than they need to be, and how they go, a few at a time.

Looking happens in a snapshot and removing by key, so that a transaction that writes is over in a millisecond or two:
the inbox waits for it. How long things are kept is in bot/rules/retention.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.driver import OneTripConnection
from bot.store.schema import (
    answers,
    deliveries,
    link_attempts,
    repository_events,
    requests,
    run_jobs,
    runs,
    sessions,
    trusts,
)

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """One kind of thing that gets too old."""

    key: tuple[Column[Any], ...]
    """By which rows are walked through, in order, and found again."""
    old: ColumnElement[bool]
    """With `before` as the moment."""
    go: Delete | Update


# What was said to one person alone may hold the address by which Slack took it.
_TOLD = or_(answers.c.text != "", type_coerce(answers.c.address, Text).like('%"response_url":"%'))
_OLD_RUNS = (
    select(runs.c.id)
    .join(requests, requests.c.id == runs.c.request_id)
    .where(requests.c.ended_at < bindparam("before"))
)
_OLD_ANSWERS = answers.c.created_at < bindparam("before")
_RULES: Final[Mapping[str, _Rule]] = {
    "delivery_facts": _Rule(
        key=(deliveries.c.received_at, deliveries.c.id),
        old=and_(
            deliveries.c.received_at < bindparam("before"),
            or_(deliveries.c.packed.is_not(None), type_coerce(deliveries.c.facts, Text) != ""),
        ),
        go=update(deliveries).values(facts=b"", packed=None),
    ),
    "deliveries": _Rule(
        key=(deliveries.c.received_at, deliveries.c.id),
        old=deliveries.c.received_at < bindparam("before"),
        go=delete(deliveries),
    ),
    "answers": _Rule(
        key=(answers.c.id,), old=and_(_OLD_ANSWERS, answers.c.message_id.is_not(None), _TOLD), go=update(answers)
    ),
    "unsaid_answers": _Rule(
        key=(answers.c.id,), old=and_(_OLD_ANSWERS, answers.c.message_id.is_(None), _TOLD), go=update(answers)
    ),
    "link_attempts": _Rule(
        key=(link_attempts.c.id,),
        old=link_attempts.c.created_at < bindparam("before"),
        go=delete(link_attempts),
    ),
    "sessions": _Rule(key=(sessions.c.id_hash,), old=sessions.c.expires_at < bindparam("before"), go=delete(sessions)),
    # The audit remembers it for good. One of a pull request that is still open has to be said again (T15).
    "trusts": _Rule(key=(trusts.c.id,), old=trusts.c.at < bindparam("before"), go=delete(trusts)),
    "run_jobs": _Rule(
        key=(run_jobs.c.run_id, run_jobs.c.github_id), old=run_jobs.c.run_id.in_(_OLD_RUNS), go=delete(run_jobs)
    ),
    "repository_events": _Rule(
        key=(repository_events.c.received_at, repository_events.c.delivery_id),
        old=repository_events.c.received_at < bindparam("before"),
        go=delete(repository_events),
    ),
}


class Pruning:
    """Throws away."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def count(self, what: str, before: datetime) -> int:
        """How many rows of this kind are from before that moment."""
        rule = _RULES[what]
        statement = select(func.count()).select_from(rule.key[0].table).where(rule.old)
        found: int = (await self._sql.execute(statement, {"before": before})).scalar_one()
        return found

    async def old(self, what: str, before: datetime, *, after: Key | None, limit: int) -> Sequence[Key]:
        """The keys of some of them, in order, from beyond `after` on. The last part of a delivery's is its id."""
        statement, values = _walk(_RULES[what], after), {"before": before, "most": limit}
        return [tuple(row) for row in await self._sql.execute(statement, values)]

    async def drop(self, what: str, keys: Sequence[Key]) -> None:
        """These go: the whole row, or of deliveries' facts and of answers what is not needed any more."""
        if not keys:
            return
        rule = _RULES[what]
        if rule.key[0].table is answers:
            return await self._forget_words([key[0] for key in keys])
        where = [column == bindparam(f"key_{place}") for place, column in enumerate(rule.key)]
        values = [{f"key_{place}": part for place, part in enumerate(key)} for key in keys]
        await self._sql.execute(rule.go.where(*where), values)

    async def shrink(self, pages: int) -> int:
        """Give pages that are free back to the file system; returns how many still are. PostgreSQL does so by itself.

        https://www.sqlite.org/pragma.html#pragma_incremental_vacuum
        """
        if self._sql.dialect.name != "sqlite":
            return 0
        raw = await self._sql.get_raw_connection()
        left: int = await cast(OneTripConnection, raw.driver_connection).trip(_vacuum, pages)
        return left

    async def _forget_words(self, ids: Sequence[UUID]) -> None:
        rows = await self._sql.execute(select(answers.c.id, answers.c.address).where(answers.c.id.in_(ids)))
        statement = update(answers).where(answers.c.id == bindparam("answer"))
        values = [{"answer": row.id, "place_only": _without_way(row.address)} for row in rows]
        if values:
            await self._sql.execute(statement.values(text="", address=bindparam("place_only")), values)


def _walk(rule: _Rule, after: Key | None) -> Select[Any]:
    statement = select(*rule.key).where(rule.old).order_by(*rule.key).limit(bindparam("most"))
    if after is None:
        return statement
    parts = [bindparam(None, part, column.type) for part, column in zip(after, rule.key, strict=True)]
    beyond = tuple_(*rule.key) > tuple_(*parts)
    return statement.where(beyond)


def _without_way(address: Mapping[str, Any]) -> dict[str, Any]:
    return {**address, "response_url": None} if "response_url" in address else dict(address)


def _vacuum(connection: sqlite3.Connection, pages: int) -> int:
    for _ in range(min(pages, _free(connection))):
        connection.execute("PRAGMA incremental_vacuum(1)")  # one each: Python makes one step of this pragma, not all
    return _free(connection)


def _free(connection: sqlite3.Connection) -> int:
    free: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    return free
