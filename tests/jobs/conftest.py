"""A database and an engine for each test: the embedded one on SQLite and the replicas' on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.store.database import Database, is_postgres
from bot.store.unit import Units
from tests.jobs.bench import Bench
from tests.jobs.bench_postgres import on_postgres
from tests.support.clock import FakeClock
from tests.support.databases import database_url
from tests.support.databases import on_each as pytest_generate_tests
from tests.support.store import clock, database, migrated, units

__all__ = ["clock", "database", "database_url", "migrated", "pytest_generate_tests", "units"]


@pytest.fixture
async def bench(database_url: str, clock: FakeClock) -> AsyncIterator[Bench]:
    """The engine of this database."""
    if is_postgres(database_url):
        async with on_postgres(database_url, clock) as bench:
            yield bench
        return
    database = Database.open(database_url)
    yield Bench(Units(database, clock), clock)
    await database.close()
