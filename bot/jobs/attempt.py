"""Owns one attempt at one job: what its end means for the row."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.errors import RateLimited
from bot.jobs.ledger import Done, Held, Outcome
from bot.jobs.policy import Kind
from bot.jobs.schedule import Schedule
from bot.jobs.timer import Timer
from bot.store.jobs import StoredJob, Waiting

log = logging.getLogger(__name__)

ERROR_LENGTH = 1_000  # of an error's text in the row

OnResult = Callable[[str, str], None]
"""Told the kind and how an attempt went: `done`, `again`, `retried` or `held`. Must not raise."""


class Attempt:
    """Runs handlers and turns what they do into outcomes."""

    def __init__(self, timer: Timer, jitter: Callable[[], float], on_result: OnResult) -> None:
        """`jitter` gives numbers in 0..1."""
        self._timer = timer
        self._jitter = jitter
        self._on_result = on_result

    async def __call__(self, kind: Kind, job: StoredJob, schedule: Schedule | None) -> Outcome:
        """Try once. Raises only when it is cancelled, and then the row stays as it is: due."""
        try:
            async with asyncio.timeout(kind.policy.deadline_seconds):
                again_at = await kind.handler(job.payload)
        except Exception as error:
            return await self._failed(kind, job, schedule, error)
        if again_at is None and schedule is not None:
            again_at = schedule.after(self._timer.now())
        if again_at is None:
            self._on_result(kind.name, "done")
            return Done(job=job)
        self._on_result(kind.name, "again")
        return Waiting(job=job, due=again_at, tries=0, error=None)

    async def _failed(self, kind: Kind, job: StoredJob, schedule: Schedule | None, error: Exception) -> Outcome:
        tries = job.attempts + 1
        due = self._timer.now() + kind.policy.pause(tries, error, self._jitter())
        last_try = tries >= kind.policy.attempts
        if schedule is not None and last_try:
            # What comes round is never held: the next round is its next chance, and nobody else would start it.
            due, tries, last_try = schedule.after(self._timer.now()), 0, False
        text = f"{type(error).__name__}: {error}"[:ERROR_LENGTH]
        outcome = Waiting(job=job, due=due, tries=tries, error=text)
        facts = {"action": "job_held" if last_try else "job_retried", "kind": job.kind, "key": job.key}
        if not last_try:
            level = logging.INFO if _only_waits(error) else logging.WARNING
            log.log(level, "Job %s failed, next try at %s: %s", job.kind, due.isoformat(), text, extra=facts)
            self._on_result(kind.name, "retried")
            return outcome
        log.error("Job %s is held after %d attempts: %s", job.kind, tries, text, extra=facts, exc_info=error)
        self._on_result(kind.name, "held")
        await self._tell(kind, job, error)
        return Held(last=outcome)

    async def _tell(self, kind: Kind, job: StoredJob, error: Exception) -> None:
        """Before the row says so: a crash in between repeats the last attempt, and nobody is left untold."""
        if kind.on_held is None:
            return
        try:
            async with asyncio.timeout(kind.policy.deadline_seconds):
                await kind.on_held(job.payload, error)
        except Exception:
            facts = {"action": "job_held_untold", "kind": job.kind, "key": job.key}
            log.exception("Could not tell that a job of kind %s is held", job.kind, extra=facts)


def _only_waits(error: Exception) -> bool:
    """Nobody was asked and nothing went wrong: we keep the pace that an upstream wants of us."""
    return isinstance(error, RateLimited) and error.status is None
