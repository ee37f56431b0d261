"""A database and an engine for each test."""

from __future__ import annotations

import pytest

from bot.store.unit import Units
from tests.jobs.bench import ENGINES, Bench
from tests.support.clock import FakeClock
from tests.support.store import clock, database, database_url, migrated, units

__all__ = ["clock", "database", "database_url", "migrated", "units"]


@pytest.fixture(params=sorted(ENGINES))
def bench(request: pytest.FixtureRequest, units: Units, clock: FakeClock) -> Bench:
    """Each engine there is."""
    return Bench(units, clock, ENGINES[request.param])
