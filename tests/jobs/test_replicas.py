"""What replicas on PostgreSQL do on top of the contract: they share the work, and none goes on alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import NamedTuple, cast
from uuid import UUID

import pytest

from bot.jobs.postgres import Engine
from bot.jobs.tickets import TABLE
from bot.model.job import Job
from bot.store.database import Database
from bot.store.unit import Units
from tests.jobs.bench import Bench
from tests.jobs.bench_postgres import PostgresBench, on_postgres
from tests.support.clock import FakeClock

pytestmark = pytest.mark.postgresql


class Pair(NamedTuple):
    """Two replicas of one database, by one clock."""

    one: PostgresBench
    two: PostgresBench


@pytest.fixture
async def pair(database_url: str, clock: FakeClock) -> AsyncIterator[Pair]:
    async with on_postgres(database_url, clock) as one, on_postgres(database_url, clock) as two:
        yield Pair(one, two)


async def test_each_job_is_one_replica_s(pair: Pair) -> None:
    workers = [bench.worker() for bench in pair]
    async with pair.one.running(), pair.two.running():
        async with pair.one.units.write() as unit:
            await unit.enqueue(*[Job(kind="work", key=str(n), payload={"v": 1, "n": n}) for n in range(60)])
        for bench in pair:
            await bench.engine.settled()
    done = [payload["n"] for worker in workers for payload in worker.seen]
    assert sorted(done) == list(range(60))
    assert await pair.one.rows() == []


async def test_a_key_that_another_replica_asks_for_while_it_runs_runs_once_more(pair: Pair) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await go_on.wait()

    first = pair.one.worker(wait)
    async with pair.one.running():
        await pair.one.enqueue()
        await begun.wait()
        second = pair.two.worker()
        async with Bench.running(pair.two):  # and the first was heard of just now
            await pair.two.enqueue()
            await pair.two.engine.settled()
            assert second.seen == []  # it is the other's for as long as that runs it
            go_on.set()
            await pair.one.engine.settled()
            await pair.two.engine.settled()
    assert len(first.seen) + len(second.seen) == 2
    assert await pair.one.rows() == []


async def test_what_comes_round_comes_once_for_all_replicas(pair: Pair) -> None:
    workers = []
    for bench in pair:
        workers.append(bench.worker())
        bench.engine.every("sweep", 60, "work")
    done = [0]
    async with pair.one.running(), pair.two.running():
        for _ in range(4):
            await pair.one.after(60)
            await pair.two.engine.settled()
            done.append(sum(len(worker.seen) for worker in workers))
    # A round that is written down late moves the next one, so one of the four may be missed; none may come twice.
    assert all(after - before <= 1 for before, after in pairwise(done))
    assert done[-1] >= 3
    assert len(await pair.one.rows()) == 1


async def test_an_older_version_leaves_newer_payloads_to_the_newer_one(pair: Pair) -> None:
    older = pair.one.worker()
    newer = pair.two.worker(versions=frozenset({1, 2}))
    async with pair.one.running():
        await pair.two.enqueue("new", payload={"v": 2})
        await pair.two.enqueue("newest", payload={"v": 3})
        await pair.one.engine.settled()
        assert older.seen == []
        async with pair.two.running():
            await pair.two.engine.settled()
    assert newer.seen == [{"v": 2}]
    assert [row.key for row in await pair.one.rows()] == ["newest"]


async def test_a_replica_that_leaves_gives_what_it_could_not_finish_to_the_others_at_once(pair: Pair) -> None:
    begun = asyncio.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    pair.one.another(grace_seconds=0.0)
    pair.one.worker(hang)
    async with pair.one.running():
        await pair.one.enqueue()
        await begun.wait()
    second = pair.two.worker()
    async with pair.two.units.read() as unit:  # nobody grew old meanwhile: it was given back
        (row,) = await unit.jobs.all()
    async with Bench.running(pair.two):
        await pair.two.engine.settled()
    assert (row.state, row.attempts, len(second.seen)) == ("ready", 0, 1)


async def test_who_was_taken_for_dead_and_was_not_does_not_take_the_job_back(pair: Pair) -> None:
    """Its heartbeats were late: both run the job, which every job must bear, and in the end it is done."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await go_on.wait()

    slow = pair.one.worker(wait)
    async with pair.one.running():
        await pair.one.enqueue()
        await begun.wait()
        quick = pair.two.worker()
        async with pair.two.running():  # long after the first was heard of
            await pair.two.engine.settled()
        go_on.set()
        await pair.one.engine.settled()
    assert (len(slow.seen), len(quick.seen)) == (1, 1)
    assert await pair.one.rows() == []


async def test_a_job_without_a_place_in_the_queue_is_found(pair: Pair, database_url: str, clock: FakeClock) -> None:
    database = Database.open(database_url)  # as a program that knows nothing of queues
    async with Units(database, clock).write() as unit:
        await unit.enqueue(Job(kind="work", key="1", payload={"v": 1}))
    await database.close()
    clock.advance(60)
    done = asyncio.Event()

    async def note() -> None:
        done.set()

    pair.one.worker(note)
    async with pair.one.running():
        await done.wait()
        await pair.one.engine.settled()
    assert await pair.one.rows() == []


async def test_a_held_job_that_is_retried_from_elsewhere_runs_here(pair: Pair) -> None:
    async with pair.one.units.write() as unit:
        await unit.enqueue(Job(kind="work", key="1", payload={"v": 1}))
        (row,) = await unit.jobs.all()
    await pair.one._desk._queries.driver.execute("UPDATE jobs SET state = 'held'")
    await pair.one._desk._queries.driver.execute(f"DELETE FROM {TABLE}")
    work = pair.two.worker()
    async with pair.two.running():
        await pair.two.engine.settled()
        assert work.seen == []
        async with pair.one.units.write() as unit:
            assert await unit.jobs.retry(UUID(row.id), pair.one.clock.now())
        await pair.two.engine.settled()
    assert len(work.seen) == 1


async def test_a_job_that_was_taken_and_could_not_be_read_is_anybody_s_at_once(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(ids: object) -> None:
        raise OSError("The database went away.")

    engine = cast(Engine, pair.one.engine)
    monkeypatch.setattr(engine, "_read", fail)
    pair.one.worker()
    await pair.one.enqueue()
    with pytest.raises(OSError, match="went away"):
        await engine._look()
    assert pair.one._desk._taken == {}
    second = pair.two.worker()
    async with Bench.running(pair.two):  # and the first was heard of just now
        await pair.two.engine.settled()
    assert len(second.seen) == 1


async def test_a_ticket_that_leads_nowhere_is_not_kept(pair: Pair) -> None:
    pair.one.worker()
    await pair.one.enqueue()
    await pair.one._desk._queries.driver.execute("DELETE FROM jobs")
    async with pair.one.running():
        await pair.one.engine.settled()
    assert pair.one._desk._taken == {}
    assert await pair.one._desk._queries.driver.fetch(f"SELECT id FROM {TABLE}") == []
