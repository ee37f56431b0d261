"""Deliveries and their jobs in one trip: laid down as everything else reads them."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import text

from bot.model.job import Job
from bot.store.database import Database
from bot.store.intake import CROWD
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import delivery


def job(key: str = "1", **changes: object) -> Job:
    return Job(kind="delivery", key=key, payload={"v": 1, "ü": [True, None]}, **changes)  # type: ignore[arg-type]


async def test_a_delivery_and_its_job_come_back_as_they_went(units: Units, clock: FakeClock) -> None:
    arrival = delivery(action=None, facts='{"title":"ü\\u0000"}'.encode(), received_at=clock.now())
    assert await units.record([(arrival, job())]) == {arrival.id}
    async with units.read() as unit:
        assert await unit.deliveries.get(arrival.id) == arrival
        assert await unit.deliveries.get(UUID(int=1)) is None
        (row,) = await unit.jobs.all()
        (stored,) = await unit.jobs.ready(frozenset({("delivery", 1)}), 5)
    assert (row.kind, row.key, row.payload, row.state, row.run_at, row.attempts, row.last_error, row.created_at) == (
        "delivery",
        "1",
        {"v": 1, "ü": [True, None]},
        "ready",
        clock.now(),
        0,
        None,
        clock.now(),
    )
    assert (stored.id, stored.revision) == (arrival.id, 1)


@pytest.mark.sqlite
async def test_the_rows_are_what_sqlalchemy_would_have_written(units: Units, database: Database) -> None:
    arrival = delivery(received_at=make.NOON)
    await units.record([(arrival, job(run_at=make.at(5)))])
    async with units.write() as unit:
        await unit.jobs.enqueue([job(key="2", run_at=make.at(5))], make.NOON)
    async with database.reading.connect() as connection:
        rows = (await connection.execute(text("SELECT * FROM jobs ORDER BY key"))).all()
    by_hand, by_sqlalchemy = (row._asdict() | {"id": None, "key": None} for row in rows)
    assert by_hand == by_sqlalchemy
    assert [len(row.id) for row in rows] == [32, 32]


@pytest.mark.sqlite
@pytest.mark.parametrize("count", [CROWD - 1, CROWD])
async def test_a_crowd_lies_as_it_came_and_reads_as_ever(units: Units, database: Database, count: int) -> None:
    facts = b'{"text":"%s"}' % (b"again " * 100)
    made = [delivery(f"g-{number}", facts=facts) for number in range(count)]
    assert await units.record([(each, job(each.guid)) for each in made]) == {each.id for each in made}
    async with units.read() as unit:
        assert [await unit.deliveries.get(each.id) for each in made] == made
    async with database.reading.connect() as connection:
        packed = (await connection.execute(text("SELECT count(packed) FROM deliveries"))).scalar_one()
    assert packed == (count if count < CROWD else 0)


async def test_it_offers_the_jobs_of_new_deliveries_only(units: Units) -> None:
    offered: list[str] = []
    units.listen(lambda jobs: offered.extend(job.key for job in jobs))
    first, double = delivery("g-1"), delivery("g-1")
    assert await units.record([(first, job("a")), (double, job("b"))]) == {first.id}
    assert await units.record([(double, job("b"))]) == set()
    assert offered == ["a"]


async def test_t20_a_guid_is_unique_per_connection(units: Units) -> None:
    other = UUID(int=9)
    async with units.write() as unit:
        first = await unit.connections.get(make.CONNECTION)
        await unit.connections.save(
            type(first)(id=other, name="ghes", api_url="", server_url="", app_id=1, app_slug=None)
        )
    here, there = delivery("g-1"), delivery("g-1", connection=other)
    assert await units.record([(here, job("a")), (there, job("b"))]) == {here.id, there.id}


async def test_what_the_database_refuses_leaves_nothing_and_blocks_nobody(units: Units) -> None:
    stranger = delivery("g-2", connection=UUID(int=9))
    with pytest.raises(Exception, match=r"(?i)foreign key constraint"):
        await units.record([(delivery("g-1"), job("a")), (stranger, job("b"))])
    async with units.write() as unit:
        assert await unit.jobs.all() == []
    known = delivery("g-1")
    assert await units.record([(known, job("a"))]) == {known.id}
