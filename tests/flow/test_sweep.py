"""The sweep, where a question stands already."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.flow.sweep import Sweep
from bot.model.job import Job
from bot.model.request import RequestState
from bot.store.unit import Units
from tests.support.clock import FakeClock
from tests.support.rows import save_request

LATER = timedelta(hours=2)


async def due(units: Units) -> list[tuple[str, datetime]]:
    async with units.read() as unit:
        return [(job.kind, job.run_at) for job in await unit.jobs.all()]


@pytest.mark.parametrize("state", [RequestState.DISPATCHING, RequestState.RUNNING])
async def test_what_waits_for_a_moment_that_github_named_is_not_brought_forward(
    units: Units, clock: FakeClock, state: RequestState
) -> None:
    request = await save_request(units, state=state, dispatched_at=clock.now(), judged_at=clock.now())
    kind = "dispatch" if state is RequestState.DISPATCHING else "find_run"
    then = clock.now() + LATER
    async with units.write() as unit:
        await unit.enqueue(
            Job(kind=kind, key=str(request.id), payload={"v": 1, "request": str(request.id)}, run_at=then)
        )
    sweep = Sweep(units, clock, timedelta(seconds=60))
    for _ in range(12):
        clock.advance(300)
        await sweep({"v": 1})
    assert await due(units) == [(kind, then)]


async def test_what_nobody_asks_about_any_more_is_asked_about(units: Units, clock: FakeClock) -> None:
    await save_request(units, state=RequestState.DISPATCHING, dispatched_at=clock.now(), judged_at=clock.now())
    clock.advance(601)
    await Sweep(units, clock, timedelta(seconds=60))({"v": 1})
    assert [kind for kind, _ in await due(units)] == ["dispatch"]
