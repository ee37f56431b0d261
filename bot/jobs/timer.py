"""Owns the engine's time: what moment it is, and waiting for another one or for news."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Timer(Protocol):
    """A clock that one can wait by."""

    def now(self) -> datetime:
        """This moment, aware UTC."""
        ...

    async def wait(self, until: datetime | None, wake: asyncio.Event) -> None:
        """Return when `wake` is set or the moment has come, whichever is first; None means for as long as it takes."""
        ...


class SystemTimer:
    """The machine's own clock."""

    def now(self) -> datetime:
        """This moment, aware UTC."""
        return datetime.now(UTC)

    async def wait(self, until: datetime | None, wake: asyncio.Event) -> None:
        """Return when `wake` is set or the moment has come, whichever is first."""
        seconds = None if until is None else max(0.0, (until - self.now()).total_seconds())
        try:
            async with asyncio.timeout(seconds):
                await wake.wait()
        except TimeoutError:
            return
