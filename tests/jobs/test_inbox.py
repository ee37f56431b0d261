"""Making deliveries durable: once each, many in one commit, and nothing lost in silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

import pytest

from bot.errors import NotRecorded
from bot.jobs import inbox as inbox_module
from bot.jobs.inbox import CROWD, MOST_AT_ONCE, Inbox
from bot.store.intake import Arrival
from bot.store.unit import Units
from tests.support.rows import delivery

pytestmark = pytest.mark.sqlite


class CountingUnits:
    """The real store, and how many deliveries each of its transactions held."""

    def __init__(self, units: Units) -> None:
        self.batches: list[int] = []
        self.begun = asyncio.Event()
        self._units = units

    async def record(self, arrivals: Sequence[Arrival]) -> Collection[object]:
        self.batches.append(len(arrivals))
        self.begun.set()
        return await self._units.record(arrivals)


@asynccontextmanager
async def running(inbox: Inbox) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(inbox.run())
        yield
        inbox.stop()


async def keys(units: Units) -> list[str]:
    async with units.read() as unit:
        return [row.key for row in await unit.jobs.all()]


async def test_a_delivery_is_durable_with_its_job_before_it_is_answered(units: Units) -> None:
    inbox, arrival = Inbox(units), delivery()
    async with running(inbox):
        assert await inbox.record(arrival) is True
        async with units.read() as unit:
            assert await unit.deliveries.get(arrival.id) == arrival
            (row,) = await unit.jobs.all()
    assert (row.kind, row.key) == ("delivery", str(arrival.id))
    assert row.payload == {"v": 1, "delivery": str(arrival.id)}


async def test_t20_a_redelivery_is_known_and_brings_no_second_job(units: Units) -> None:
    inbox, first = Inbox(units), delivery("g-1")
    async with running(inbox):
        assert await inbox.record(first)
        assert not await inbox.record(delivery("g-1"))
    assert await keys(units) == [str(first.id)]


async def test_t20_a_delivery_that_comes_twice_at_once_is_recorded_once(units: Units) -> None:
    inbox = Inbox(units)
    twins, other = [delivery("g-1") for _ in range(3)], delivery("g-2")
    async with running(inbox):
        recorded = await asyncio.gather(*[inbox.record(each) for each in (*twins, other)])
    assert recorded == [True, False, False, True]
    assert sorted(await keys(units)) == sorted([str(twins[0].id), str(other.id)])


async def test_those_that_arrive_during_a_commit_share_the_next_one(units: Units) -> None:
    counting = CountingUnits(units)
    inbox = Inbox(counting)  # type: ignore[arg-type]
    async with running(inbox), asyncio.TaskGroup() as senders:
        async with units.write():
            first = senders.create_task(inbox.record(delivery("g-0")))
            await counting.begun.wait()
            rest = [senders.create_task(inbox.record(delivery(f"g-{number}"))) for number in range(1, 30)]
            await asyncio.sleep(0)
            assert not first.done()
        await asyncio.gather(first, *rest)
    assert counting.batches == [1, 29]


async def test_many_in_one_commit_are_a_crowd(units: Units) -> None:
    inbox = Inbox(units)
    async with running(inbox):
        await inbox.record(delivery("g-alone"))
        assert not inbox.crowded
        await asyncio.gather(*[inbox.record(delivery(f"g-{number}")) for number in range(CROWD + 1)])
        assert inbox.crowded


async def test_no_transaction_grows_without_bound(units: Units) -> None:
    counting = CountingUnits(units)
    inbox = Inbox(counting)  # type: ignore[arg-type]
    many = MOST_AT_ONCE + 10
    async with running(inbox):
        recorded = await asyncio.gather(*[inbox.record(delivery(f"g-{number}")) for number in range(many)])
    assert all(recorded)
    assert counting.batches == [MOST_AT_ONCE, 10]


async def test_jobs_are_due_in_the_order_of_arrival(units: Units) -> None:
    inbox = Inbox(units)
    arrivals = [delivery(f"g-{number}") for number in range(20)]
    async with running(inbox):
        await asyncio.gather(*[inbox.record(each) for each in arrivals])
    assert await keys(units) == [str(each.id) for each in arrivals]


async def test_the_inbox_goes_before_writers_that_wait(units: Units) -> None:
    inbox, seen = Inbox(units), list[str]()

    async def write() -> None:
        async with units.write() as unit:
            seen.extend(job.kind for job in await unit.jobs.all())

    async with running(inbox), asyncio.TaskGroup() as tasks, units.write():
        tasks.create_task(write())
        await asyncio.sleep(0)
        tasks.create_task(inbox.record(delivery()))
        for _ in range(5):
            await asyncio.sleep(0)
    assert seen == ["delivery"]


async def test_a_delivery_is_answered_before_somebody_works_on_it(units: Units) -> None:
    inbox, order = Inbox(units), list[str]()
    units.listen(lambda jobs: order.append("offered"))

    async def record() -> None:
        await inbox.record(delivery())
        order.append("answered")

    async with running(inbox), asyncio.TaskGroup() as tasks:
        tasks.create_task(record())
    assert order == ["answered", "offered"]


async def test_a_commit_that_fails_fails_its_callers_and_nobody_else(units: Units) -> None:
    async with units.write() as unit:
        await unit.jobs._sql.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON deliveries WHEN new.guid = 'g-bad' "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    inbox = Inbox(units)
    async with running(inbox):
        together = [inbox.record(delivery(guid)) for guid in ("g-1", "g-bad", "g-2")]
        failed = await asyncio.gather(*together, return_exceptions=True)
        again = await inbox.record(delivery("g-1"))
    assert [type(each) for each in failed] == [NotRecorded] * 3
    assert again is True
    assert len(await keys(units)) == 1


async def test_a_database_that_hangs_is_not_waited_for(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "COMMIT_SECONDS", 0.01)
    inbox = Inbox(units)
    async with running(inbox):
        async with units.write():
            with pytest.raises(NotRecorded, match="did not take it"):
                await inbox.record(delivery("g-1"))
        monkeypatch.undo()
        assert await inbox.record(delivery("g-1")) is True


async def test_a_sender_that_goes_away_does_not_take_the_delivery_with_it(units: Units) -> None:
    inbox, arrival = Inbox(units), delivery()
    async with running(inbox):
        async with units.write():
            impatient = asyncio.create_task(inbox.record(arrival))
            await asyncio.sleep(0)
            impatient.cancel()
        assert await inbox.record(delivery("g-2"))
    assert impatient.cancelled()
    assert str(arrival.id) in await keys(units)


async def test_stopping_writes_what_was_taken_and_takes_nothing_new(units: Units) -> None:
    inbox = Inbox(units)
    async with running(inbox), asyncio.TaskGroup() as senders:
        taken = [senders.create_task(inbox.record(delivery(f"g-{number}"))) for number in range(5)]
        await asyncio.sleep(0)
        inbox.stop()
        with pytest.raises(NotRecorded, match="stopping"):
            await inbox.record(delivery("g-late"))
    assert [each.result() for each in taken] == [True] * 5
    assert len(await keys(units)) == 5


async def test_a_writer_that_is_cancelled_leaves_nobody_waiting(units: Units) -> None:
    inbox = Inbox(units)
    writer = asyncio.create_task(inbox.run())
    async with units.write():
        senders = [asyncio.create_task(inbox.record(delivery("g-1")))]
        for _ in range(5):
            await asyncio.sleep(0)
        senders.append(asyncio.create_task(inbox.record(delivery("g-2"))))
        await asyncio.sleep(0)
        writer.cancel()
        told = await asyncio.gather(*senders, return_exceptions=True)
    assert [type(each) for each in told] == [NotRecorded, NotRecorded]
    with pytest.raises(asyncio.CancelledError):
        await writer
    assert await keys(units) == []
