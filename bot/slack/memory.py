"""Owns answers of Slack that are believed for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from bot.clock import Clock

MOST_KEPT: Final = 10_000

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[V]):
    value: V
    at: datetime


class Memory(Generic[V]):
    """Values by key, each for `lifetime` from the moment at which it was asked for. None is no value."""

    def __init__(self, clock: Clock, lifetime: timedelta) -> None:
        """Keys carry the connection (T24)."""
        self._clock = clock
        self._lifetime = lifetime
        self._kept: OrderedDict[Hashable, _Kept[V]] = OrderedDict()

    def get(self, key: Hashable) -> V | None:
        """What is kept and not too old; of a clock that was set back nothing is believed."""
        kept = self._kept.get(key)
        if kept is None or not timedelta(0) <= self._clock.now() - kept.at < self._lifetime:
            return None
        return kept.value

    def keep(self, key: Hashable, value: V, asked_at: datetime) -> None:
        """Keep it in place of what was there; the oldest goes when there are too many."""
        self._kept[key] = _Kept(value, asked_at)
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
