"""Owns asking once when many want to know: whoever comes while the question is out waits for the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Flights(Generic[K, V]):
    """Questions that are out, by key."""

    def __init__(self) -> None:
        self._out: dict[K, asyncio.Task[V]] = {}

    def out(self, key: K) -> bool:
        """Whether a question is out for `key`."""
        return key in self._out

    async def join(self, key: K, ask: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """The answer of the question that is out for `key`, or of `ask()`, which then goes out.

        Raises what the question raised, to everybody who waits. Who stops waiting does not call it off.
        """
        task = self._out.get(key)
        if task is None:
            task = asyncio.create_task(ask())
            self._out[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(task)

    def _landed(self, key: K, task: asyncio.Task[V]) -> None:
        del self._out[key]
        if not task.cancelled():
            task.exception()  # looked at here, for nobody may be waiting any more

    async def aclose(self) -> None:
        """Call off whatever is out."""
        tasks = list(self._out.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
