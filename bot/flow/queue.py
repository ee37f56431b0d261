"""Owns the way on of those who wait for a lock: who is woken when one ends, and who waits without reason.

Two who can not see each other yet, one who lets go and one who begins to wait, both raise the repository's mark, so on
PostgreSQL the later of them looks again. What is lost all the same, the sweep finds within a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from bot.errors import Conflict
from bot.flow.ports import Mint, Unit
from bot.flow.schedule import dispatch, schedule
from bot.model.job import Job
from bot.model.lock import EVERYTHING, Holder, Lock
from bot.model.request import Request, RequestState
from bot.rules import locking

END: Final = "end_lock"
LEAVE: Final = "leave_queue"

TOLD: Final = 50
"""How many of those behind have their message brought up to date when one leaves the queue."""


async def take(unit: Unit, request: Request, now: datetime, *, exclusive: bool, mint: Mint) -> None:
    """Look once more, in the transaction that puts the request on its way, and keep the environment for it where one
    goes at a time.

    Raises `Conflict` when somebody else got it since the request was judged: whoever judges again finds it locked.
    """
    environment, where = request.environment, (request.connection, request.repository)
    held = await unit.locks.held(*where)
    found = locking.others(held, environment=environment, person=request.person, request=request.id, now=now)
    in_the_way = locking.against(found, exclusive=exclusive)
    if in_the_way:
        raise Conflict(f"{locking.told(in_the_way[0])}, since {request.code} was judged.")
    if not exclusive or environment is None or any(lock.request == request.id for lock in held):
        return
    if await unit.lock_queue.unrecorded(*where, environment, request.id) is not None:
        raise Conflict(f"Another request for {environment} is on its way since {request.code} was judged.")
    for lock in held:
        if lock.environment == environment and lock.holder is Holder.REQUEST:  # its time is up, else it were in the way
            await unit.locks.release(lock.id, None, now)
    if not await unit.locks.take(await _of(unit, request, environment, now, mint)):
        raise Conflict(f"Somebody else locked {environment} since {request.code} was judged.")


async def _of(unit: Unit, request: Request, environment: str, now: datetime, mint: Mint) -> Lock:
    person = await unit.people.get(request.person)
    return Lock(
        id=mint.id(),
        connection=request.connection,
        repository=request.repository,
        environment=environment,
        holder=Holder.REQUEST,
        person=request.person,
        request=request.id,
        code=request.code,
        login=person.github.login if person else "",
        reason="",
        place=None,
        pull_request=None,
        at=now,
        expires_at=None,
    )


async def follow(unit: Unit, before: Request | None, after: Request, now: datetime) -> None:
    """What a request's new state means for its lock and for those behind it, in the transaction that saves it.

    `before` is None for one that was not there.
    """
    waited = before is not None and locking.queued(before)
    if locking.queued(after):
        if not waited:
            await _line_up(unit, after, now)
        return
    freed = await _let_go(unit, after, now)
    # One that never had a lock written down may have been in the way all the same.
    if waited or freed or (after.ended_at is not None and after.environment is not None):
        await wake(unit, after.connection, after.repository, now, environment=after.environment)
    if waited:
        await _move_up(unit, after, now)


async def _line_up(unit: Unit, request: Request, now: datetime) -> None:
    """It waits from now on. Whoever held it up may be gone since it was judged: then it is judged again at once."""
    await _mark(unit, request.connection, request.repository, now)
    await _release(unit, await unit.locks.of_request(request.id), now)
    await unit.enqueue(leave(request))
    await wake(unit, request.connection, request.repository, now, environment=request.environment)


async def _let_go(unit: Unit, request: Request, now: datetime) -> bool:
    """Whether it had a lock and has it no longer. One that was lost sight of keeps it for a while."""
    if request.environment is None:
        return False
    held = await unit.locks.of_request(request.id)
    if not held:
        return False
    if not locking.keeps(request):
        await _mark(unit, request.connection, request.repository, now)
        await _release(unit, held, now)
        return True
    until = now + locking.LOST_KEEPS if request.state is RequestState.LOST else None
    for lock in held:
        if (lock.expires_at is None) is not (until is None):
            await unit.locks.change(lock.id, reason=lock.reason, expires_at=until)
            if until is not None:
                await unit.enqueue(end(lock.id, until))
    return False


async def _release(unit: Unit, locks: Sequence[Lock], now: datetime) -> None:
    for lock in locks:
        await unit.locks.release(lock.id, None, now)


async def free(unit: Unit, lock: Lock, by: UUID | None, now: datetime) -> bool:
    """Release a lock and wake who waited for it; False when somebody else did so first."""
    await _mark(unit, lock.connection, lock.repository, now)
    if not await unit.locks.release(lock.id, by, now):
        return False
    await changed(unit, lock, now)
    return True


async def changed(unit: Unit, lock: Lock, now: datetime) -> None:
    """Wake who may go on since a lock ended or became another one, and have the others' messages say what is so."""
    environment = None if lock.environment == EVERYTHING else lock.environment
    everywhere = lock.environment == EVERYTHING
    await wake(unit, lock.connection, lock.repository, now, environment=environment, everywhere=everywhere)
    waiting = await unit.lock_queue.waiting(lock.connection, lock.repository)
    for request in [each for each in waiting if everywhere or each.environment == environment][:TOLD]:
        await schedule(unit, request, now)


async def wake(
    unit: Unit,
    connection: UUID,
    repository: int,
    now: datetime,
    *,
    environment: str | None = None,
    everywhere: bool = False,
) -> None:
    """Have the first one judged again that no lock holds back: of this environment, or of each."""
    waiting = await unit.lock_queue.waiting(connection, repository)
    if not everywhere:
        waiting = [request for request in waiting if request.environment == environment]
    if not waiting:
        return
    held, woken = await unit.locks.held(connection, repository), set[str | None]()
    for request in waiting:
        if request.environment not in woken and not _blocked(request, held, now):
            woken.add(request.environment)
            await unit.enqueue(dispatch(request.id))


def _blocked(request: Request, held: Sequence[Lock], now: datetime) -> bool:
    """Whether a lock that is written down holds it back; whether one goes at a time there, the judgement knows."""
    of, environment = (request.person, request.id), request.environment
    return bool(locking.others(held, environment=environment, person=of[0], request=of[1], now=now))


async def ahead(
    unit: Unit, connection: UUID, repository: int, environment: str, request: UUID | None, now: datetime
) -> Request | None:
    """Who waits for the same environment, came first, and is held back by nobody's lock: it goes first."""
    waiting = [
        each for each in await unit.lock_queue.waiting(connection, repository) if each.environment == environment
    ]
    held = await unit.locks.held(connection, repository) if waiting else ()
    for each in waiting:
        if each.id == request:
            return None
        persons = [lock for lock in held if lock.holder is Holder.PERSON]
        if not _blocked(each, persons, now):
            return each
    return None


async def _move_up(unit: Unit, left: Request, now: datetime) -> None:
    """Those behind it have another place now."""
    waiting = await unit.lock_queue.waiting(left.connection, left.repository)
    for request in [each for each in waiting if each.environment == left.environment][:TOLD]:
        await schedule(unit, request, now)


async def _mark(unit: Unit, connection: UUID, repository: int, now: datetime) -> None:
    await unit.marks.bump(f"queue:{connection}:{repository}", now)


def end(lock: UUID, at: datetime) -> Job:
    """The job that ends a lock when its time is up."""
    return Job(kind=END, key=str(lock), payload={"v": 1, "lock": str(lock)}, run_at=at)


def leave(request: Request) -> Job:
    """The job that gives up a request which stands in the queue for too long."""
    payload = {"v": 1, "request": str(request.id)}
    return Job(kind=LEAVE, key=str(request.id), payload=payload, run_at=locking.given_up_at(request))
