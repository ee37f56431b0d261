"""Owns the second source of truth: runs without news are asked about. A lost webhook costs time, never truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

from bot.flow.adopt import check, find
from bot.flow.ports import Clock, Unit, Units
from bot.flow.schedule import dispatch
from bot.model.job import Job
from bot.model.run import Doubt, Silence, Silent

SWEEP: Final = "sweep"

LONGEST: Final = timedelta(minutes=10)
"""However long a run takes, it is asked about this often when no webhook tells of it."""

LOST: Final = timedelta(hours=1)
"""A request that was given up is asked about so seldom; news that come by themselves bring it back at once."""

LOST_FOR: Final = timedelta(days=1)

MOST: Final = 100
"""Questions of one round, all installations together; GitHub gives each of them 5,000 calls an hour and more.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

BATCH: Final = 10
"""Of them in one transaction, because the inbox waits for it."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """The cron job `sweep`."""

    units: Units
    clock: Clock
    every: timedelta
    """SWEEP_SECONDS: news older than this makes a young run worth a question."""

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Enqueue a question about each run without news, the longest silence first.

        What is beyond the bound of a round comes in the next ones. What waits for a person or a lock is judged again,
        ever more seldom: whoever gives it wakes it, and this is for when that was lost. A question that
        stands already waits for a reason (GitHub named a time, or nobody may ask before it), so it is not brought
        forward.
        """
        now = self.clock.now()
        allowed = Silence(shortest=self.every, longest=LONGEST, lost=LOST, lost_for=LOST_FOR)
        async with self.units.read() as unit:
            silent = await unit.runs.silent(now, allowed, MOST)
            asked = await _asked(unit, [_question(each, now) for each in silent])
        # Spread over the time until the next round: GitHub frowns on bursts.
        due = [_question(each, now + place * self.every / MOST) for place, each in enumerate(silent)]
        jobs = [job for job in due if (job.kind, job.key) not in asked]
        for first in range(0, len(jobs), BATCH):
            async with self.units.write() as unit:
                for job in jobs[first : first + BATCH]:
                    await unit.enqueue(job)
        return None


async def _asked(unit: Unit, questions: Sequence[Job]) -> frozenset[tuple[str, str]]:
    """Kinds and keys of those that have a job which is not done; one that is held is for a person to decide about."""
    keys: dict[str, list[str]] = {}
    for question in questions:
        keys.setdefault(question.kind, []).append(question.key)
    return frozenset([(kind, key) for kind, some in keys.items() for key in await unit.unfinished(kind, some)])


def _question(silent: Silent, at: datetime) -> Job:
    match silent.doubt:
        case Doubt.SENT | Doubt.WHETHER:
            return dispatch(silent.request)
        case Doubt.WHICH:
            return find(silent.request, at)
        case Doubt.HOW:
            return check(silent.request, at)
        case _:
            assert_never(silent.doubt)
