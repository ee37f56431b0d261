"""Owns how many calls may be out at one service at once, so that a silent one does not keep everybody waiting.

A job that waits for GitHub keeps one of few places. When GitHub says nothing at all, whoever asks next is turned away
at once instead of waiting for the deadline too, and the places are free for what does not need GitHub.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from random import random
from typing import Final

from bot.errors import Unreachable

AT_ONCE: Final = 12
"""Four fewer than the engine runs jobs at once: so many are left for everything else."""
SILENT_SECONDS: Final = 2.0
"""A service that has let a call wait for this long may be silent."""
PROBES: Final = 4
"""While it is silent, so many calls find out whether it still is."""
AWAY_SECONDS: Final = 5.0
"""When to come back, at the earliest; up to as long again is added at random."""


_inside: ContextVar[frozenset[int]] = ContextVar("_inside", default=frozenset())
"""The lanes that this task is in, or that it was started from."""


class Lane:
    """The calls that are out at one service, and those who wait for the answer to somebody else's."""

    def __init__(self, name: str, *, jitter: Callable[[], float] = random) -> None:
        """`name` is what people call the service; `jitter` gives numbers in 0..1."""
        self._name = name
        self._jitter = jitter
        self._out: dict[object, float] = {}
        self._silent = False  # the last call to end got no answer
        self._places = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """While a call is out. Raises `Unreachable` for whoever would have to wait behind others without an answer.

        A call within a call, as for a token, has the place of the outer one.
        """
        inside = _inside.get()
        if id(self) in inside:
            yield
            return
        await self._enter()
        mark, token = object(), _inside.set(inside | {id(self)})
        self._out[mark] = asyncio.get_running_loop().time()
        try:
            yield
        except Unreachable:
            self._silent = True
            raise
        else:
            self._silent = False
        finally:
            _inside.reset(token)
            del self._out[mark]
            self._places.release()

    async def _enter(self) -> None:
        if len(self._out) >= (PROBES if self._silent else AT_ONCE) and self._oldest_seconds() >= SILENT_SECONDS:
            raise self._away()
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                await self._places.acquire()
        except TimeoutError as error:
            raise self._away() from error

    def _oldest_seconds(self) -> float:
        return asyncio.get_running_loop().time() - next(iter(self._out.values()))

    def _away(self) -> Unreachable:
        seconds = AWAY_SECONDS * (1 + self._jitter())
        return Unreachable(f"{self._name} does not answer, so it was not asked as well", retry_after=seconds)
