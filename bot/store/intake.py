"""Owns the one write that must be fast: a batch of deliveries and their jobs, in one trip to a thread of its own.

Statement by statement through SQLAlchemy the batch costs three times as much, mostly hand-overs of Python's lock:
SQLite gives it back around every step, and a busy event loop is slow to return it. So there is one step per table,
with the rows side by side in one `VALUES`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite

from bot.model.delivery import Delivery
from bot.model.job import Job
from bot.store.columns import to_json, to_microseconds
from bot.store.deliveries import packed
from bot.store.driver import OneTripConnection, connector
from bot.store.jobs import READY, StoredJob
from bot.store.schema import deliveries, jobs

Arrival = tuple[Delivery, Job]
Pack = Callable[[bytes], tuple[bytes, bytes | None]]
"""What goes into `facts` and `packed`."""
FIRST = 1  # the revision of a new row
CROWD = 8  # deliveries in one batch; so many are not compressed: then time is scarcer than room on the disk


class Intake:
    """A connection for nothing but arrivals. The caller holds the write gate."""

    def __init__(self, path: Path, pragmas: Sequence[str]) -> None:
        """Connects with the first batch."""
        self._connect = connector(path, pragmas)
        self._connection: OneTripConnection | None = None

    async def record(self, arrivals: Sequence[Arrival]) -> dict[UUID, StoredJob]:
        """Insert the deliveries that are new, and the jobs of those; returns these by delivery once they are durable.

        A GUID that was recorded before, or stands twice in the batch, stays once (T20). Raises the errors of `sqlite3`,
        and then nothing was written.
        """
        if self._connection is None:
            self._connection = await self._connect()
        new: set[UUID] = await self._connection.trip(_record, arrivals)
        return {delivery.id: stored(delivery, job) for delivery, job in arrivals if delivery.id in new}

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


def _record(connection: sqlite3.Connection, arrivals: Sequence[Arrival]) -> set[UUID]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        new = _insert(connection, arrivals)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return new


def _insert(connection: sqlite3.Connection, arrivals: Sequence[Arrival]) -> set[UUID]:
    pack = _unpacked if len(arrivals) >= CROWD else packed
    rows = [_delivery_row(delivery, pack) for delivery, _ in arrivals]
    inserted = connection.execute(_into(deliveries, len(rows)), _flat(rows)).rowcount
    new = {delivery.id for delivery, _ in arrivals}
    if inserted != len(rows):
        new = _present(connection, new)
    work = [_job_row(delivery, job) for delivery, job in arrivals if delivery.id in new]
    if work:
        connection.execute(_into(jobs, len(work)), _flat(work))
    return new


def _present(connection: sqlite3.Connection, ids: set[UUID]) -> set[UUID]:
    places = ", ".join("?" * len(ids))
    found = connection.execute(f"SELECT id FROM {deliveries.name} WHERE id IN ({places})", [each.hex for each in ids])
    return {UUID(hex=row[0]) for row in found}


@cache
def _into(table: Table, rows: int) -> str:
    keys = [column.name for column in table.columns]
    one_row = str(sqlite.insert(table).on_conflict_do_nothing().compile(dialect=sqlite.dialect(), column_keys=keys))
    places = f"({', '.join('?' * len(keys))})"
    return one_row.replace(places, ", ".join([places] * rows))


def _flat(rows: Sequence[Sequence[Any]]) -> list[Any]:
    return [value for row in rows for value in row]


def _unpacked(facts: bytes) -> tuple[bytes, None]:
    return facts, None


def _delivery_row(delivery: Delivery, pack: Pack) -> tuple[Any, ...]:
    """In the order of the table's columns, as bot/store/columns.py lays values down; a test reads them back."""
    facts, compressed = pack(delivery.facts)
    return (
        delivery.id.hex,
        delivery.connection.hex,
        delivery.guid,
        delivery.event,
        delivery.action,
        facts.decode(),
        to_microseconds(delivery.received_at),
        compressed,
    )


def _job_row(delivery: Delivery, job: Job) -> tuple[Any, ...]:
    """As `_delivery_row`. The job takes the delivery's id: one less to make, and one less to wonder about."""
    due = to_microseconds(job.run_at or delivery.received_at)
    made = to_microseconds(delivery.received_at)
    payload = to_json(dict(job.payload))
    return delivery.id.hex, job.kind, job.key, payload, job.payload["v"], READY, due, None, FIRST, 0, None, made


def stored(delivery: Delivery, job: Job) -> StoredJob:
    """What a new delivery's job is, once it is durable."""
    return StoredJob(
        id=delivery.id,
        kind=job.kind,
        key=job.key,
        payload=job.payload,
        run_at=job.run_at or delivery.received_at,
        attempts=0,
        revision=FIRST,
    )
