"""The bench of the engine contract on PostgreSQL, whose own clock says when a job is due and can not be moved.

So a job for later is put a day away there, and moving the test's clock makes those due whose moment has come by it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.jobs.desk import Desk
from bot.jobs.postgres import Engine
from bot.jobs.tickets import TABLE, Tickets
from bot.store.columns import to_microseconds
from bot.store.database import Database
from bot.store.unit import Units
from tests.jobs.bench import Bench
from tests.support.clock import FakeClock

_COME = f"""
UPDATE {TABLE} ticket SET execute_after = NOW() - INTERVAL '1 microsecond' FROM jobs
WHERE ticket.dedupe_key = jobs.id::text AND ticket.status = 'queued' AND jobs.run_at <= $1"""
_LONG_AGO = f"UPDATE {TABLE} SET heartbeat = NOW() - INTERVAL '1 hour' WHERE status = 'picked'"


class FarTickets(Tickets):
    """Whatever is not due now is far away for the database."""

    def delay(self, due: datetime) -> timedelta:
        """As `Tickets.delay`, and a day more unless that is nothing."""
        delay = super().delay(due)
        return delay + timedelta(days=1) if delay else delay


class PostgresBench(Bench):
    """One database with its queue."""

    def __init__(self, units: Units, clock: FakeClock, desk: Desk, tickets: FarTickets) -> None:
        """Makes the first engine."""
        self._desk = desk
        self._tickets = tickets
        super().__init__(units, clock, lambda units, clock, **options: Engine(units, clock, desk, **options))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """As `Bench.running`, long after whoever crashed before was heard of for the last time."""
        await self._desk._queries.driver.execute(_LONG_AGO)
        async with super().running():
            yield

    async def pass_time(self, seconds: float) -> None:
        """As `Bench.pass_time`."""
        moment = self.clock.now() + timedelta(seconds=seconds)
        await self._desk._queries.driver.execute(_COME, to_microseconds(moment))
        await super().pass_time(seconds)


@asynccontextmanager
async def on_postgres(database_url: str, clock: FakeClock) -> AsyncIterator[PostgresBench]:
    """A bench over this database."""
    tickets = FarTickets(clock)
    database = Database.open(database_url, tickets)
    desk = await Desk.open(database_url, tickets)
    try:
        yield PostgresBench(Units(database, clock), clock, desk, tickets)
    finally:
        await desk.close()
        await database.close()
