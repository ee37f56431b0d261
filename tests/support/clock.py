"""Owns time in tests: it stands still until a test moves it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class FakeClock:
    """A `Clock` and a `Timer`. Waiting ends when the test advances past the moment, or by the event."""

    def __init__(self, start: datetime = START) -> None:
        """At this moment."""
        self._now = start
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """The moment at which the test left it."""
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Let time pass, and wake who waited for it; returns the new moment."""
        self._now += timedelta(seconds=seconds)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        return self._now

    async def wait(self, until: datetime | None, wake: asyncio.Event) -> None:
        """Return when `wake` is set or the clock was moved to `until`."""
        while not wake.is_set() and (until is None or self._now < until):
            waits = {asyncio.ensure_future(event.wait()) for event in (wake, self._moved)}
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waits:
                    each.cancel()
