"""Owns the second source of truth: runs without news are asked about. A lost webhook costs time, never truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.flow.adopt import check
from bot.flow.ports import Clock, Unit, Units
from bot.flow.schedule import dispatch
from bot.model.request import Request, RequestState

SWEEP: Final = "sweep"

LONGEST: Final = timedelta(minutes=10)
"""However long a run takes, it is asked about this often when no webhook tells of it."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """The cron job `sweep`."""

    units: Units
    clock: Clock
    every: timedelta
    """SWEEP_SECONDS: news older than this makes a young run worth a question."""

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Enqueue a question about each run without news; the waits grow with the run's age."""
        now = self.clock.now()
        async with self.units.read() as unit:
            unfinished = [
                (request, await self._last_news(unit, request)) for request in await unit.requests.unfinished()
            ]
        quiet = [request for request, heard in unfinished if now - heard >= self._patience(request, now)]
        if quiet:
            async with self.units.write() as unit:
                for request in quiet:
                    pending = request.state is RequestState.DISPATCHING
                    await unit.enqueue(dispatch(request.id) if pending else check(request.id))
        return None

    async def _last_news(self, unit: Unit, request: Request) -> datetime:
        runs = await unit.runs.of_request(request.id)
        return runs[-1].checked_at if runs else (request.dispatched_at or request.created_at)

    def _patience(self, request: Request, now: datetime) -> timedelta:
        age = now - request.created_at
        return min(max(self.every, age / 10), LONGEST)
