"""Owns where one replica takes its tickets: picking, heartbeats, news of others, and what PgQueuer leaves behind.

PgQueuer's `QueueManager` is not used: it deletes a job whose handler is cancelled, as all are when a replica stops,
and it writes down how a job ended in a transaction of its own (docs/decisions/0001-engine.md).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Self
from uuid import UUID

from pgqueuer import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.types import JobId, QueueEntrypoint, QueueManagerId

from bot.jobs.tickets import SETTINGS, TABLE, entrypoint, queries
from bot.store.columns import to_microseconds
from bot.store.jobs import Known
from bot.store.postgres import connect, open_pool
from bot.store.shared_jobs import Queue

log = logging.getLogger(__name__)

HEARTBEAT_TIMEOUT = timedelta(seconds=10)
"""A replica that was not heard of for so long is dead, and its jobs are anybody's."""
CONNECTIONS: Final = 2
RECONNECT_SECONDS: Final = 1.0
LOG_KEPT: Final = timedelta(days=1)  # nobody reads it but a person who looks for trouble
MOST_LOST: Final = 500  # found again in one go
WAKE: Final = json.dumps({"operation": "insert"})

_RELEASE = f"""
UPDATE {TABLE} SET status = 'queued', queue_manager_id = NULL, execute_after = NOW(), updated = NOW()
WHERE queue_manager_id = $1 AND status = 'picked'"""
_GIVE_UP = f"""
UPDATE {TABLE} SET status = 'queued', queue_manager_id = NULL, execute_after = NOW(), updated = NOW()
WHERE dedupe_key = ANY($2::text[]) AND queue_manager_id = $1 AND status = 'picked'"""
_LOST = f"""
SELECT id FROM jobs WHERE state = 'ready' AND run_at < $1 AND NOT EXISTS (
    SELECT FROM {TABLE} ticket WHERE ticket.dedupe_key = jobs.id::text AND ticket.status IN ('queued', 'picked'))
ORDER BY run_at LIMIT {MOST_LOST}"""
_FORGET = f"DELETE FROM {SETTINGS.qualified.queue_table_log} WHERE created < NOW() - $1::interval"


class Desk:
    """What one replica has taken. Every method raises the driver's errors."""

    def __init__(self, database_url: str, pool: Any, tickets: Queue) -> None:
        """Over connections outside of any transaction, in the name under which `tickets` are given back."""
        self._database_url = database_url
        self._pool = pool
        self._queries = queries(AsyncpgPoolDriver(pool))
        self._replica = QueueManagerId(tickets.replica)
        self._taken: dict[UUID, JobId] = {}

    @classmethod
    async def open(cls, database_url: str, tickets: Queue) -> Self:
        """Connect. Raises `BotError` when the database can not be reached."""
        return cls(database_url, await open_pool(database_url, CONNECTIONS), tickets)

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()

    async def take(self, known: Known, most: int) -> Sequence[UUID]:
        """Jobs that are due and nobody's, at most so many of these kinds and versions; they are this replica's now."""
        wanted = {QueueEntrypoint(entrypoint(*each)): EntrypointExecutionParameter(0) for each in sorted(known)}
        tickets = await self._queries.dequeue(most, wanted, self._replica, None, HEARTBEAT_TIMEOUT)
        found = {UUID(bytes=ticket.payload): ticket.id for ticket in tickets if ticket.payload}
        self._taken |= found
        return list(found)

    async def next_due(self, known: Known) -> timedelta | None:
        """How long until the next of these kinds is due that is not yet."""
        return await self._queries.next_deferred_eta([QueueEntrypoint(entrypoint(*each)) for each in sorted(known)])

    async def beat(self, jobs: Collection[UUID]) -> None:
        """These are still in work here."""
        if tickets := [self._taken[job] for job in jobs if job in self._taken]:
            await self._queries.update_heartbeat(tickets)

    def forget(self, jobs: Collection[UUID]) -> None:
        """How these ended is written down."""
        for job in jobs:
            self._taken.pop(job, None)

    async def give_up(self, jobs: Collection[UUID]) -> None:
        """These were taken and did not begin. Without an answer of the database nobody says any more that they are in
        work here, so others take them after `HEARTBEAT_TIMEOUT`.
        """
        self.forget(jobs)
        await self._queries.driver.execute(_GIVE_UP, self._replica, [str(job) for job in jobs])

    async def release(self) -> None:
        """Whatever is still this replica's is anybody's at once."""
        await self._queries.driver.execute(_RELEASE, self._replica)
        await self._queries.driver.notify(SETTINGS.channel, WAKE)

    async def lost(self, before: datetime) -> Sequence[UUID]:
        """Jobs that were due before that moment and are not in the queue."""
        rows = await self._queries.driver.fetch(_LOST, to_microseconds(before))
        return [UUID(str(row["id"])) for row in rows]

    async def tidy(self) -> None:
        """Delete what PgQueuer noted and nobody will read."""
        await self._queries.driver.execute(_FORGET, LOG_KEPT)

    async def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever somebody puts a job into the queue. Connects again when the connection is lost."""
        while True:
            try:
                await self._listen_once(wake)
            except Exception as error:
                facts = {"action": "queue_not_heard"}
                log.warning("News of the job queue can not be heard: %s", type(error).__name__, extra=facts)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self, wake: Callable[[], None]) -> None:
        lost = asyncio.Event()
        connection = await connect(self._database_url)
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await AsyncpgDriver(connection).add_listener(SETTINGS.channel, lambda news: wake() if _new(news) else None)
            wake()  # for what came while nobody listened
            await lost.wait()
        finally:
            connection.terminate()


def _new(news: str | bytes | bytearray) -> bool:
    """Picking and finishing are told to all replicas too, and concern none."""
    facts: Mapping[str, object] = json.loads(news)
    return facts.get("operation") == "insert"
