"""Owns running jobs in one of several replicas on PostgreSQL: it takes due ones from the queue, as many as it has room.

A job is one replica's until that has written down how it went, or was not heard of for `HEARTBEAT_TIMEOUT` of
bot/jobs/desk.py; then another one takes it. So a job may run twice, and never not at all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextvars import Context
from datetime import timedelta
from typing import Any
from uuid import UUID

from bot.errors import BotError
from bot.jobs import embedded
from bot.jobs.desk import Desk
from bot.jobs.embedded import LONGEST_WAIT
from bot.jobs.ledger import Outcome
from bot.jobs.timer import Timer
from bot.store.jobs import StoredJob
from bot.store.shared_jobs import SharedJobs
from bot.store.unit import Unit, Units

log = logging.getLogger(__name__)

BEAT_SECONDS = 3.0
TEND_SECONDS = 60.0
OVERDUE = timedelta(seconds=10)
"""What is due for so long and not in the queue was put there by nobody: a restored backup, an interrupted install."""


class Engine(embedded.Engine):
    """One replica's engine. As the embedded one, but for where due jobs come from."""

    def __init__(self, units: Units, timer: Timer, desk: Desk, **options: Any) -> None:
        """`options` are those of the embedded engine."""
        super().__init__(units, timer, **options)
        self._desk = desk
        self._at_work: set[UUID] = set()

    async def run(self) -> None:
        """As `embedded.Engine.run`. What was taken and is not done is given to the other replicas at the end."""
        async with asyncio.TaskGroup() as tasks:
            beside = [
                tasks.create_task(work, name=name)
                for name, work in (
                    ("heartbeat", self._beat()),
                    ("queue news", self._desk.listen(self._want_look)),
                    ("queue care", self._tend()),
                )
            ]
            await super().run()
            for each in beside:
                each.cancel()
            await self._release()

    async def _look(self) -> None:
        """Take what is due and has room, start it, and set when to look again at the latest."""
        self._until = self._timer.now() + LONGEST_WAIT  # what is offered during the look may bring it forward
        idle, room = not self._busy, self._room()
        self._more = room <= 0
        if self._more:
            return
        taken = await self._desk.take(self._known(), room)
        await self._begin(taken)
        self._more = len(taken) == room
        if not taken and idle and not self._busy:
            self._quiet_look = self._looks
            await self._notify()
        if not self._more:
            pause = await self._desk.next_due(self._known())
            self._until = min(self._until, self._timer.now() + (LONGEST_WAIT if pause is None else pause))
        self._fill()

    async def _begin(self, taken: Sequence[UUID]) -> None:
        """Start what was taken. What could not be read or started is not ours any more: others may take it at once."""
        try:
            for job in await self._read(taken):
                if job.id not in self._busy:
                    self._start(job, Context())
        finally:
            if strays := [job for job in taken if job not in self._busy]:
                await self._desk.give_up(strays)

    def _room(self) -> int:
        return (1 if self._crowded() else self._at_once) - len(self._running)

    async def _read(self, ids: Sequence[UUID]) -> Sequence[StoredJob]:
        """The rows behind the tickets; a ticket without one leads nowhere."""
        if not ids:
            return ()
        async with self._units.read() as unit:
            rows = await _shared(unit).among(ids)
        if len(rows) < len(ids):
            async with self._units.write(newest=True) as unit:
                rows = await _shared(unit).among(ids)
                await _shared(unit).leave(set(ids) - {row.id for row in rows})
        return rows

    def _offered(self, jobs: Sequence[StoredJob]) -> None:
        """Look at once for what was just committed and is due: this replica is the first to know."""
        now, known = self._timer.now(), self._known()
        for job in jobs:
            if job.id in self._busy or (job.kind, job.payload["v"]) not in known:
                continue
            if job.run_at <= now:
                self._want_look()
            elif job.run_at < self._until:
                self._until = job.run_at
                self._wake.set()

    async def _work(self, job: StoredJob) -> None:
        self._at_work.add(job.id)
        try:
            await super()._work(job)
        finally:
            self._at_work.discard(job.id)

    def _written(self, outcomes: Sequence[Outcome], more: bool) -> None:
        self._desk.forget([outcome.job.id for outcome in outcomes])
        super()._written(outcomes, more)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self._desk.beat(self._at_work)
            except Exception:
                log.exception("Could not say that this replica is alive", extra={"action": "heartbeat_missed"})

    async def _tend(self) -> None:
        while True:
            try:
                if lost := await self._desk.lost(self._timer.now() - OVERDUE):
                    log.warning("%d due jobs were not in the queue", len(lost), extra={"action": "jobs_found"})
                    async with self._units.write(newest=True) as unit:
                        await _shared(unit).queue_up(lost)
                    self._want_look()
                await self._desk.tidy()
            except Exception:
                log.exception("Could not look after the job queue", extra={"action": "queue_not_tended"})
            await asyncio.sleep(TEND_SECONDS)

    async def _release(self) -> None:
        try:
            await self._desk.release()
        except Exception:
            log.exception("Jobs were not given back: others take them later", extra={"action": "jobs_not_released"})


def _shared(unit: Unit) -> SharedJobs:
    if not isinstance(unit.jobs, SharedJobs):
        raise BotError("This database was opened without its queue.")
    return unit.jobs
