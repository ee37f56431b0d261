"""Owns writing down how jobs went: several in one transaction, so that finishing one does not delay the next.

A crash before that runs them once more, which every job must bear anyway.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.jobs.timer import Timer
from bot.store.jobs import StoredJob, Waiting
from bot.store.unit import Units

log = logging.getLogger(__name__)

LINGER_SECONDS = 0.05  # how long an outcome waits for company: whatever comes next wants the write gate sooner
PAUSE = timedelta(seconds=1)  # before writing again what the database did not take


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It has happened."""

    job: StoredJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """It failed for the last time."""

    last: Waiting

    @property
    def job(self) -> StoredJob:
        """Which."""
        return self.last.job


Outcome = Done | Held | Waiting


class Ledger:
    """Collects outcomes and writes all that came during one commit in the next."""

    def __init__(self, units: Units, timer: Timer, written: Callable[[Sequence[Outcome], bool], None]) -> None:
        """`written` is told of outcomes that are durable, and whether some of their jobs have more to do."""
        self._units = units
        self._timer = timer
        self._written = written
        self._outcomes: list[Outcome] = []
        self._arrived = asyncio.Event()
        self._hurried = asyncio.Event()
        self._open = True

    def put(self, outcome: Outcome) -> None:
        """Write this down soon."""
        self._outcomes.append(outcome)
        self._hurried.clear()
        self._arrived.set()

    def hurry(self) -> None:
        """Nothing runs any more, and somebody waits for that: do not linger."""
        self._hurried.set()

    def close(self) -> None:
        """Let `run` end when everything is written."""
        self._open = False
        self._arrived.set()
        self._hurried.set()

    async def run(self) -> None:
        """Write until closed and empty. What the database does not take is tried again, once more after closing."""
        while self._open or self._outcomes:
            await self._arrived.wait()
            await self._linger()
            self._arrived.clear()
            outcomes, self._outcomes = self._outcomes, []
            try:
                more = await self._write(outcomes)
            except Exception:
                log.exception("Could not write down %d jobs", len(outcomes), extra={"action": "jobs_not_written"})
                if not self._open:
                    return  # the rows stay due: after the restart these jobs run again
                self._outcomes[:0] = outcomes
                await self._timer.wait(self._timer.now() + PAUSE, self._arrived)
                self._arrived.set()
            else:
                self._written(outcomes, more)

    async def _linger(self) -> None:
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                await self._hurried.wait()
        except TimeoutError:
            return

    async def _write(self, outcomes: Sequence[Outcome]) -> bool:
        done = [outcome.job for outcome in outcomes if isinstance(outcome, Done)]
        waiting = [outcome for outcome in outcomes if isinstance(outcome, Waiting)]
        held = [outcome.last for outcome in outcomes if isinstance(outcome, Held)]
        more = bool(waiting)
        if not outcomes:
            return False
        async with self._units.write(newest=True) as unit:
            if done and await unit.jobs.finish(done):
                more = True
            if waiting:
                await unit.jobs.wait(waiting)
            if held:
                await unit.jobs.hold(held)
        return more
