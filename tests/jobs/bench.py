"""What the engine contract is tried on: an engine with a clock that the test moves, and handlers that do as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from bot.jobs.embedded import Engine
from bot.model.job import Job, JobRow
from bot.store.unit import Units
from tests.support.clock import FakeClock

Step = None | datetime | Exception | Callable[[], Awaitable[datetime | None]]
"""What a handler does in one go: be done, go on at a moment, fail, or whatever the function does."""


class Worker:
    """A handler that notes what it was given and when, and does the next of its steps; without one it is done."""

    def __init__(self, clock: FakeClock, *steps: Step) -> None:
        """These steps in their order."""
        self._clock = clock
        self._steps = list(steps)
        self.seen: list[Mapping[str, Any]] = []
        self.moments: list[datetime] = []

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """One go."""
        self.seen.append(payload)
        self.moments.append(self._clock.now())
        step = self._steps.pop(0) if self._steps else None
        if isinstance(step, Exception):
            raise step
        if callable(step):
            return await step()
        return step


class Bench:
    """One database, one clock, and the engine that runs just now."""

    def __init__(self, units: Units, clock: FakeClock, make_engine: Callable[..., Engine] = Engine) -> None:
        """Makes the first engine; register handlers on it before `running`."""
        self.units = units
        self.clock = clock
        self.results: list[tuple[str, str]] = []
        self._make_engine = make_engine
        self.engine = self.another()

    def another(self, **options: Any) -> Engine:
        """An engine as after a restart: it knows only what the database says."""

        def note(kind: str, result: str, seconds: float) -> None:
            assert seconds >= 0
            self.results.append((kind, result))

        self.engine = self._make_engine(self.units, self.clock, on_result=note, jitter=lambda: 1.0, **options)
        return self.engine

    def worker(self, *steps: Step, kind: str = "work", **options: Any) -> Worker:
        """Register a handler with these steps."""
        worker = Worker(self.clock, *steps)
        self.engine.handle(kind, worker, **options)
        return worker

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The engine runs for the length of the block, and is stopped in good order."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.engine.run())
            yield
            self.engine.stop()

    async def enqueue(
        self,
        key: str = "1",
        *,
        kind: str = "work",
        at: datetime | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """In a transaction of its own."""
        async with self.units.write() as unit:
            await unit.enqueue(Job(kind=kind, key=key, payload=payload or {"v": 1}, run_at=at))

    async def rows(self) -> Sequence[JobRow]:
        """What is left to do."""
        async with self.units.read() as unit:
            return await unit.jobs.all()

    async def after(self, seconds: float) -> datetime:
        """Let time pass and everything happen that is due by then."""
        await self.pass_time(seconds)
        await self.engine.settled()
        return self.clock.now()

    async def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)
