"""Owns the end of a request that people did not say yes to in time: a row waits, and a job due later ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.flow.move import move
from bot.flow.ports import Clock, Units
from bot.log import tag
from bot.model.decision import Reason
from bot.model.request import RequestState
from bot.rules import approvals, lifecycle

WAITS = (RequestState.WAITING, RequestState.QUEUED)


@dataclass(frozen=True, slots=True)
class Expire:
    """The job `expire`."""

    units: Units
    clock: Clock

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """End the request that the payload names, unless it went on; the answer is when to look again."""
        now = self.clock.now()
        async with self.units.write() as unit:
            request = await unit.requests.get(UUID(payload["request"]))
            if request is None or request.asked is None or request.state not in WAITS:
                return None
            tag(request=request.code)
            if now < request.asked.expires_at:  # the configuration gives it longer by now
                return request.asked.expires_at
            reason, note = Reason.APPROVAL_MISSING, approvals.EXPIRED
            ended = lifecycle.advance(request, RequestState.EXPIRED, at=now, reason=reason, note=note)
            await move(unit, request, ended, now)
        return None
