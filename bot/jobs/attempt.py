"""Owns one attempt at one job: what its end means for the row."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from typing import TypeVar

from bot.errors import Conflict, RateLimited, Unwelcome, UpstreamError
from bot.jobs.ledger import Done, Held, Outcome
from bot.jobs.policy import Kind
from bot.jobs.schedule import Schedule
from bot.jobs.timer import Timer
from bot.log import bind
from bot.store.jobs import StoredJob, Waiting

log = logging.getLogger(__name__)

T = TypeVar("T")

ERROR_LENGTH = 1_000  # of an error's text in the row
RACES = 20  # lost to other transactions or replicas before that counts as a failure: a run of many jobs has many rivals
RACE_SECONDS = 0.02  # at most, after the first one; longer after each

OnResult = Callable[[str, str, float], None]
"""Told the kind, how an attempt went (`done`, `again`, `retried` or `held`), and its seconds. Must not raise."""

Around = Callable[[StoredJob], AbstractContextManager[object]]
"""What an attempt happens inside of, for whoever traces it."""


class Attempt:
    """Runs handlers and turns what they do into outcomes."""

    def __init__(
        self, timer: Timer, jitter: Callable[[], float], on_result: OnResult, around: Around | None = None
    ) -> None:
        """`jitter` gives numbers in 0..1."""
        self._timer = timer
        self._jitter = jitter
        self._on_result = on_result
        self._around = around

    async def __call__(self, kind: Kind, job: StoredJob, schedule: Schedule | None) -> Outcome:
        """Try once. Every line that is logged meanwhile names the job.

        Raises only when it is cancelled, and then the row stays as it is: due.
        """
        with bind(job=job.kind, key=job.key):
            if self._around is None:
                return await self._timed(kind, job, schedule)
            with self._around(job):
                return await self._timed(kind, job, schedule)

    async def _timed(self, kind: Kind, job: StoredJob, schedule: Schedule | None) -> Outcome:
        start = time.perf_counter()  # the real clock, also in stories that travel in time
        outcome, result = await self._try(kind, job, schedule)
        self._on_result(kind.name, result, time.perf_counter() - start)
        return outcome

    async def _try(self, kind: Kind, job: StoredJob, schedule: Schedule | None) -> tuple[Outcome, str]:
        try:
            async with asyncio.timeout(kind.policy.deadline_seconds):
                again_at = await self._newest(lambda: kind.handler(job.payload))
        except Exception as error:
            return await self._failed(kind, job, schedule, error)
        if again_at is None and schedule is not None:
            again_at = schedule.after(self._timer.now())
        if again_at is None:
            return Done(job=job), "done"
        return Waiting(job=job, due=again_at, tries=0, error=None), "again"

    async def _newest(self, act: Callable[[], Awaitable[T]]) -> T:
        """Who lost a race reads and decides again at once: nothing failed, and the rows tell by now what was lost."""
        for lost in range(1, RACES):
            with suppress(Conflict):
                return await act()
            await asyncio.sleep(lost * RACE_SECONDS * self._jitter())
        return await act()

    async def _failed(
        self, kind: Kind, job: StoredJob, schedule: Schedule | None, error: Exception
    ) -> tuple[Outcome, str]:
        tries = job.attempts + 1
        due = self._timer.now() + kind.policy.pause(tries, error, self._jitter())
        text = f"{type(error).__name__}: {error}"[:ERROR_LENGTH]
        if _only_waits(error):
            # No attempt: whoever waits for a turn among thousands may be sent away more often than a policy allows.
            log.info("Job %s waits until %s: %s", job.kind, due.isoformat(), text, extra={"action": "job_waits"})
            return Waiting(job=job, due=due, tries=job.attempts, error=text), "again"
        last_try = tries >= kind.policy.attempts or _in_vain(error)
        if schedule is not None and last_try:
            # What comes round is never held: the next round is its next chance, and nobody else would start it.
            due, tries, last_try = schedule.after(self._timer.now()), 0, False
        outcome = Waiting(job=job, due=due, tries=tries, error=text)
        if not last_try:
            facts = {"action": "job_retried"}
            log.warning("Job %s failed, next try at %s: %s", job.kind, due.isoformat(), text, extra=facts)
            return outcome, "retried"
        facts = {"action": "job_held"}
        log.error("Job %s is held after %d attempts: %s", job.kind, tries, text, extra=facts, exc_info=error)
        await self._tell(kind, job, error)
        return Held(last=outcome), "held"

    async def _tell(self, kind: Kind, job: StoredJob, error: Exception) -> None:
        """Before the row says so: a crash in between repeats the last attempt, and nobody is left untold."""
        tell = kind.on_held
        if tell is None:
            return
        try:
            async with asyncio.timeout(kind.policy.deadline_seconds):
                await self._newest(lambda: tell(job.payload, error))
        except Exception:
            log.exception("Could not tell that a job of kind %s is held", job.kind, extra={"action": "job_held_untold"})


def _only_waits(error: Exception) -> bool:
    """Nobody was asked and nothing went wrong: we keep the pace that an upstream wants of us."""
    return isinstance(error, RateLimited) and error.status is None


def _in_vain(error: Exception) -> bool:
    """A definite no of an upstream: another try would be told the same, unless an operator mends it meanwhile."""
    return isinstance(error, UpstreamError) and not error.retryable and not isinstance(error, Unwelcome)
