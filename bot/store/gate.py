"""Owns the order in which one process writes: one transaction at a time, the inbox next whenever it asks.

SQLite has one writer. Without a gate, aiosqlite's default mode lost 183 of 2,000 read-modify-writes and a deferred
`BEGIN` met "database is locked" 1,363 times; behind it every transaction waits in the event loop, in our order.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class OpenGate:
    """No gate at all, for a database that orders its writers itself."""

    @asynccontextmanager
    async def turn(self, *, first: bool = False) -> AsyncIterator[None]:
        """At once, and beside everybody else."""
        yield


class WriteGate:
    """A lock with two queues. Who leaves hands it on directly, first to the first queue, then to the other.

    The inbox can not shut the others out: it queues again only after its commit was answered, and by then the gate
    has been handed to whoever waited longest.
    """

    def __init__(self) -> None:
        """Open."""
        self._held = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, *, first: bool = False) -> AsyncIterator[None]:
        """Hold the gate for the length of the block; `first` waits only for the one inside."""
        await self._enter(self._first if first else self._others)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, queue: deque[asyncio.Future[None]]) -> None:
        if not self._held:
            self._held = True
            return
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                queue.remove(turn)
            else:  # cancelled just after the gate was handed over: hand it on
                self._leave()
            raise

    def _leave(self) -> None:
        for queue in (self._first, self._others):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._held = False
