"""The queue for locks as a machine that anybody may push around: no two holders, no lost waiter, no request without
end."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.flow import queue
from bot.flow.answer import Reply
from bot.flow.held_up import Holders
from bot.flow.leave_queue import LeaveQueue
from bot.flow.move import move
from bot.flow.ports import Unit as Port
from bot.flow.ports import Units as Ports
from bot.flow.unlock import EndLock
from bot.model.bound import Bound
from bot.model.config import Environment
from bot.model.lock import EVERYTHING, Holder, Lock
from bot.model.people import Role
from bot.model.request import Request, RequestState
from bot.rules import lifecycle, locking
from bot.rules.gates import lock as gate
from bot.store.database import Database
from bot.store.jobs import StoredJob
from bot.store.mint import Mint, new_id
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.migrated import put_migrated
from tests.support.store import connection

T = TypeVar("T")
PEOPLE = {"alice": 1001, "bob": 2002}
ENVIRONMENTS = ("production", "staging")
GOING = (RequestState.QUEUED, RequestState.DISPATCHING, RequestState.RUNNING)

people = st.sampled_from(sorted(PEOPLE))
environments = st.sampled_from(ENVIRONMENTS)
places = st.sampled_from((*ENVIRONMENTS, EVERYTHING))
which = st.integers(0, 9)


class Silent:
    """Nobody is told anything here."""

    async def tell(self, *args: object, **options: object) -> bool:
        return True


class LockQueue(RuleBasedStateMachine):
    """One repository in which one request goes at a time, in each of two environments."""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.clock, self.folder = asyncio.Runner(), FakeClock(), tempfile.TemporaryDirectory()
        url = f"sqlite:///{Path(self.folder.name) / 'machine.db'}"
        put_migrated(url)
        self.database = self.run(self._open(url))
        self.units = Units(self.database, self.clock)
        self.units.listen(self._offered)
        self.woken: set[UUID] = set()
        self.ending: set[str] = set()
        self.alone_no_more: set[UUID] = set()
        self.asked = 0
        self.run(self._begin())

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(step)

    async def _open(self, url: str) -> Database:
        return Database.open(url)

    async def _begin(self) -> None:
        async with self.units.write() as unit:
            await unit.connections.save(connection())
            for login, id in PEOPLE.items():
                await unit.people.add(make.person(login, id), self.clock.now())

    def _offered(self, jobs: Sequence[StoredJob]) -> None:
        self.woken |= {UUID(job.payload["request"]) for job in jobs if job.kind == "dispatch"}
        self.ending |= {job.payload["lock"] for job in jobs if job.kind == queue.END}

    # --- what people and GitHub do -------------------------------------------------------------------------------

    @rule(who=people, environment=environments)
    def asks(self, who: str, environment: str) -> None:
        self.run(self._ask(who, environment))
        self.run(self._work())

    @rule(who=people, place=places, minutes=st.sampled_from((None, 30)))
    def locks(self, who: str, place: str, minutes: int | None) -> None:
        self.run(self._lock(who, place, minutes))
        self.run(self._work())

    @rule(number=which)
    def unlocks(self, number: int) -> None:
        self.run(self._unlock(number))
        self.run(self._work())

    @rule(number=which, state=which)
    def moves(self, number: int, state: int) -> None:
        self.run(self._move(number, state))
        self.run(self._work())

    @precondition(lambda self: self.asked > 0)
    @rule(hours=st.sampled_from((1, 12)))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours * 3600)
        self.run(self._work())

    # --- how it is done ------------------------------------------------------------------------------------------

    async def _ask(self, who: str, environment: str) -> None:
        self.asked += 1
        request = make.request(
            id=new_id(),
            code=f"AA{self.asked:04}",
            key=f"{self.asked:032x}",
            person=UUID(int=PEOPLE[who]),
            origin=make.origin(comment=self.asked),
            state=RequestState.RECEIVED,
            environment=environment,
            pin=make.pin(),
            created_at=self.clock.now(),
        )
        async with self.units.write() as unit:
            assert await unit.requests.add(request)
        await self._judge(request)

    async def _judge(self, request: Request) -> None:
        """As bot/flow/rejudge.py does, without GitHub."""
        assert request.environment is not None
        environment = Environment(name=request.environment, lock=True)
        bound = Bound(workflow="x.yml", permission=Role.WRITE, environment=request.environment, gates=environment)
        login = next(login for login, id in PEOPLE.items() if UUID(int=id) == request.person)
        holders = Holders(cast(Ports, self.units), self.clock)
        found = await holders(make.repository(), make.account(login, PEOPLE[login]), bound, request.id)
        judged = gate.unlocked(
            request.environment,
            locks=locking.against(found.locks, exclusive=True),
            on_its_way=found.on_its_way,
            ahead=found.ahead,
        )
        now = self.clock.now()
        async with self.units.write() as unit:
            if judged.passed:
                await queue.take(cast(Port, unit), request, now, exclusive=True, mint=Mint())
                after = lifecycle.advance(request, RequestState.QUEUED, at=now)
            else:
                after = lifecycle.await_others(request, lifecycle.LOCK, judged.seen)
            await move(cast(Port, unit), request, after, now)

    async def _lock(self, who: str, place: str, minutes: int | None) -> None:
        now = self.clock.now()
        lock = Lock(
            id=new_id(),
            connection=make.CONNECTION,
            repository=77,
            environment=place,
            holder=Holder.PERSON,
            person=UUID(int=PEOPLE[who]),
            request=None,
            code="",
            login=who,
            reason="",
            place=None,
            pull_request=None,
            at=now,
            expires_at=None if minutes is None else self.clock.now() + minutes * (make.at(60) - make.NOON),
        )
        async with self.units.write() as unit:
            if await unit.locks.take(lock) and lock.expires_at is not None:
                await unit.enqueue(queue.end(lock.id, lock.expires_at))

    async def _unlock(self, number: int) -> None:
        async with self.units.write() as unit:
            held = await unit.locks.held(make.CONNECTION, 77)
            if held:
                lock = held[number % len(held)]
                assert await queue.free(cast(Port, unit), lock, None, self.clock.now())
                self.alone_no_more |= {lock.request} if lock.request is not None else set()

    async def _move(self, number: int, state: int) -> None:
        """One that has not ended goes on to wherever it can go, but not back into the queue."""
        alive = await self._all(
            lambda each: each.state is not RequestState.RECEIVED and bool(lifecycle.NEXT[each.state])
        )
        if not alive:
            return
        request = alive[number % len(alive)]
        nexts = sorted(lifecycle.NEXT[request.state] - {RequestState.WAITING, RequestState.QUEUED})
        after = lifecycle.advance(request, nexts[state % len(nexts)], at=self.clock.now())
        if after.state is RequestState.DISPATCHING:
            after = replace(after, dispatched_at=self.clock.now())
        async with self.units.write() as unit:
            await move(cast(Port, unit), request, after, self.clock.now())
            if request.state is RequestState.LOST and not await unit.locks.of_request(request.id):
                self.alone_no_more.add(request.id)  # news of it came when others could have gone long since

    async def _work(self) -> None:
        """Everything that is due."""
        end = EndLock(cast(Ports, self.units), cast(Reply, Silent()), self.clock)
        leave = LeaveQueue(cast(Ports, self.units), self.clock)
        for lock in sorted(self.ending):
            await end({"lock": lock})
        for request in await self._all(locking.queued):
            await leave({"request": str(request.id)})
        while self.woken:
            wanted = self.woken.pop()
            for request in await self._all(lambda each, id=wanted: each.id == id and locking.queued(each)):  # type: ignore[misc]
                await self._judge(request)

    async def _all(self, so: Callable[[Request], bool]) -> list[Request]:
        async with self.units.read() as unit:
            return [each for each in await unit.requests.standing(list(RequestState)) if so(each)]

    # --- what has to be so ---------------------------------------------------------------------------------------

    @invariant()
    def no_two_holders(self) -> None:
        going = self.run(self._all(lambda each: each.state in GOING and each.id not in self.alone_no_more))
        assert len({each.environment for each in going}) == len(going)
        held = {lock.request for lock in self.run(self._held())}
        assert {each.id for each in going} <= held

    async def _held(self) -> Sequence[Lock]:
        async with self.units.read() as unit:
            return await unit.locks.held(make.CONNECTION, 77)

    @invariant()
    def whoever_ended_holds_nothing(self) -> None:
        alive = {each.id for each in self.run(self._all(locking.keeps))}
        assert {lock.request for lock in self.run(self._held()) if lock.request is not None} <= alive

    @invariant()
    def no_lost_waiter(self) -> None:
        held, now = self.run(self._held()), self.clock.now()
        for request in self.run(self._all(locking.queued)):
            environment, own = request.environment, (request.person, request.id)
            mine = locking.others(held, environment=environment, person=own[0], request=own[1], now=now)
            assert mine, f"{request.code} waits for nobody"

    def teardown(self) -> None:
        """Once people let go, everything ends."""
        self.run(self._let_go())
        assert self.run(self._all(lambda each: each.state not in lifecycle.FINAL)) == []
        self.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    async def _let_go(self) -> None:
        for _ in range(2 * self.asked + 2):
            async with self.units.write() as unit:
                for lock in await unit.locks.held(make.CONNECTION, 77):
                    if lock.holder is Holder.PERSON:
                        await queue.free(cast(Port, unit), lock, None, self.clock.now())
            await self._work()
            for request in await self._all(lambda each: each.state in GOING):
                async with self.units.write() as unit:
                    ended = lifecycle.reach(request, RequestState.CANCELLED, at=self.clock.now())
                    await move(cast(Port, unit), request, ended, self.clock.now())
            self.clock.advance(3600)
            await self._work()


TestLockQueue = LockQueue.TestCase
TestLockQueue.settings = settings(
    max_examples=10, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
