"""Owns what somebody who waits for a lock reads: who has it, their place in the queue, and when their turn may be."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.model.lock import Holder, Lock
from bot.model.request import Request
from bot.rules import locking, places

ENOUGH: Final = 3
"""Of how many runs at least we know how long they took, before a time is named."""


def place(request: Request, waiting: Sequence[Request]) -> int:
    """Its number among those that wait for the same environment, in the order in which they asked.

    How many there are behind it is not told: each newcomer would change the message of everybody.
    """
    there = [each.id for each in waiting if each.environment == request.environment]
    return there.index(request.id) + 1 if request.id in there else len(there) + 1


def turn(number: int, holder: Request | None, took: Sequence[timedelta], now: datetime) -> datetime | None:
    """About when it starts: when those before it have taken as long as such requests do. None where that is not known,
    or was to be by now."""
    if holder is None or holder.dispatched_at is None or len(took) < ENOUGH:
        return None
    usual = statistics.median(span.total_seconds() for span in took)
    at = holder.dispatched_at + timedelta(seconds=usual * number)
    return at if at > now else None


def note(request: Request, locks: Sequence[Lock], number: int, at: datetime | None) -> str:
    """The sentences below its message, with the rule behind them. `locks` are those of others on what it touches."""
    said, rule = places.apart(request.note)
    persons = [lock for lock in locks if lock.holder is Holder.PERSON]
    holders = persons or list(locks)
    because = f"{locking.told(holders[0])}." if holders else said
    in_line = f"It is number {number} in the queue." if number > 1 else "It is next in the queue."
    when = f"Its turn comes at about {locking.moment(at)}." if at is not None and not persons else ""
    return places.noted(" ".join(part for part in (because, in_line, when) if part), "" if persons else rule or "")
