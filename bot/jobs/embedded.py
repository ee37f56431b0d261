"""Owns running jobs in the one process that serves a SQLite database: due ones first, a few at once, held at the end.

What runs lives in memory only. A crash leaves every unfinished row due, so a job may run twice, and never not at all.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context
from datetime import timedelta
from uuid import UUID

from bot.errors import BotError
from bot.jobs.attempt import Around, Attempt, OnResult
from bot.jobs.ledger import Ledger, Outcome
from bot.jobs.policy import Handler, Kind, OnHeld, Policy
from bot.jobs.schedule import Schedule
from bot.jobs.timer import Timer
from bot.store.jobs import Figures, Known, StoredJob
from bot.store.unit import Units

log = logging.getLogger(__name__)

AT_ONCE = 16
CROWD_PAUSE_SECONDS = 0.02  # before each job while deliveries pour in
READ_AHEAD = 64  # due jobs kept in memory beyond those that run, so that each end of a job is not a query
LONGEST_WAIT = timedelta(seconds=5)  # `signalbox jobs retry` in another process can not wake us
AFTER_ERROR = timedelta(seconds=1)
GRACE_SECONDS = 10.0
DEFAULT_POLICY = Policy()


class Engine:
    """The embedded engine. Register kinds and schedules first, then `run` it in a task group."""

    def __init__(
        self,
        units: Units,
        timer: Timer,
        *,
        at_once: int = AT_ONCE,
        grace_seconds: float = GRACE_SECONDS,
        crowded: Callable[[], bool] = lambda: False,
        on_result: OnResult = lambda kind, result, seconds: None,
        around: Around | None = None,
        carry: Callable[[], Context] = Context,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Over this store; every commit that brings jobs wakes it. `at_once` bounds how many run together.

        While `crowded` says that deliveries pour in, jobs go one by one, with pauses: an answer that comes too late is
        a delivery lost, and what is recorded can wait a moment. A job that starts right after the commit that brought
        it has what `carry` takes along from there: nothing, unless somebody traces.
        """
        self._units = units
        self._timer = timer
        self._at_once = at_once
        self._crowded = crowded
        self._grace_seconds = grace_seconds
        self._carry = carry
        self._attempt = Attempt(timer, jitter, on_result, around)
        self._ledger = Ledger(units, timer, self._written)
        self._kinds: dict[str, Kind] = {}
        self._schedules: dict[tuple[str, str], Schedule] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._busy: set[UUID] = set()  # running, or finished and not yet written down
        self._wake = asyncio.Event()
        self._wanted = False  # whether there is a reason to look before `_until`
        self._looked = asyncio.Condition()
        self._looks = 0
        self._quiet_look = 0
        self._settling = 0
        self._tasks: asyncio.TaskGroup | None = None  # while jobs may start
        self._started: set[UUID] = set()  # since the last look began: its snapshot may show them as they were before
        self._until = timer.now()
        self._backlog: deque[StoredJob] = deque()  # due, read by the last look, waiting for room
        self._more = False  # whether there may be due jobs beyond the backlog
        self._open = True
        self._ended = False
        units.listen(self._offered)

    def handle(
        self,
        kind: str,
        handler: Handler,
        *,
        policy: Policy = DEFAULT_POLICY,
        on_held: OnHeld | None = None,
        versions: frozenset[int] = frozenset({1}),
    ) -> None:
        """This handler does jobs of this kind. Raises `BotError` when the kind has one already."""
        if kind in self._kinds:
            raise BotError(f"Two handlers for jobs of kind {kind}.")
        self._kinds[kind] = Kind(name=kind, handler=handler, versions=versions, policy=policy, on_held=on_held)

    def every(self, name: str, when: float | str, kind: str) -> None:
        """Do a job of this kind each so many seconds, or by a crontab line in UTC; its payload is `{"v": 1}`.

        A round that was missed while nobody served is done once at the start. One that fails for the last time is not
        held: the next round is its next chance. Raises `BotError` for a line that can not be read.
        """
        self._schedules[kind, name] = Schedule(name=name, kind=kind, when=when)

    async def run(self) -> None:
        """Run jobs until `stop`. Then start no more, wait for those that run, cancel what takes too long."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._ledger.run())
                await self._plan()
                await self._dispatch(tasks)
                await self._drain()
                self._ledger.close()
        finally:
            self._ended = True
            await self._notify()

    def stop(self) -> None:
        """Let `run` end. What does not finish in time stays due and runs again after the next start."""
        self._open = False
        self._wake.set()

    async def settled(self) -> None:
        """Return when nothing runs and nothing is due at this moment. Raises `BotError` when the engine has stopped."""
        look = self._looks + 1  # the next one to begin: it sees what is committed now
        self._settling += 1
        if not self._running:
            self._ledger.hurry()
        self._want_look()
        try:
            async with self._looked:
                await self._looked.wait_for(lambda: self._quiet_look >= look or self._ended)
        finally:
            self._settling -= 1
        if self._quiet_look < look:
            raise BotError("The engine has stopped.")

    async def figures(self) -> Figures:
        """How much there is to do, for metrics and `doctor`."""
        async with self._units.read() as unit:
            return await unit.jobs.figures(self._timer.now())

    async def _plan(self) -> None:
        if self._schedules:
            async with self._units.write(newest=True) as unit:
                await unit.enqueue(*[schedule.job(self._timer.now()) for schedule in self._schedules.values()])

    async def _dispatch(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        try:
            while self._open:
                self._wanted = False
                self._looks += 1
                try:
                    await self._look()
                except Exception:
                    log.exception("Could not look for jobs", extra={"action": "jobs_not_read"})
                    self._until = self._timer.now() + AFTER_ERROR
                await self._rest()
        finally:
            self._tasks = None

    async def _rest(self) -> None:
        """Until the next job is due or a look is wanted."""
        while self._open and not self._wanted and self._timer.now() < self._until:
            self._wake.clear()
            await self._timer.wait(self._until, self._wake)

    def _want_look(self) -> None:
        self._wanted = True
        self._wake.set()

    async def _look(self) -> None:
        """Read what is due, start what has room, and set when to look again at the latest."""
        self._started.clear()
        self._more = False
        self._until = self._timer.now() + LONGEST_WAIT  # what is offered during the look may bring it forward
        busy = set(self._busy)
        limit = len(busy) + self._at_once + READ_AHEAD
        async with self._units.read() as unit:
            rows = await unit.jobs.ready(self._known(), limit)
        now = self._timer.now()
        fresh = [row for row in rows if row.id not in busy and row.id not in self._started]
        self._backlog = deque(row for row in fresh if row.run_at <= now)
        later = [row.run_at for row in fresh if row.run_at > now]
        self._until = min([*later, self._until])
        self._more |= len(rows) == limit and not later
        if not self._backlog and not busy and not self._busy:
            self._quiet_look = self._looks
            await self._notify()
        self._fill()

    def _fill(self) -> None:
        while self._backlog and self._has_room():
            if not self._start(self._backlog.popleft(), Context()):
                return
        if self._more and not self._backlog:
            self._want_look()

    def _offered(self, jobs: Sequence[StoredJob]) -> None:
        """Start at once what was just committed and is due; a look finds whatever does not fit."""
        now, known = self._timer.now(), self._known()
        for job in jobs:
            if job.id in self._busy or (job.kind, job.payload["v"]) not in known:
                continue  # when it is written down, its revision shows that it was asked for again
            if job.run_at > now:
                if job.run_at < self._until:
                    self._until = job.run_at  # only the alarm moves: there is nothing to look for yet
                    self._wake.set()
            elif self._backlog or self._more or not self._has_room():
                self._more = True
            elif not self._start(job, self._carry()):
                self._want_look()

    def _has_room(self) -> bool:
        return len(self._running) < (1 if self._crowded() else self._at_once)

    def _known(self) -> Known:
        return frozenset((kind.name, version) for kind in self._kinds.values() for version in kind.versions)

    def _start(self, job: StoredJob, context: Context) -> bool:
        if self._tasks is None or not self._open:
            return False
        self._busy.add(job.id)
        self._started.add(job.id)
        # In a context of its own: the commit that brought it belongs to another job, whose lines it must not share.
        task = self._tasks.create_task(self._work(job), name=f"{job.kind} {job.key}", context=context)
        self._running.add(task)
        task.add_done_callback(self._left)
        return True

    async def _work(self, job: StoredJob) -> None:
        try:
            if self._crowded():
                await asyncio.sleep(CROWD_PAUSE_SECONDS)
            outcome = await self._attempt(self._kinds[job.kind], job, self._schedules.get((job.kind, job.key)))
        except asyncio.CancelledError:
            self._busy.discard(job.id)
            raise
        self._ledger.put(outcome)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._fill()
        if not self._running and self._settling:
            self._ledger.hurry()

    def _written(self, outcomes: Sequence[Outcome], more: bool) -> None:
        self._busy.difference_update(outcome.job.id for outcome in outcomes)
        if more or self._settling:
            self._want_look()

    async def _drain(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=self._grace_seconds)
        for task in self._running:
            task.cancel()

    async def _notify(self) -> None:
        async with self._looked:
            self._looked.notify_all()
