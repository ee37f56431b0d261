"""Owns the picture of a request that waits for a lock, read at the moment when somebody looks at it: queues move."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.flow.ports import Unit
from bot.model.lock import Lock
from bot.model.request import Request
from bot.rules import locking, queueing

RUNS: Final = 20
"""From how many of the newest runs it is learned how long one takes."""


async def in_the_queue(unit: Unit, request: Request, now: datetime) -> Request:
    """The request with a note that says who has the lock now, and where it stands; any other request as it is."""
    if not locking.queued(request):
        return request
    where = (request.connection, request.repository)
    held = await unit.locks.held(*where)
    locks = locking.others(held, environment=request.environment, person=request.person, request=request.id, now=now)
    number = queueing.place(request, await unit.lock_queue.waiting(*where))
    took = await unit.lock_queue.took(*where, request.workflow_path, request.environment, RUNS)
    at = queueing.turn(number, await _holder(unit, locks), took, now)
    return replace(request, note=queueing.note(request, locks, number, at))


async def _holder(unit: Unit, locks: tuple[Lock, ...]) -> Request | None:
    """The request that has the lock, if one has."""
    found = next((lock.request for lock in locks if lock.request is not None), None)
    return None if found is None else await unit.requests.get(found)
