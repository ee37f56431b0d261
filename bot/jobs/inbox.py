"""Owns making deliveries durable, fast: those that arrive while a commit is under way share the next one.

There is no timer: one delivery alone waits for one commit, thirty-two at once share one. Only then is the sender told.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from uuid import UUID

from bot.errors import NotRecorded
from bot.model.delivery import Delivery
from bot.model.job import Job
from bot.store.unit import Units

log = logging.getLogger(__name__)

KIND = "delivery"
VERSION = 1
MOST_AT_ONCE = 500  # rows in one transaction; more wait for the next
CROWD = 8  # deliveries that share one commit
CROWD_SECONDS = 0.1  # for how long one is felt: several commits
COMMIT_SECONDS = 4.0  # a delivery waits for two commits at most, and GitHub hangs up after ten seconds

OnCommit = Callable[[int, float], None]
"""Told how many deliveries shared a commit, and its seconds. Must not raise."""


class Inbox:
    """Records each delivery once, together with the job that reads it."""

    def __init__(self, units: Units, on_commit: OnCommit = lambda deliveries, seconds: None) -> None:
        """Into this store. `run` must run for `record` to return."""
        self._units = units
        self._on_commit = on_commit
        self._waiting: deque[tuple[Delivery, asyncio.Future[bool]]] = deque()
        self._arrived = asyncio.Event()
        self._open = True
        self._crowded_until = 0.0

    async def record(self, delivery: Delivery) -> bool:
        """True when it is durable now, False when this connection's GUID was recorded before (T20).

        Raises `NotRecorded` when it could not be made durable: the sender must be told to try again. A sender that
        goes away meanwhile does not take the delivery with it.
        """
        if not self._open:
            raise NotRecorded("Signalbox is stopping.")
        recorded: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, recorded))
        self._arrived.set()
        return await recorded

    @property
    def crowded(self) -> bool:
        """Whether deliveries are pouring in: whoever shares the event loop with us should leave it to them."""
        return asyncio.get_running_loop().time() < self._crowded_until

    async def run(self) -> None:
        """Write until `stop` was called and nothing waits any more. Owned by the caller's task group."""
        try:
            while self._open or self._waiting:
                self._arrived.clear()
                if not self._waiting:
                    await self._arrived.wait()
                    continue
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
                if len(batch) >= CROWD:
                    self._crowded_until = asyncio.get_running_loop().time() + CROWD_SECONDS
                await self._write(batch)
        finally:
            self._open = False
            self._fail(list(self._waiting), "Signalbox is stopping.")

    def stop(self) -> None:
        """Take nothing new, and let `run` end when what was taken is durable."""
        self._open = False
        self._arrived.set()

    async def _write(self, batch: list[tuple[Delivery, asyncio.Future[bool]]]) -> None:
        start = time.perf_counter()
        try:
            # One deadline for all of them: a timer for each costs more than the rest of `record`.
            async with asyncio.timeout(COMMIT_SECONDS):
                new = await self._units.record([(delivery, _job(delivery.id)) for delivery, _ in batch])
        except Exception:
            log.exception("Could not record %d deliveries", len(batch), extra={"action": "deliveries_not_recorded"})
            self._fail(batch, "The database did not take it.")
        except BaseException:
            self._fail(batch, "Signalbox is stopping.")
            raise
        else:
            self._on_commit(len(batch), time.perf_counter() - start)
            for delivery, recorded in batch:
                if not recorded.done():
                    recorded.set_result(delivery.id in new)

    @staticmethod
    def _fail(batch: list[tuple[Delivery, asyncio.Future[bool]]], why: str) -> None:
        for _, recorded in batch:
            if not recorded.done():
                recorded.set_exception(NotRecorded(why))


def _job(delivery: UUID) -> Job:
    return Job(kind=KIND, key=str(delivery), payload={"v": VERSION, "delivery": str(delivery)})
