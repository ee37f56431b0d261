"""Owns counting what was spent within a stretch of time, and telling whoever comes too soon when their turn is.

Those who are sent away are given different moments, one place in the line each, so that a thousand who wait for ten
places do not all come back for the next one.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

LONGEST_LINE: Final = 5_000
"""Whoever is sent away beyond that is told the last one's moment."""


class Window:
    """What was spent within the last stretch of time."""

    def __init__(self, within: timedelta) -> None:
        """`within` is how long a thing counts."""
        self._within = within
        self._past: deque[tuple[datetime, int]] = deque()
        self._sent_away: deque[datetime] = deque()
        self._spent = 0

    def spent(self, now: datetime) -> int:
        """How much counts at this moment; what lies ahead of it was counted before the clock was set back."""
        since = now - self._within
        while self._past and not since < self._past[0][0] <= now:
            self._spent -= self._past.popleft()[1]
        return self._spent

    def spend(self, now: datetime, cost: int = 1) -> None:
        """Count it."""
        self._past.append((now, cost))
        self._spent += cost

    def wait(self, now: datetime, room: int, cost: int = 1) -> timedelta | None:
        """None when `cost` fits into `room` now, else how long it takes until it does. Nothing is counted."""
        lacks = self.spent(now) + cost - room
        return None if lacks <= 0 else self._until(now, lacks)

    def queue(self, now: datetime, room: int, cost: int = 1) -> timedelta | None:
        """The same for whoever waits in line: behind those who were sent away lately.

        Not behind everybody who ever was: some come again before their moment, and would be counted twice.
        """
        lacks = self.spent(now) + cost - room
        if lacks <= 0:
            return None
        while self._sent_away and not now - self._within < self._sent_away[0] <= now:
            self._sent_away.popleft()
        wait = self._until(now, lacks + cost * len(self._sent_away))
        if len(self._sent_away) < LONGEST_LINE:
            self._sent_away.append(now)
        return wait

    def _until(self, now: datetime, lacks: int) -> timedelta:
        """How long until so much of what was spent no longer counts; beyond all of it, at the pace of it."""
        freed = 0
        for at, cost in self._past:
            freed += cost
            if freed >= lacks:
                return at + self._within - now
        return self._within * (lacks / max(1, freed))
