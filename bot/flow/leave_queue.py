"""Owns giving up: a request that stood in the queue for a lock for a whole day ends, and its message says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from bot.flow.move import move
from bot.flow.ports import Clock, Units
from bot.log import tag
from bot.model.decision import Reason
from bot.model.request import RequestState
from bot.rules import lifecycle, locking

WAITED: Final = "It waited a whole day for the lock, so it was given up."


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """The job `leave_queue`."""

    units: Units
    clock: Clock

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """End the request that the payload names if it still waits; when to, if it has more time by now."""
        now = self.clock.now()
        async with self.units.write() as unit:
            request = await unit.requests.get(UUID(payload["request"]))
            if request is None or not locking.queued(request):
                return None
            tag(request=request.code)
            if now < locking.given_up_at(request):
                return locking.given_up_at(request)
            ended = lifecycle.advance(request, RequestState.EXPIRED, at=now, reason=Reason.LOCKED, note=WAITED)
            await move(unit, request, ended, now)
        return None
