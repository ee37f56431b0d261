"""Owns the one statement behind the sweep: which requests have had no news for longer than they may.

It reads rows of what has not ended, through the index on their states, and sends back a few ids; however many wait, no
request is loaded for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, case, func, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.request import RequestState
from bot.model.run import Doubt, Silence, Silent
from bot.store.columns import MICROSECOND, to_microseconds
from bot.store.schema import requests, runs

AT_GITHUB: Final = (RequestState.DISPATCHING, RequestState.RUNNING, RequestState.LOST)

FOR_PEOPLE: Final = ("approval", "lock")
"""What a request waits for that people give: whoever gives it wakes it, so it is looked at only in case that was lost.
"""

SHARE: Final = 10
"""Silence may last for this part of a request's age."""


async def broken(sql: AsyncConnection, now: datetime, allowed: Silence, limit: int) -> Sequence[Silent]:
    """Those that are to be asked about now, the longest silence first."""
    values = {
        "now": to_microseconds(now),
        "shortest": allowed.shortest // MICROSECOND,
        "longest": allowed.longest // MICROSECOND,
        "lost": allowed.lost // MICROSECOND,
        "lost_for": allowed.lost_for // MICROSECOND,
        "most": limit,
    }
    rows = await sql.execute(_statement(), values)
    return [Silent(request=row.id, doubt=_doubt(RequestState(row.state), row.runs)) for row in rows]


@cache
def _statement() -> Select[Any]:
    heard = func.coalesce(func.max(_number(runs.c.checked_at)), _number(requests.c.judged_at), _created())
    silence = _value("now") - heard
    grown = and_(silence >= _value("shortest"), silence * SHARE >= _value("now") - _created())
    traced = func.count(runs.c.id) > 0
    due = case(
        (_is(RequestState.LOST), and_(traced, _lost_lately(), or_(grown, silence >= _value("lost")))),
        (and_(_is(RequestState.RUNNING), traced), or_(grown, silence >= _value("longest"))),
        (_is(RequestState.WAITING), or_(grown, silence >= _value("longest"))),
        # A job of their own looks after the rest; they are silent for so long only when somebody dropped it.
        else_=silence >= _value("longest"),
    )
    return (
        select(requests.c.id, requests.c.state, func.count(runs.c.id).label("runs"))
        .outerjoin(runs, runs.c.request_id == requests.c.id)
        .where(or_(requests.c.state.in_([state.value for state in AT_GITHUB]), _waits()))
        .group_by(requests.c.id)
        .having(due)
        .order_by(heard, requests.c.id)
        .limit(bindparam("most"))
    )


def _is(state: RequestState) -> ColumnElement[bool]:
    return requests.c.state == state.value


def _waits() -> ColumnElement[bool]:
    return and_(_is(RequestState.WAITING), requests.c.waiting_for.in_(FOR_PEOPLE))


def _lost_lately() -> ColumnElement[bool]:
    since = func.coalesce(_number(requests.c.ended_at), _created())
    return _value("now") - since <= _value("lost_for")


def _doubt(state: RequestState, known_runs: int) -> Doubt:
    if state is RequestState.DISPATCHING:
        return Doubt.SENT
    if state is RequestState.WAITING:
        return Doubt.WHETHER
    return Doubt.HOW if known_runs else Doubt.WHICH


def _number(column: ColumnElement[Any]) -> ColumnElement[int]:
    """A moment as the number that it is in the database, to reckon with."""
    return type_coerce(column, BigInteger)


def _created() -> ColumnElement[int]:
    return _number(requests.c.created_at)


def _value(name: str) -> ColumnElement[int]:
    return bindparam(name, type_=BigInteger)
