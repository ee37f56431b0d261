"""Owns what is remembered of people's access, and for how long: less than a minute, and nothing that was dropped (T28).

A change that any replica hears of makes every replica ask anew, by a number that all of them read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from bot.clock import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LIFETIME: Final = timedelta(seconds=60)
MOST_KEPT: Final = 10_000

Generation = Callable[[], Awaitable[int]]
"""A number that every replica reads alike, and that grows whenever GitHub tells any of them of a change of access."""


@dataclass(frozen=True, slots=True)
class _Kept(Generic[V]):
    value: V
    at: datetime
    of: int
    """The generation that it was asked for in."""


class Access(Generic[K, V]):
    """Answers about access, by key."""

    def __init__(self, clock: Clock, shared: Generation | None, *, worth: Callable[[V], bool]) -> None:
        """Without a `shared` generation nobody else answers for GitHub here. `worth` says what is kept at all."""
        self._clock = clock
        self._shared = shared
        self._worth = worth
        self._kept: OrderedDict[K, _Kept[V]] = OrderedDict()
        self._generation = 0

    async def get(self, key: K, ask: Callable[[], Awaitable[V]], *, fresh: bool) -> V:
        """What is kept, or what `ask` says; `fresh` always asks. Raises what `ask` raises."""
        generation, asked_at = self._generation, self._clock.now()
        of = await self._shared() if self._shared else 0
        kept = self._kept.get(key)
        if kept is not None and not fresh and kept.of == of and timedelta(0) <= asked_at - kept.at < LIFETIME:
            return kept.value
        value = await ask()
        if self._worth(value) and generation == self._generation:  # nothing was dropped while GitHub thought
            self._keep(key, _Kept(value, asked_at, of))
        return value

    def drop(self, gone: Callable[[K], bool]) -> None:
        """Forget what was kept under these keys; answers under way are not kept either."""
        self._generation += 1
        for key in [key for key in self._kept if gone(key)]:
            del self._kept[key]

    def _keep(self, key: K, kept: _Kept[V]) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
