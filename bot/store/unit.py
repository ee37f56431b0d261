"""Owns the transaction: one unit over all repositories, behind the write gate, with what follows its commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.errors import Conflict
from bot.model.decision import Reason
from bot.model.job import Job
from bot.model.request import Request
from bot.store.announcements import Announcements
from bot.store.answers import Answers
from bot.store.audit import Audit
from bot.store.bindings import Bindings
from bot.store.census import Census
from bot.store.configs import Configs
from bot.store.connections import Connections
from bot.store.database import Database
from bot.store.deliveries import Deliveries
from bot.store.gate import OpenGate, WriteGate
from bot.store.heads import Heads
from bot.store.intake import Arrival
from bot.store.jobs import Jobs, StoredJob
from bot.store.link_attempts import LinkAttempts
from bot.store.links import Links
from bot.store.lock_queue import LockQueue
from bot.store.locks import Locks
from bot.store.marks import Marks
from bot.store.partitions import Partitions
from bot.store.people import People
from bot.store.protections import Protections
from bot.store.pruning import Pruning
from bot.store.renewal import Renewal
from bot.store.repositories import Repositories
from bot.store.repository_events import RepositoryEvents
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.sessions import Sessions
from bot.store.shared_jobs import Queue, SharedJobs
from bot.store.trusts import Trusts
from bot.store.votes import Votes

Offer = Callable[[Sequence[StoredJob]], None]
"""Told of jobs that are durable now. It must not raise."""

Watcher = Callable[[Request], None]
"""Told of requests that are in a new state, durably. It must not raise."""

Listener = Callable[[str, Reason | None], None]
"""Told of commands that were answered, refused or taken, durably: the audit's action and the reason. Must not raise."""


# https://www.postgresql.org/docs/current/errcodes-appendix.html
LOST_A_RACE = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected


class Unit:
    """One transaction over all repositories; `Units` opens and ends it."""

    def __init__(
        self,
        connection: AsyncConnection,
        clock: Clock,
        offer: Offer,
        watch: Watcher,
        listen: Listener,
        queue: Queue | None,
    ) -> None:
        """Over this connection; after the commit `offer` is told of jobs, `watch` of requests, `listen` of commands."""
        self.deliveries = Deliveries(connection)
        self.connections = Connections(connection)
        self.repositories = Repositories(connection, clock)
        self.people = People(connection)
        self.heads = Heads(connection)
        self.requests = Requests(connection, clock)
        self.runs = Runs(connection)
        self.announcements = Announcements(connection)
        self.answers = Answers(connection)
        self.link_attempts = LinkAttempts(connection)
        self.links = Links(connection)
        self.bindings = Bindings(connection)
        self.configs = Configs(connection)
        self.trusts = Trusts(connection)
        self.votes = Votes(connection)
        self.locks = Locks(connection)
        self.lock_queue = LockQueue(connection, clock)
        self.protections = Protections(connection)
        self.sessions = Sessions(connection)
        self.audit = Audit(connection)
        self.census = Census(connection)
        self.marks = Marks(connection)
        self.repository_events = RepositoryEvents(connection)
        self.partitions = Partitions(connection)
        self.pruning = Pruning(connection)
        self.renewal = Renewal(connection)
        self.jobs = Jobs(connection) if queue is None else SharedJobs(connection, queue)
        self._clock = clock
        self._offer = offer
        self._watch = watch
        self._listen = listen
        self._stored: list[StoredJob] = []
        self._after: list[Callable[[], None]] = []

    async def enqueue(self, *jobs: Job) -> None:
        """Keep the jobs in this very transaction; they become due when it commits.

        Asking for a key that waits brings it forward; one that is due or running runs once more afterwards; one that
        is held stays held, because a person decides about that, and this raises nothing.
        """
        self._stored += await self.jobs.enqueue(jobs, self._clock.now())

    async def forget_jobs(self, kinds: Collection[str]) -> int:
        """Jobs of these kinds will never be done; how many there were."""
        return await self.jobs.forget(kinds)

    async def unfinished(self, kind: str, keys: Sequence[str]) -> frozenset[str]:
        """Which of these keys have a job of this kind that is not done, held ones included."""
        return await self.jobs.unfinished(kind, keys)

    def moved(self, request: Request) -> None:
        """Once this transaction is durable, tell whoever counts that the request has a new state."""
        self.on_commit(lambda: self._watch(request))

    def noted(self, action: str, reason: Reason | None) -> None:
        """Once this transaction is durable, tell whoever counts what became of a command."""
        self.on_commit(lambda: self._listen(action, reason))

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call this once the transaction is durable, and never when it was rolled back. It must not raise."""
        self._after.append(callback)

    def committed(self) -> None:
        """The transaction is durable: tell who asked."""
        if self._stored:
            self._offer(self._stored)
        for callback in self._after:
            callback()


class Units:
    """Where transactions come from. None stays open across a call that leaves the house."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """All units of one process share one `Units`, because they share its write gate."""
        self._database = database
        self._clock = clock
        self._gate = WriteGate() if database.one_writer else OpenGate()
        self._listeners: list[Offer] = []
        self._watchers: list[Watcher] = []
        self._hearers: list[Listener] = []

    def listen(self, listener: Offer) -> None:
        """Call this with the jobs of every commit that brought some, before any other transaction begins."""
        self._listeners.append(listener)

    def watch(self, watcher: Watcher) -> None:
        """Call this with every request that is in a new state."""
        self._watchers.append(watcher)

    def hear(self, listener: Listener) -> None:
        """Call this with what became of every command."""
        self._hearers.append(listener)

    async def record(self, arrivals: Sequence[Arrival]) -> Collection[UUID]:
        """Make deliveries durable together with their jobs; returns the ids of those that are new.

        Goes before every waiting transaction. Raises the errors of the database's driver, and then nothing was written.
        The jobs are offered a little later, so that whoever waits for this answer has it before somebody works on them.
        """
        async with self._gate.turn(first=True):
            new = await self._database.intake.record(arrivals)
        if new:
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._offer, list(new.values()))
        return new.keys()

    @asynccontextmanager
    async def write(self, *, newest: bool = False) -> AsyncIterator[Unit]:
        """Leaving the block commits, an exception rolls back. On SQLite: `BEGIN IMMEDIATE` behind the one write gate.

        On PostgreSQL, where transactions run side by side, raises `Conflict` when one changed a row that this one had
        read before it changed it too: read again and decide again. With `newest` it never does: each statement sees
        what is committed by then. That is for whoever changes rows without having read them.
        """
        engine = self._database.newest if newest else self._database.writing
        async with self._gate.turn():
            async with _conflicts(), engine.begin() as connection:
                unit = self._unit(connection)
                yield unit
            unit.committed()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        """A snapshot. Writing through it raises SQLAlchemy's `DBAPIError`."""
        async with self._database.reading.begin() as connection:
            yield self._unit(connection)

    def _unit(self, connection: AsyncConnection) -> Unit:
        return Unit(connection, self._clock, self._offer, self._moved, self._noted, self._database.queue)

    def _offer(self, jobs: Sequence[StoredJob]) -> None:
        for listener in self._listeners:
            listener(jobs)

    def _moved(self, request: Request) -> None:
        for watcher in self._watchers:
            watcher(request)

    def _noted(self, action: str, reason: Reason | None) -> None:
        for listener in self._hearers:
            listener(action, reason)


@asynccontextmanager
async def _conflicts() -> AsyncIterator[None]:
    try:
        yield
    except Exception as error:  # SQLAlchemy's, or the driver's own where a ticket was written past SQLAlchemy
        if getattr(getattr(error, "orig", error), "sqlstate", None) not in LOST_A_RACE:
            raise
        raise Conflict("Somebody else changed a row of this transaction meanwhile.") from error
