"""News of a run in any order, doubled, with gaps: the end is the same, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.flow.adopt import CHECK, Adopt
from bot.flow.doors import Doors
from bot.flow.patience import Patience
from bot.flow.ports import Workflows
from bot.flow.strangers import Strangers
from bot.flow.sweep import LONGEST, Sweep
from bot.flow.track import Track
from bot.model.inbound import JobReported, RunReported
from bot.model.repository import Repository
from bot.model.request import RequestState, RerunOf
from bot.model.run import Conclusion, RunJob, RunReport, RunStatus
from bot.store.database import Database
from bot.store.mint import Mint
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import save_request
from tests.support.store import connection, copied

JOBS = 10
FIRST, SECOND = UUID(int=42), UUID(int=43)
News = RunReported | JobReported
Picture = tuple[RequestState, datetime | None, RunStatus, Conclusion | None, tuple[RunJob, ...]]


@dataclass(frozen=True)
class Attempt:
    """One attempt of run 555 from its beginning to its end, as GitHub tells it."""

    number: int
    conclusion: Conclusion
    ends: Sequence[Conclusion]

    @property
    def jobs(self) -> list[RunJob]:
        return [
            make.job(
                self.number * 100 + place,
                name=f"job{place}",
                status=RunStatus.COMPLETED,
                conclusion=end,
                started_at=make.at(10 + place),
                completed_at=make.at(20 + place),
            )
            for place, end in enumerate(self.ends)
        ]

    def report(self, status: RunStatus, seconds: float) -> RunReport:
        over = status is RunStatus.COMPLETED
        return make.report(
            attempt=self.number,
            status=status,
            conclusion=self.conclusion if over else None,
            updated_at=make.at(self.number * 100 + seconds),
            triggering_actor_login=make.BOT,
        )

    @property
    def last(self) -> RunReport:
        return self.report(RunStatus.COMPLETED, 60)

    @property
    def news(self) -> list[News]:
        runs = [self.report(RunStatus.QUEUED, 1), self.report(RunStatus.IN_PROGRESS, 2), self.last]
        told: list[News] = [RunReported(connection=make.CONNECTION, repository=77, run=run) for run in runs]
        for job in self.jobs:
            waits = replace(job, status=RunStatus.QUEUED, conclusion=None, started_at=None, completed_at=None)
            runs_now = replace(job, status=RunStatus.IN_PROGRESS, conclusion=None, completed_at=None)
            steps = [job] if job.conclusion is Conclusion.SKIPPED else [waits, runs_now, job]
            told += [
                JobReported(connection=make.CONNECTION, repository=77, run_id=555, attempt=self.number, job=step)
                for step in steps
            ]
        return told


WELL = Attempt(1, Conclusion.SUCCESS, [Conclusion.SUCCESS] * JOBS)
BADLY = Attempt(1, Conclusion.FAILURE, [*[Conclusion.SUCCESS] * 4, Conclusion.FAILURE, *[Conclusion.SKIPPED] * 5])
STOPPED = Attempt(1, Conclusion.CANCELLED, [*[Conclusion.SUCCESS] * 3, *[Conclusion.CANCELLED] * 7])
AGAIN = Attempt(2, Conclusion.SUCCESS, [Conclusion.SUCCESS] * JOBS)
STORIES: Mapping[str, Sequence[tuple[Attempt, RequestState]]] = {
    "well": [(WELL, RequestState.SUCCEEDED)],
    "badly": [(BADLY, RequestState.FAILED)],
    "stopped": [(STOPPED, RequestState.CANCELLED)],
    "again": [(BADLY, RequestState.FAILED), (AGAIN, RequestState.SUCCEEDED)],
}


class FakeGitHub:
    """Answers how every attempt stands now: it is over."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        self._attempts = {each.number: each for each in attempts}

    async def get(self, repository: Repository, run: int, *, attempt: int | None = None) -> RunReport:
        return self._attempts[attempt or max(self._attempts)].last

    async def jobs(self, repository: Repository, run: int, attempt: int) -> Sequence[RunJob]:
        return self._attempts[attempt].jobs

    async def dispatched_since(self, repository: Repository, path: str, since: datetime) -> Sequence[RunReport]:
        raise AssertionError("these runs are known")

    async def started_since(self, repository: Repository, since: datetime) -> Sequence[RunReport]:
        raise AssertionError("nobody looks for runs of others here")

    async def rerun(self, repository: Repository, run: int, *, failed_only: bool) -> None:
        raise AssertionError("nobody runs anything again here")

    async def cancel(self, repository: Repository, run: int) -> None:
        raise AssertionError("nobody stops anything here")

    async def login(self, connection: UUID) -> str:
        return make.BOT


async def told(units: Units, news: Sequence[News], attempts: Sequence[Attempt]) -> list[Picture]:
    """What is known in the end of each attempt's request, after this news and the sweeps that follow."""
    github, clock = FakeGitHub(attempts), FakeClock(make.at(3600))
    patience = Patience(clock, lambda: 0.5)
    adopt = Adopt(units, github, github, clock, Mint(), patience)
    unasked, doors = cast(Strangers, None), cast(Doors, None)
    track = Track(units, github, adopt, github, clock, patience, cast(Workflows, None), unasked, doors)
    for each in news:
        if isinstance(each, RunReported):
            later = await track.run(each, clock.now())
        else:
            later = await track.job(each, clock.now())
        assert later is None
    for _ in range(2):
        clock.advance(LONGEST.total_seconds())
        await Sweep(units, clock, timedelta(minutes=1))({"v": 1})
        async with units.read() as unit:
            due = [row for row in await unit.jobs.all() if row.kind == CHECK]
        for row in due:
            await track.check(row.payload)
    return [await picture(units, request) for request, _ in zip((FIRST, SECOND), attempts, strict=False)]


async def picture(units: Units, id: UUID) -> Picture:
    async with units.read() as unit:
        request = await unit.requests.get(id)
        (run,) = await unit.runs.of_request(id)
    assert request is not None
    return request.state, request.ended_at, run.status, run.conclusion, run.jobs


async def begun(units: Units, attempts: Sequence[Attempt]) -> None:
    """A request for each attempt, of which nothing but the run's id is known."""
    async with units.write() as unit:
        await unit.connections.save(connection())
        await unit.repositories.save(make.repository())
    rerun = RerunOf(of=FIRST, run=555, attempt=2, failed_only=False)
    more: list[dict[str, Any]] = [{}, {"code": "K7QX2N", "key": "1" * 32, "rerun": rerun}]
    for number, (id, attempt) in enumerate(zip((FIRST, SECOND), attempts, strict=False)):
        origin = make.origin(comment=9001 + number)
        await save_request(units, id=id, state=RequestState.RUNNING, origin=origin, **more[number])
        run = make.run(
            id=UUID(int=id.int + 100),
            request=id,
            attempt=attempt.number,
            status=RunStatus.REQUESTED,
            verified=False,
            updated_at=make.at(-60),
        )
        async with units.write() as unit:
            await unit.runs.add(run)


@pytest.mark.parametrize("story", STORIES)
def test_the_end_does_not_depend_on_how_it_was_told(migrated: Path, story: str) -> None:
    attempts = [attempt for attempt, _ in STORIES[story]]
    everything = [each for attempt in attempts for each in attempt.news]
    expected = [
        (state, attempt.last.updated_at, RunStatus.COMPLETED, attempt.conclusion, tuple(attempt.jobs))
        for attempt, state in STORIES[story]
    ]

    async def tell(news: Sequence[News]) -> list[Picture]:
        with TemporaryDirectory() as folder:
            database = Database.open(copied(migrated, Path(folder)))
            try:
                units = Units(database, FakeClock(make.at(3600)))
                await begun(units, attempts)
                return await told(units, news, attempts)
            finally:
                await database.close()

    # Shrinking would take minutes, and a failure names the order anyway.
    @given(st.permutations(everything), st.lists(st.sampled_from(everything), max_size=8), st.integers(0, 20))
    @settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    def whatever_comes(order: list[News], twice: list[News], lost: int) -> None:
        # News of runs that is lost never comes; news of jobs is what GitHub sends again when it is asked.
        again = [each for each in order[:lost] if isinstance(each, JobReported)]
        assert asyncio.run(tell([*order[lost:], *twice, *again])) == expected

    assert asyncio.run(tell(everything)) == expected
    whatever_comes()


@pytest.mark.parametrize("story", ["well", "badly", "stopped"])
async def test_of_a_run_of_which_nothing_was_told_everything_is_found(units: Units, story: str) -> None:
    ((attempt, state),) = STORIES[story]
    await begun(units, [attempt])
    (found,) = await told(units, [], [attempt])
    assert found == (state, attempt.last.updated_at, RunStatus.COMPLETED, attempt.conclusion, tuple(attempt.jobs))


async def test_where_the_end_was_not_told_jobs_that_nobody_told_of_are_found_too(units: Units) -> None:
    await begun(units, [BADLY])
    (found,) = await told(
        units, [each for each in BADLY.news if each not in BADLY.news[2:3] + BADLY.news[-5:]], [BADLY]
    )
    assert found[-1] == tuple(BADLY.jobs)


def test_a_ten_job_run_is_thirty_three_events() -> None:
    assert len(WELL.news) == 33
