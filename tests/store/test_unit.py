"""The transaction: what leaves it, what does not, and that nothing written at once is lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from bot.errors import Conflict
from bot.flow import ports
from bot.model.job import Job
from bot.model.request import Announcement
from bot.store.jobs import StoredJob
from bot.store.unit import Units
from tests.support import make
from tests.support.rows import announcement, save_request

JOB = Job(kind="greet", key="alice", payload={"v": 1})


def test_the_store_has_the_shape_that_flow_asks_for(units: Units) -> None:
    port: ports.Units = units
    assert port is units


async def test_leaving_the_block_commits(units: Units) -> None:
    async with units.write() as unit:
        await unit.repositories.save(make.repository())
    async with units.read() as unit:
        assert await unit.repositories.get(make.CONNECTION, 77) == make.repository()


async def test_an_exception_rolls_everything_back(units: Units) -> None:
    offered: list[StoredJob] = []
    units.listen(offered.extend)
    called: list[str] = []

    async def fail() -> None:
        async with units.write() as unit:
            await unit.repositories.save(make.repository())
            await unit.enqueue(JOB)
            unit.on_commit(lambda: called.append("committed"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with units.read() as unit:
        assert await unit.repositories.get(make.CONNECTION, 77) is None
        assert await unit.jobs.all() == []
    assert offered == []
    assert called == []


async def test_a_cancelled_transaction_leaves_nothing_and_lets_the_next_one_in(units: Units) -> None:
    written = asyncio.Event()

    async def write_and_wait() -> None:
        async with units.write() as unit:
            await unit.repositories.save(make.repository())
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with units.write() as unit:
        assert await unit.repositories.get(make.CONNECTION, 77) is None


async def test_commit_tells_who_asked_once_the_rows_are_there(units: Units) -> None:
    offered: list[StoredJob] = []
    units.listen(offered.extend)
    called: list[str] = []
    async with units.write() as unit:
        await unit.enqueue(JOB)
        unit.on_commit(lambda: called.append("committed"))
        assert called == []
        assert offered == []
    assert called == ["committed"]
    assert [(job.kind, job.key) for job in offered] == [("greet", "alice")]


async def test_a_reading_unit_can_not_write(units: Units) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        async with units.read() as unit:
            await unit.repositories.save(make.repository())


async def test_a_reading_unit_sees_one_moment(units: Units) -> None:
    async with units.read() as before:
        assert await before.repositories.get(make.CONNECTION, 77) is None
        async with units.write() as unit:
            await unit.repositories.save(make.repository())
        assert await before.repositories.get(make.CONNECTION, 77) is None
    async with units.read() as after:
        assert await after.repositories.get(make.CONNECTION, 77) is not None


async def test_who_read_an_old_version_can_not_write_it(units: Units) -> None:
    await save_request(units)
    first = announcement()
    async with units.write() as unit:
        await unit.announcements.add(first)
    async with units.write() as unit:
        saved = await unit.announcements.save(replace(first, edits=1))
    with pytest.raises(Conflict):
        async with units.write() as unit:
            await unit.announcements.save(replace(first, edits=7))
    async with units.read() as unit:
        assert await unit.announcements.get(first.id) == saved


async def test_of_200_that_decide_again_until_it_holds_none_is_lost(units: Units) -> None:
    await save_request(units)
    place = announcement()
    async with units.write() as unit:
        await unit.announcements.add(place)

    async def try_to_edit() -> bool:
        try:
            async with units.write() as unit:
                now = await unit.announcements.get(place.id)
                assert now is not None
                await unit.announcements.save(replace(now, edits=now.edits + 1))
        except Conflict:
            return False
        return True

    async def edit() -> None:
        while not await try_to_edit():
            pass

    async with asyncio.TaskGroup() as tasks:
        for _ in range(200):
            tasks.create_task(edit())
    async with units.read() as unit:
        last = await unit.announcements.get(place.id)
    assert isinstance(last, Announcement)
    assert (last.edits, last.version) == (200, place.version + 200)


@pytest.mark.sqlite
@pytest.mark.slow
async def test_of_2000_read_modify_writes_at_once_none_is_lost(units: Units) -> None:
    await save_request(units)
    place = announcement()
    async with units.write() as unit:
        await unit.announcements.add(place)

    async def edit() -> None:
        async with units.write() as unit:
            now = await unit.announcements.get(place.id)
            assert now is not None
            await unit.announcements.save(replace(now, edits=now.edits + 1))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(2_000):
            tasks.create_task(edit())
    async with units.read() as unit:
        last = await unit.announcements.get(place.id)
    assert isinstance(last, Announcement)
    assert last.edits == 2_000
    assert last.version == place.version + 2_000
