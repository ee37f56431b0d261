"""What the embedded engine does on top of the contract: in which order, how many at once, when the database fails."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import Refused, UserError
from bot.jobs import admin, embedded
from bot.jobs.embedded import LONGEST_WAIT, READ_AHEAD, Engine
from bot.jobs.policy import Policy
from bot.jobs.timer import SystemTimer
from bot.model.job import Job
from bot.store.database import Database
from bot.store.jobs import Jobs, Known, StoredJob
from bot.store.unit import Units
from tests.jobs.bench import Bench
from tests.support.clock import FakeClock

pytestmark = pytest.mark.sqlite


async def execute(units: Units, statement: str) -> None:
    """Something that no repository offers."""
    async with units.write() as unit:
        await unit.jobs._sql.exec_driver_sql(statement)


async def test_what_is_due_first_is_done_first(bench: Bench) -> None:
    now = bench.clock.now()
    for key, seconds in (("c", -1), ("a", -3), ("d", 0), ("b", -2)):
        await bench.enqueue(key, at=now + timedelta(seconds=seconds), payload={"v": 1, "key": key})
    bench.another(at_once=1)
    work = bench.worker()
    async with bench.running():
        await bench.engine.settled()
    assert [payload["key"] for payload in work.seen] == ["a", "b", "c", "d"]


async def test_only_so_many_run_at_once_and_all_get_their_turn(bench: Bench) -> None:
    running = most = 0
    full = asyncio.Event()

    async def step() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 3:
            full.set()
        await full.wait()  # so that how fast they are begun does not matter
        running -= 1

    bench.another(at_once=3)
    work = bench.worker(*[step] * 20)
    for key in range(10):
        await bench.enqueue(str(key))
    async with bench.running():
        for key in range(10, 20):
            await bench.enqueue(str(key))
        await bench.engine.settled()
    assert len(work.seen) == 20
    assert most == 3
    assert await bench.rows() == []


async def test_in_a_crowd_of_deliveries_jobs_go_one_by_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "CROWD_PAUSE_SECONDS", 0)
    running, most, crowded = 0, [0, 0], True

    async def step() -> None:
        nonlocal running, crowded
        running += 1
        most[crowded] = max(most[crowded], running)
        await asyncio.sleep(0)
        running -= 1
        crowded = crowded and len(work.seen) < 10

    bench.another(at_once=4, crowded=lambda: crowded)
    work = bench.worker(*[step] * 40)
    async with bench.units.write() as unit:
        await unit.enqueue(*[Job(kind="work", key=str(n), payload={"v": 1}) for n in range(40)])
    async with bench.running():
        await bench.engine.settled()
    assert len(work.seen) == 40
    assert most == [4, 1]


async def test_jobs_that_are_committed_while_the_engine_looks_run_exactly_once(bench: Bench) -> None:
    """More than it reads ahead lie there already; others arrive from many sides, and bring further ones."""
    many = 2 * READ_AHEAD
    async with bench.units.write() as unit:
        await unit.enqueue(*[Job(kind="work", key=f"old {n}", payload={"v": 1, "n": f"old {n}"}) for n in range(many)])

    async def chain(payload: Mapping[str, Any]) -> None:
        await bench.enqueue(f"{payload['n']} next", payload={"v": 1, "n": f"{payload['n']} next"})

    bench.engine.handle("chain", chain)
    work = bench.worker()
    async with bench.running():
        async with asyncio.TaskGroup() as tasks:
            for n in range(60):
                tasks.create_task(bench.enqueue(f"new {n}", kind="chain", payload={"v": 1, "n": f"new {n}"}))
        await bench.engine.settled()
    names = [payload["n"] for payload in work.seen]
    assert sorted(names) == sorted([f"old {n}" for n in range(many)] + [f"new {n} next" for n in range(60)])
    assert await bench.rows() == []


async def test_a_job_for_later_that_is_committed_during_a_look_starts_in_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon, ready = bench.clock.now() + timedelta(seconds=1), Jobs.ready
    committed, done = asyncio.Event(), asyncio.Event()

    async def slow(self: Jobs, known: Known, limit: int) -> list[StoredJob]:
        rows = await ready(self, known, limit)
        if not committed.is_set():
            await bench.enqueue("later", at=soon)
            committed.set()
        return rows

    async def step() -> None:
        done.set()

    monkeypatch.setattr(Jobs, "ready", slow)
    bench.worker(step)
    async with bench.running():
        await committed.wait()
        bench.clock.advance(1)
        async with asyncio.timeout(5):
            await done.wait()


async def test_a_long_job_does_not_keep_others_from_being_written_down(bench: Bench) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        begun.set()
        await go_on.wait()

    bench.worker(hang, kind="long")
    bench.worker()
    gone = asyncio.Event()
    async with bench.running():
        await bench.enqueue(kind="long")
        await begun.wait()
        await bench.enqueue("short")
        while len(await bench.rows()) > 1:  # each look is a real query: this waits, it does not sleep
            pass
        gone.set()
        go_on.set()
        await bench.engine.settled()
    assert gone.is_set()


async def test_outcomes_that_the_database_does_not_take_are_written_later(bench: Bench) -> None:
    work = bench.worker()
    await execute(bench.units, "CREATE TRIGGER full BEFORE DELETE ON jobs BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    tried = asyncio.Event()
    real = bench.units.write

    def write(*, newest: bool = False):  # type: ignore[no-untyped-def]
        if work.seen:
            tried.set()
        return real(newest=newest)

    bench.units.write = write  # type: ignore[method-assign]
    async with bench.running():
        await bench.enqueue()
        await tried.wait()
        await execute(bench.units, "DROP TRIGGER full")
        settled = asyncio.create_task(bench.engine.settled())
        while not settled.done():
            bench.clock.advance(1)
            await asyncio.sleep(0)
        await settled
    assert len(work.seen) == 1
    assert await bench.rows() == []


async def test_a_look_that_fails_is_repeated(bench: Bench) -> None:
    await bench.enqueue()
    work = bench.worker()
    await execute(bench.units, "ALTER TABLE jobs RENAME TO gone")
    engine = asyncio.create_task(bench.engine.run())
    async with bench.units.read() as unit:
        with pytest.raises(Exception, match="no such table"):
            await unit.jobs.all()
    await execute(bench.units, "ALTER TABLE gone RENAME TO jobs")
    await bench.after(1)
    bench.engine.stop()
    await engine
    assert len(work.seen) == 1


async def test_a_retry_from_another_process_is_noticed_in_time(database: Database, database_url: str) -> None:
    clock, noticed = FakeClock(datetime.now(UTC)), asyncio.Event()

    async def notice() -> None:
        noticed.set()

    bench = Bench(Units(database, clock), clock, Engine)
    work = bench.worker(Refused(), notice, policy=Policy(attempts=1))
    async with bench.running():
        await bench.enqueue()
        await bench.engine.settled()
        (row,) = await admin.listed(database_url, "held")
        assert await admin.retry(database_url, row.id)
        assert not await admin.retry(database_url, row.id)
        assert len(work.seen) == 1
        clock.advance((datetime.now(UTC) - clock.now() + LONGEST_WAIT).total_seconds())
        await noticed.wait()  # nothing but the clock wakes the engine
    assert await admin.listed(database_url) == []


async def test_an_operator_drops_held_jobs_only(database_url: str, units: Units) -> None:
    async with units.write() as unit:
        await unit.enqueue(Job(kind="work", key="1", payload={"v": 1}))
    (row,) = await admin.listed(database_url)
    assert not await admin.drop(database_url, row.id)
    await execute(units, "UPDATE jobs SET state = 'held'")
    assert await admin.drop(database_url, row.id)
    assert await admin.listed(database_url) == []
    with pytest.raises(UserError, match="not a job's id"):
        await admin.drop(database_url, "K7QX2M")
    with pytest.raises(UserError, match="not a job's id"):
        await admin.retry(database_url, "K7QX2M")


async def test_the_system_s_clock_waits_for_a_moment_or_for_news() -> None:
    timer = SystemTimer()
    wake = asyncio.Event()
    await timer.wait(timer.now() - timedelta(seconds=1), wake)
    wake.set()
    await timer.wait(None, wake)
    await timer.wait(timer.now() + timedelta(days=1), wake)
    assert timer.now().utcoffset() == timedelta(0)


async def test_by_the_system_s_clock_a_committed_job_starts_without_being_asked(database: Database) -> None:
    started, units = asyncio.Event(), Units(database, SystemTimer())

    async def start(_payload: object) -> None:
        started.set()

    engine = Engine(units, SystemTimer())
    engine.handle("work", start)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run())
        async with units.write() as unit:
            await unit.enqueue(Job(kind="work", key="1", payload={"v": 1}))
        await started.wait()
        engine.stop()
