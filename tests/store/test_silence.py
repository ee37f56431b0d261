"""What the sweep asks about: judged by one statement, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.model.request import RequestState
from bot.model.run import Doubt, Silence, Silent
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import save_request

ALLOWED = Silence(
    shortest=timedelta(minutes=1),
    longest=timedelta(minutes=10),
    lost=timedelta(hours=1),
    lost_for=timedelta(days=1),
)


async def add(
    units: Units, digit: int, state: RequestState, *, age: float, quiet: float | None, now: datetime, **more: Any
) -> None:
    """A request of so many minutes, whose run was last heard of so many minutes ago; None for no run."""
    created = now - timedelta(minutes=age)
    request = await save_request(
        units,
        id=UUID(int=digit),
        code=f"K7QX2{chr(64 + digit)}",
        key=f"{digit:032x}",
        origin=make.origin(comment=digit),
        state=state,
        created_at=created,
        judged_at=created,
        **more,
    )
    if quiet is not None:
        heard = now - timedelta(minutes=quiet)
        run = make.run(id=UUID(int=100 + digit), github_id=digit, request=request.id, checked_at=heard)
        async with units.write() as unit:
            await unit.runs.add(run)


async def silent(units: Units, now: datetime, limit: int = 100) -> list[tuple[int, Doubt]]:
    async with units.read() as unit:
        found: list[Silent] = list(await unit.runs.silent(now, ALLOWED, limit))
    return [(each.request.int, each.doubt) for each in found]


async def test_a_young_run_is_asked_about_sooner_than_an_old_one(units: Units, clock: FakeClock) -> None:
    now = clock.now()
    await add(units, 1, RequestState.RUNNING, age=5, quiet=1, now=now)
    await add(units, 2, RequestState.RUNNING, age=5, quiet=0.9, now=now)
    await add(units, 3, RequestState.RUNNING, age=60, quiet=5.9, now=now)
    await add(units, 4, RequestState.RUNNING, age=60, quiet=6, now=now)
    await add(units, 5, RequestState.RUNNING, age=6000, quiet=9.9, now=now)
    await add(units, 6, RequestState.RUNNING, age=6000, quiet=10, now=now)
    assert await silent(units, now) == [(6, Doubt.HOW), (4, Doubt.HOW), (1, Doubt.HOW)]


async def test_lost_ones_are_asked_about_seldom_and_for_a_day(units: Units, clock: FakeClock) -> None:
    now = clock.now()
    lately, long_ago = now - timedelta(hours=23), now - timedelta(hours=25)
    await add(units, 1, RequestState.LOST, age=1400, quiet=59, now=now, ended_at=lately)
    await add(units, 2, RequestState.LOST, age=1400, quiet=60, now=now, ended_at=lately)
    await add(units, 3, RequestState.LOST, age=3000, quiet=600, now=now, ended_at=long_ago)
    await add(units, 4, RequestState.LOST, age=1400, quiet=None, now=now, ended_at=lately)  # nothing to ask about
    assert await silent(units, now) == [(2, Doubt.HOW)]


async def test_what_is_not_at_github_is_not_asked_about(units: Units, clock: FakeClock) -> None:
    now = clock.now()
    for digit, state in enumerate(RequestState, 1):
        if state not in (RequestState.DISPATCHING, RequestState.RUNNING, RequestState.LOST):
            await add(units, digit, state, age=6000, quiet=6000, now=now)
    assert await silent(units, now) == []


async def test_what_a_job_of_its_own_looks_after_is_asked_about_when_that_seems_gone(
    units: Units, clock: FakeClock
) -> None:
    now = clock.now()
    await add(units, 1, RequestState.DISPATCHING, age=9, quiet=None, now=now)
    await add(units, 2, RequestState.DISPATCHING, age=10, quiet=None, now=now)
    await add(units, 3, RequestState.RUNNING, age=9, quiet=None, now=now)
    await add(units, 4, RequestState.RUNNING, age=11, quiet=None, now=now)
    assert await silent(units, now) == [(4, Doubt.WHICH), (2, Doubt.SENT)]


async def test_the_newest_attempt_counts(units: Units, clock: FakeClock) -> None:
    now = clock.now()
    await add(units, 1, RequestState.RUNNING, age=60, quiet=30, now=now)
    second = make.run(id=UUID(int=200), github_id=1, attempt=2, request=UUID(int=1), checked_at=now)
    async with units.write() as unit:
        await unit.runs.add(second)
    assert await silent(units, now) == []


async def test_a_round_is_bounded_and_the_longest_silence_goes_first(units: Units, clock: FakeClock) -> None:
    now = clock.now()
    for digit in range(1, 6):
        await add(units, digit, RequestState.RUNNING, age=60, quiet=10 + digit, now=now)
    assert [digit for digit, _ in await silent(units, now, limit=2)] == [5, 4]
