"""The queue for a lock in the database: who goes, who is woken, and that of two at once one wins, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast
from uuid import UUID

import pytest

from bot.errors import Conflict
from bot.flow import queue
from bot.flow.move import move
from bot.flow.ports import Unit as Port
from bot.model.lock import Holder, Lock
from bot.model.request import Request, RequestState
from bot.rules import lifecycle
from bot.store.mint import Mint, new_id
from bot.store.unit import Unit, Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import save_request

PRODUCTION = {"environment": "production", "pin": make.pin(), "judged_at": make.NOON, "waiting_for": None}
WAITS = {**PRODUCTION, "state": RequestState.WAITING, "waiting_for": "lock"}


async def asked(units: Units, number: int, **changes: object) -> Request:
    """The request of that number, the lower ones first."""
    given = {"id": UUID(int=number), "code": f"AAAAA{number}", "key": f"{number:032x}", "created_at": make.at(number)}
    origin = make.origin(comment=9000 + number)
    return await save_request(units, **{**PRODUCTION, **given, "origin": origin, **changes})


def persons(number: int, **changes: object) -> Lock:
    base = Lock(
        id=UUID(int=number),
        connection=make.CONNECTION,
        repository=77,
        environment="production",
        holder=Holder.PERSON,
        person=UUID(int=2002),
        request=None,
        code="",
        login="bob",
        reason="",
        place=None,
        pull_request=None,
        at=make.NOON,
        expires_at=None,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.fixture
async def bob(units: Units) -> None:
    async with units.write() as unit:
        await unit.people.add(make.person("bob", 2002), make.NOON)


async def starts(unit: Unit, request: Request, clock: FakeClock) -> Request:
    """It goes on its way, alone."""
    await queue.take(cast(Port, unit), request, clock.now(), exclusive=True, mint=Mint())
    queued = lifecycle.advance(request, RequestState.QUEUED, at=clock.now())
    return await move(cast(Port, unit), request, queued, clock.now())


async def ends(unit: Unit, request: Request, state: RequestState, clock: FakeClock) -> Request:
    return await move(cast(Port, unit), request, lifecycle.advance(request, state, at=clock.now()), clock.now())


async def held(units: Units) -> Sequence[str]:
    """Codes of requests, and logins of people."""
    async with units.read() as unit:
        return [lock.code or lock.login for lock in await unit.locks.held(make.CONNECTION, 77)]


async def woken(units: Units, *requests: Request) -> list[str]:
    """Which of them are to be judged again."""
    async with units.read() as unit:
        found = await unit.unfinished("dispatch", [str(each.id) for each in requests])
    return [each.code for each in requests if str(each.id) in found]


@pytest.mark.parametrize("end", sorted(lifecycle.NEXT[RequestState.RUNNING] - {RequestState.LOST}))
async def test_whatever_ends_a_request_frees_its_lock_and_wakes_the_next_one(
    units: Units, clock: FakeClock, end: RequestState
) -> None:
    first = await asked(units, 1, state=RequestState.RECEIVED)
    second, third = await asked(units, 2, **WAITS), await asked(units, 3, **WAITS)
    async with units.write() as unit:
        first = await starts(unit, first, clock)
        running = lifecycle.advance(first, RequestState.DISPATCHING, at=clock.now())
        running = await move(cast(Port, unit), first, running, clock.now())
        running = await ends(unit, running, RequestState.RUNNING, clock)
    assert await held(units) == [first.code]
    assert await woken(units, second, third) == []
    async with units.write() as unit:
        await ends(unit, running, end, clock)
    assert await held(units) == []
    assert await woken(units, second, third) == [second.code]


async def test_what_is_lost_sight_of_keeps_its_lock_for_an_hour(units: Units, clock: FakeClock) -> None:
    first = await asked(units, 1, state=RequestState.RECEIVED)
    async with units.write() as unit:
        first = await starts(unit, first, clock)
        sent = lifecycle.advance(first, RequestState.DISPATCHING, at=clock.now())
        sent = await move(cast(Port, unit), first, sent, clock.now())
        lost = await ends(unit, sent, RequestState.LOST, clock)
    second = await asked(units, 2, state=RequestState.RECEIVED)
    with pytest.raises(Conflict):
        async with units.write() as unit:
            await starts(unit, second, clock)
    clock.advance(timedelta(hours=1).total_seconds())
    async with units.write() as unit:
        second = await starts(unit, second, clock)
    assert await held(units) == [second.code]
    async with units.write() as unit:
        await ends(unit, lost, RequestState.SUCCEEDED, clock)  # news after all
    assert await held(units) == [second.code]


async def test_news_of_what_was_lost_keep_its_lock_for_as_long_as_it_runs(units: Units, clock: FakeClock) -> None:
    first = await asked(units, 1, state=RequestState.RECEIVED)
    async with units.write() as unit:
        first = await starts(unit, first, clock)
        sent = lifecycle.advance(first, RequestState.DISPATCHING, at=clock.now())
        sent = await move(cast(Port, unit), first, sent, clock.now())
        lost = await ends(unit, sent, RequestState.LOST, clock)
        await ends(unit, lost, RequestState.RUNNING, clock)
        (lock,) = await unit.locks.of_request(first.id)
    assert lock.expires_at is None


async def test_one_that_began_before_locks_were_written_down_is_in_the_way_too(units: Units, clock: FakeClock) -> None:
    before = await asked(units, 1, state=RequestState.RUNNING, dispatched_at=make.NOON)
    second = await asked(units, 2, state=RequestState.RECEIVED)
    with pytest.raises(Conflict):
        async with units.write() as unit:
            await starts(unit, second, clock)
    third = await asked(units, 3, **WAITS)
    async with units.write() as unit:
        await ends(unit, before, RequestState.SUCCEEDED, clock)
    assert await woken(units, third) == [third.code]


@pytest.mark.usefixtures("bob")
async def test_a_persons_lock_blocks_others_and_not_its_owner(units: Units, clock: FakeClock) -> None:
    alices = await asked(units, 1, state=RequestState.RECEIVED)
    async with units.write() as unit:
        assert await unit.locks.take(persons(8))
    with pytest.raises(Conflict):
        async with units.write() as unit:
            await starts(unit, alices, clock)
    bobs = await asked(units, 2, state=RequestState.RECEIVED, person=UUID(int=2002))
    async with units.write() as unit:
        await starts(unit, bobs, clock)
    assert sorted(await held(units)) == [bobs.code, "bob"]


@pytest.mark.usefixtures("bob")
async def test_whom_the_first_in_the_queue_can_not_let_by_is_woken_past_it(units: Units, clock: FakeClock) -> None:
    """Bob's lock holds back alice, who came first; what bob asked for waits for another request alone."""
    running = await asked(units, 1, state=RequestState.RECEIVED, person=UUID(int=2002))
    async with units.write() as unit:
        running = await starts(unit, running, clock)
        assert await unit.locks.take(persons(8))
    alices = await asked(units, 2, **WAITS)
    bobs = await asked(units, 3, **WAITS, person=UUID(int=2002))
    async with units.write() as unit:
        first = await queue.ahead(cast(Port, unit), make.CONNECTION, 77, "production", bobs.id, clock.now())
        assert first is None
        await ends(unit, running, RequestState.CANCELLED, clock)
    assert await woken(units, alices, bobs) == [bobs.code]


async def test_one_goes_behind_those_that_came_first(units: Units, clock: FakeClock) -> None:
    first, second = await asked(units, 1, **WAITS), await asked(units, 2, **WAITS)
    async with units.read() as unit:
        look = (make.CONNECTION, 77, "production")
        newcomer = await queue.ahead(cast(Port, unit), *look, None, clock.now())
        assert newcomer == first
        assert await queue.ahead(cast(Port, unit), *look, second.id, clock.now()) == first
        assert await queue.ahead(cast(Port, unit), *look, first.id, clock.now()) is None


async def test_whoever_begins_to_wait_when_the_lock_is_free_already_is_judged_again(
    units: Units, clock: FakeClock
) -> None:
    request = await asked(units, 1, state=RequestState.RECEIVED)
    async with units.write() as unit:
        waiting = lifecycle.await_others(request, lifecycle.LOCK, "")
        await move(cast(Port, unit), request, waiting, clock.now())
    assert await woken(units, request) == [request.code]


# --- two at once ---------------------------------------------------------------------------------------------------


async def both(*acts: Callable[[], Awaitable[object]]) -> list[bool]:
    """Who of them got through."""
    found = await asyncio.gather(*(act() for act in acts), return_exceptions=True)
    assert all(not isinstance(each, BaseException) or isinstance(each, Conflict) for each in found), found
    return [not isinstance(each, Conflict) for each in found]


async def test_of_two_requests_at_the_same_moment_one_gets_the_lock(units: Units, clock: FakeClock) -> None:
    requests = [await asked(units, number, state=RequestState.RECEIVED) for number in (1, 2, 3, 4)]

    async def go(request: Request) -> None:
        async with units.write() as unit:
            await starts(unit, request, clock)

    got = await both(*(lambda request=each: go(request) for each in requests))
    assert got.count(True) == 1
    assert await held(units) == [requests[got.index(True)].code]


async def test_unlocked_and_released_at_once_it_is_free_once_and_the_next_one_is_woken(
    units: Units, clock: FakeClock
) -> None:
    first, second = await asked(units, 1, state=RequestState.RECEIVED), await asked(units, 2, **WAITS)
    async with units.write() as unit:
        first = await starts(unit, first, clock)
        (lock,) = await unit.locks.of_request(first.id)
    freed: list[bool] = []

    async def unlock() -> None:
        async with units.write() as unit:
            done = await queue.free(cast(Port, unit), lock, first.person, clock.now())
        freed.append(done)

    async def release() -> None:
        async with units.write() as unit:
            current = await unit.requests.get(first.id)
            assert current is not None
            await ends(unit, current, RequestState.CANCELLED, clock)

    async def insisting(act: Callable[[], Awaitable[None]]) -> None:
        """As jobs do: who lost a race looks again."""
        for _ in range(5):
            try:
                return await act()
            except Conflict:
                continue
        raise AssertionError("It lost every race")

    await asyncio.gather(insisting(unlock), insisting(release))
    assert await held(units) == []
    assert len(freed) == 1
    assert await woken(units, second) == [second.code]


async def test_one_begins_to_wait_while_the_lock_ends_and_is_not_lost(units: Units, clock: FakeClock) -> None:
    first, second = [await asked(units, number, state=RequestState.RECEIVED) for number in (1, 2)]
    async with units.write() as unit:
        first = await starts(unit, first, clock)

    async def release() -> None:
        async with units.write() as unit:
            await ends(unit, first, RequestState.CANCELLED, clock)

    async def wait() -> None:
        async with units.write() as unit:
            waiting = lifecycle.await_others(second, lifecycle.LOCK, "")
            await move(cast(Port, unit), second, waiting, clock.now())

    for act, got in zip((release, wait), await both(release, wait), strict=True):
        if not got:
            await act()
    assert await woken(units, second) == [second.code]


async def test_taken_and_expired_at_once_somebody_has_it_or_nobody_but_never_both(
    units: Units, clock: FakeClock
) -> None:
    old = persons(8, person=make.person().id, login="alice", expires_at=clock.now())
    async with units.write() as unit:
        await unit.people.add(make.person(), make.NOON)
        assert await unit.locks.take(old)

    async def expire() -> None:
        async with units.write() as unit:
            await queue.free(cast(Port, unit), old, None, clock.now())

    async def take() -> None:
        async with units.write() as unit:
            await unit.locks.release(old.id, None, clock.now())
            if not await unit.locks.take(replace(old, id=new_id(), login="bob", expires_at=None)):
                raise Conflict("Somebody else locked it at the same moment.")

    for act, got in zip((expire, take), await both(expire, take), strict=True):
        if not got:
            await act()
    assert await held(units) == ["bob"]
