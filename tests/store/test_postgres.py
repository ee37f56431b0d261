"""What only PostgreSQL does: several processes that write and migrate side by side."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.errors import BotError, Conflict
from bot.flow.ports import HookDeliveries
from bot.flow.redeliver import CATCH_UP, Redeliver
from bot.model.job import Job
from bot.store.database import Database
from bot.store.migrate import is_current, ours, stored_revision, upgrade
from bot.store.postgres import alone, connect, open_pool
from bot.store.schema import metadata
from bot.store.unit import Units
from tests.support import make, postgres
from tests.support.clock import FakeClock
from tests.support.rows import announcement, delivery, save_request

pytestmark = pytest.mark.postgresql


async def test_one_of_two_that_change_the_same_row_at_once_must_decide_again(units: Units) -> None:
    await save_request(units)
    first = announcement()
    async with units.write() as unit:
        await unit.announcements.add(first)

    async def change_beside_another() -> None:
        async with units.write() as slow:
            read = await slow.announcements.get(first.id)
            assert read is not None
            async with units.write() as quick:
                await quick.announcements.save(replace(first, edits=7))
            await slow.announcements.save(replace(read, edits=1))

    with pytest.raises(Conflict):
        await change_beside_another()
    async with units.read() as unit:
        last = await unit.announcements.get(first.id)
    assert last is not None
    assert last.edits == 7


async def test_replicas_that_start_together_do_not_lose_races(units: Units, clock: FakeClock) -> None:
    steps = Redeliver(units, cast(HookDeliveries, None), clock, [make.CONNECTION], print)
    async with units.write() as unit:
        await unit.enqueue(Job(kind=CATCH_UP, key="start", payload={"v": 1}))
    for _ in range(5):
        await asyncio.gather(*[steps.begin() for _ in range(8)])
    async with units.read() as unit:
        assert [row.key for row in await unit.jobs.all()] == ["start"]


async def test_t20_a_guid_that_two_replicas_record_at_once_is_kept_once(
    units: Units, database_url: str, clock: FakeClock
) -> None:
    database = Database.open(database_url)
    other = Units(database, clock)
    pairs = [(delivery(f"g-{number}"), delivery(f"g-{number}")) for number in range(20)]

    async def record(replica: Units, which: int) -> int:
        job = Job(kind="delivery", key="", payload={"v": 1})
        new = [await replica.record([(pair[which], replace(job, key=f"{pair[which].id}"))]) for pair in pairs]
        return sum(map(len, new))

    counts = await asyncio.gather(record(units, 0), record(other, 1))
    await database.close()
    assert sum(counts) == len(pairs)
    async with units.read() as unit:
        assert len(await unit.jobs.all()) == len(pairs)


def test_replicas_that_migrate_together_take_turns(postgres_server: str) -> None:
    with postgres.copy(postgres_server, template="template0") as url:
        with ThreadPoolExecutor(2) as replicas:
            list(replicas.map(upgrade, [url, url]))
        assert asyncio.run(_current(url))


def test_an_empty_database_has_no_revision(postgres_server: str) -> None:
    with postgres.copy(postgres_server, template="template0") as url:
        assert asyncio.run(_revision(url)) is None


async def _current(url: str) -> bool:
    database = Database.open(url)
    try:
        return await is_current(database)
    finally:
        await database.close()


async def _revision(url: str) -> str | None:
    database = Database.open(url)
    try:
        return await stored_revision(database)
    finally:
        await database.close()


async def test_the_migrations_build_the_tables_of_the_schema(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        # Which rows a partial index covers is told to PostgreSQL by the migrations alone, and not compared.
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": ours})
        return list(compare_metadata(context, metadata))

    async with database.reading.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize("query", ["sslmode=hunter2", "host={folder}/hunter2"])
def test_a_database_out_of_reach_is_told_without_its_password(query: str, tmp_path: Path) -> None:
    with pytest.raises(BotError, match="PostgreSQL can not be reached") as refusal:
        upgrade(f"postgres://bot:hunter2@/box?{query.format(folder=tmp_path)}")
    assert "hunter2" not in str(refusal.value)


async def test_t23_whoever_connects_while_a_restore_renews_waits_for_its_end(
    database: Database, database_url: str
) -> None:
    late = Database.open(database_url)
    async with alone(database.writing, database.reading):
        newcomers = [asyncio.create_task(stored_revision(late)), asyncio.create_task(open_pool(database_url, 1))]
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        async with database.writing.connect() as connection:
            while (await connection.execute(waiting)).scalar_one() < len(newcomers):
                assert not any(task.done() for task in newcomers)
        assert not any(task.done() for task in newcomers)
    assert await newcomers[0] is not None
    await (await newcomers[1]).close()
    await late.close()


async def test_t23_a_renewal_that_does_not_end_is_said_to_whoever_waits_for_it(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.postgres.CONNECT_SECONDS", 0.5)
    async with alone(database.writing, database.reading):
        with pytest.raises(BotError, match="renews this database just now"):
            await connect(database_url)
