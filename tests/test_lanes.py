"""A service that says nothing keeps few of us waiting."""

from __future__ import annotations

import asyncio

import pytest

from bot import lanes
from bot.errors import Unreachable
from bot.lanes import AT_ONCE, PROBES, Lane


@pytest.fixture
def lane(monkeypatch: pytest.MonkeyPatch) -> Lane:
    """To a service that counts as silent at once."""
    monkeypatch.setattr(lanes, "SILENT_SECONDS", 0.0)
    return Lane("GitHub", jitter=lambda: 0.5)


class Service:
    """Answers when it is told to."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.answers = asyncio.Event()
        self.dead = False
        self.asked = 0

    async def ask(self) -> None:
        async with self.lane.call():
            self.asked += 1
            await self.answers.wait()
            if self.dead:
                raise Unreachable

    async def crowd(self, count: int) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self.ask()) for _ in range(count)]
        for _ in range(3):
            await asyncio.sleep(0)
        return tasks


async def outcomes(tasks: list[asyncio.Task[None]]) -> list[str]:
    return [type(each).__name__ for each in await asyncio.gather(*tasks, return_exceptions=True)]


async def test_of_a_hundred_calls_to_a_silent_service_twelve_wait(lane: Lane) -> None:
    service = Service(lane)
    tasks = await service.crowd(100)
    assert (service.asked, sum(task.done() for task in tasks)) == (AT_ONCE, 100 - AT_ONCE)
    with pytest.raises(Unreachable, match="GitHub does not answer, so it was not asked as well") as away:
        await service.ask()
    assert away.value.retry_after == 7.5
    service.answers.set()
    assert (await outcomes(tasks)).count("NoneType") == AT_ONCE


async def test_while_it_stays_silent_a_few_find_out_whether_it_still_is(lane: Lane) -> None:
    service = Service(lane)
    service.dead = True
    tasks = await service.crowd(1)
    service.answers.set()
    assert await outcomes(tasks) == ["Unreachable"]
    service.answers.clear()
    service.asked = 0
    tasks = await service.crowd(50)
    assert service.asked == PROBES
    service.dead = False
    service.answers.set()
    assert (await outcomes(tasks)).count("NoneType") == PROBES
    service.answers.clear()
    service.asked = 0
    tasks = await service.crowd(50)
    assert service.asked == AT_ONCE
    service.answers.set()
    await outcomes(tasks)


async def test_a_service_that_answers_makes_nobody_turn_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "SILENT_SECONDS", 60.0)
    service = Service(Lane("GitHub"))
    tasks = await service.crowd(100)
    assert service.asked == AT_ONCE
    service.answers.set()
    assert await outcomes(tasks) == ["NoneType"] * 100


async def test_whoever_waits_for_a_place_does_not_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "SILENT_SECONDS", 0.02)
    service = Service(Lane("GitHub"))
    tasks = await service.crowd(AT_ONCE + 1)
    with pytest.raises(Unreachable):
        await tasks[-1]
    service.answers.set()
    await asyncio.gather(*tasks[:-1])
