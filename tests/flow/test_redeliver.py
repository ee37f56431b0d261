"""Missed deliveries: how far the list was read, what is asked for once, and what GitHub's refusals do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest

from bot.errors import NotFound, RateLimited, Refused, Unreachable, UpstreamError
from bot.flow.redeliver import CATCH_UP, PREFIX, REDELIVER, Redeliver
from bot.jobs.embedded import Engine
from bot.model.delivery import Attempt, Attempts
from bot.model.job import Job, JobRow
from bot.rules.missed import FIRST_WAIT, MOST_ASKED
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import delivery

PAGE = 3


@dataclass
class FakeGitHub:
    """Lists what failed, newest first, PAGE at a time; sends nothing."""

    clock: FakeClock
    attempts: list[Attempt] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    listed: int = 0
    error: UpstreamError | None = None
    forgets_cursors: bool = False

    def fails(self, guid: str, *, again: bool = False) -> Attempt:
        """Another attempt that did not get through."""
        moment = self.clock.advance(1)
        attempt = Attempt(id=len(self.attempts) + 1, guid=guid, redelivery=again, ok=False, delivered_at=moment)
        self.attempts.insert(0, attempt)
        return attempt

    async def failed(self, connection: UUID, cursor: str | None) -> Attempts:
        assert connection == make.CONNECTION
        if self.error is not None:
            raise self.error
        if cursor is not None and self.forgets_cursors:
            raise Refused("Invalid cursor", status=422)
        self.listed += 1
        first = int(cursor or 0)
        later = str(first + PAGE) if first + PAGE < len(self.attempts) else None
        return Attempts(newest_first=self.attempts[first : first + PAGE], next=later)

    async def redeliver(self, connection: UUID, attempt: int) -> None:
        if self.error is not None:
            raise self.error
        self.asked.append(attempt)


@dataclass
class Bot:
    """The steps, and an engine that works when it is told to."""

    units: Units
    clock: FakeClock
    github: FakeGitHub
    steps: Redeliver
    counted: list[str]

    async def jobs(self, kind: str = "") -> list[JobRow]:
        async with self.units.read() as unit:
            return [row for row in await unit.jobs.all() if row.kind == kind or not kind]

    async def works(self, seconds: int = 0) -> None:
        """What is due happens, and what falls due within so many seconds."""
        engine = Engine(self.units, self.clock)
        engine.handle(CATCH_UP, self.steps.round)
        engine.handle(REDELIVER, self.steps.ask)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(engine.run())
            await engine.settled()
            for _ in range(seconds):
                self.clock.advance(1)
                await engine.settled()
            engine.stop()

    async def round(self) -> None:
        """Time for the cron job, and for what comes of it within half a minute."""
        async with self.units.write() as unit:
            await unit.enqueue(Job(kind=CATCH_UP, key="deliveries", payload={"v": 1}))
        await self.works(30)


@pytest.fixture
async def bot(units: Units, clock: FakeClock) -> Bot:
    github, counted = FakeGitHub(clock), list[str]()
    return Bot(units, clock, github, Redeliver(units, github, clock, (make.CONNECTION,), counted.append), counted)


async def test_on_the_first_start_nothing_of_before_is_asked_for(bot: Bot) -> None:
    bot.github.fails("before")
    bot.clock.advance(1)
    await bot.steps.begin()
    bot.github.fails("after")
    bot.clock.advance(10)
    await bot.works()
    assert bot.github.asked == [2]


async def test_each_is_asked_for_once_however_often_the_list_is_read(bot: Bot) -> None:
    await bot.steps.begin()
    for guid in "abcdefg":
        bot.github.fails(guid)
    for _ in range(3):
        await bot.round()
    assert bot.github.asked == [5, 6, 7, 2, 3, 4, 1]  # page by page, the oldest of each first
    assert bot.counted == ["asked"] * 7
    assert await bot.jobs() == []


async def test_the_next_round_reads_no_further_than_need_be(bot: Bot) -> None:
    await bot.steps.begin()
    for guid in "abcdefg":
        bot.github.fails(guid)
        bot.clock.advance(300)
    await bot.round()
    assert bot.github.listed == 4  # three pages, and the start's own round
    await bot.steps.begin()
    await bot.round()
    assert bot.github.listed == 6


async def test_what_is_written_down_is_not_asked_for(bot: Bot) -> None:
    await bot.steps.begin()
    bot.github.fails("arrived")
    await bot.units.record([(delivery("arrived"), Job(kind="delivery", key="1", payload={"v": 1}))])
    await bot.round()
    assert bot.github.asked == []


async def test_what_arrives_meanwhile_is_not_asked_for(bot: Bot) -> None:
    await bot.steps.begin()
    bot.github.fails("late")
    bot.clock.advance(10)
    assert await bot.steps.round({"v": 1}) is None
    (row,) = await bot.jobs(REDELIVER)
    await bot.units.record([(delivery("late"), Job(kind="delivery", key="1", payload={"v": 1}))])
    assert await bot.steps.ask(row.payload) is None
    assert bot.github.asked == []


async def test_a_redelivery_that_fails_is_asked_for_again_ever_later_until_it_is_given_up(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    await bot.steps.begin()
    bot.github.fails("a")
    for times in range(1, MOST_ASKED + 1):
        await bot.round()
        assert len(bot.github.asked) == times
        bot.github.fails("a", again=True)
        await bot.round()
        assert len(bot.github.asked) == times  # not at once
        bot.clock.advance((FIRST_WAIT * 2 ** (times - 1)).total_seconds())
    for _ in range(3):
        await bot.round()
    assert bot.github.asked == list(range(1, MOST_ASKED + 1))
    assert bot.counted == ["asked"] * MOST_ASKED + ["given_up"]
    assert [record.action for record in caplog.records] == ["redelivery_given_up"]  # type: ignore[attr-defined]


async def test_an_outage_of_githubs_costs_time_and_no_failed_attempt(bot: Bot) -> None:
    await bot.steps.begin()
    bot.github.fails("a")
    bot.github.error = Unreachable("down")
    await bot.round()
    bot.github.error = RateLimited("slower", retry_after=600)
    bot.clock.advance(60)
    await bot.works()
    bot.github.error = None
    bot.clock.advance(599)
    await bot.works()
    assert bot.github.asked == []
    bot.clock.advance(1)
    await bot.works()
    assert bot.github.asked == [1]


async def test_what_github_forgot_meanwhile_is_let_go(bot: Bot) -> None:
    await bot.steps.begin()
    bot.github.fails("a")
    bot.clock.advance(10)
    await bot.steps.round({"v": 1})
    bot.github.error = Unreachable("down")
    bot.clock.advance(timedelta(days=8).total_seconds())
    (job,) = await bot.jobs(REDELIVER)
    assert await bot.steps.ask(job.payload) is None


async def test_what_github_will_not_send_again_is_told_once(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    await bot.steps.begin()
    bot.github.fails("a")
    bot.clock.advance(10)
    await bot.steps.round({"v": 1})
    bot.github.error = NotFound("gone")
    await bot.works()
    bot.github.error = None
    await bot.round()
    assert (bot.github.asked, sorted(bot.counted)) == ([], ["refused", "unlisted"])
    assert await bot.jobs() == []


@pytest.mark.parametrize("error", [NotFound("no such route"), Refused("suspended", status=403)])
async def test_a_server_without_the_list_is_named_once_and_holds_no_job(
    bot: Bot, caplog: pytest.LogCaptureFixture, error: UpstreamError
) -> None:
    await bot.steps.begin()
    bot.github.error = error
    for _ in range(3):
        await bot.round()
    assert bot.counted == ["unlisted"] * 4
    assert [record.action for record in caplog.records] == ["deliveries_unlisted"]  # type: ignore[attr-defined]
    assert await bot.jobs() == []


async def test_a_page_that_is_refused_is_read_again_from_the_top(bot: Bot) -> None:
    await bot.steps.begin()
    for guid in "abcdefg":
        bot.github.fails(guid)
    bot.github.forgets_cursors = True
    await bot.works(20)
    assert bot.github.asked == [5, 6, 7]
    bot.github.forgets_cursors = False
    await bot.round()
    assert bot.github.asked == [5, 6, 7, 2, 3, 4, 1]


async def test_what_is_remembered_of_asking_ends_when_github_forgets_too(bot: Bot) -> None:
    await bot.steps.begin()
    bot.github.fails("a")
    await bot.round()
    names = [f"{PREFIX}{make.CONNECTION}:a:attempt", f"{PREFIX}{make.CONNECTION}:a:times"]
    async with bot.units.read() as unit:
        assert await unit.marks.values(names) == {names[0]: 1, names[1]: 1}
    bot.clock.advance(timedelta(days=9).total_seconds())
    await bot.round()
    async with bot.units.read() as unit:
        assert await unit.marks.values(names) == {}
        assert await unit.marks.value(f"{PREFIX}{make.CONNECTION}:seen") is not None
