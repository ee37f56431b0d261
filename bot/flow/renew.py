"""Owns the new generation of a restored database: what the backup promises is taken back or looked at again (T23).

Between the backup and now anything may have happened that the backup does not know: runs were started, messages were
posted, links ended. So nothing is done a second time on its word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.flow.adopt import check
from bot.flow.keep import microseconds
from bot.flow.maintenance import GENERATION, RESTORED_AT, UNDER_WAY
from bot.flow.move import move
from bot.flow.ports import Clock, Unit, Units
from bot.flow.receive import DELIVERY
from bot.flow.redeliver import CATCH_UP, PREFIX, REDELIVER
from bot.flow.schedule import dispatch
from bot.model.decision import Reason
from bot.model.request import Request, RequestState
from bot.rules import lifecycle, restoring

OLDER_DELIVERIES: Final = (DELIVERY, CATCH_UP, REDELIVER)
"""Jobs that would do again what older deliveries asked for, or ask GitHub for them."""

PENDING: Final = (RequestState.RECEIVED, RequestState.WAITING, RequestState.QUEUED, RequestState.DISPATCHING)


async def renew(units: Units, clock: Clock) -> Mapping[str, int]:
    """Begin a new generation, in maintenance; in one transaction. Nobody may serve meanwhile.

    Returns what was taken back, by name, for the operator to read.
    """
    now = clock.now()
    async with units.write() as unit:
        generation = await unit.marks.bump(GENERATION, now)
        await unit.marks.put(RESTORED_AT, microseconds(now), now)
        await unit.marks.put(UNDER_WAY, 1, now)
        # How far GitHub's list of failed deliveries was read: from now on only later ones are asked for.
        await unit.marks.forget(PREFIX, now + timedelta(seconds=1))
        found = {
            "deliveries_skipped": await unit.forget_jobs(OLDER_DELIVERIES),
            "link_attempts_ended": await unit.renewal.end_link_attempts(now),
            "links_to_confirm": await unit.renewal.unconfirm_links(),
            "messages_to_look_for": await unit.renewal.look_first(),
            **await _requests(unit, clock),
        }
        await unit.audit.write(
            action="restored",
            at=now,
            person=None,
            connection=None,
            repository=None,
            request=None,
            reason=None,
            facts={"generation": generation, **found},
        )
    return found


async def _requests(unit: Unit, clock: Clock) -> Mapping[str, int]:
    voided = looked_for = 0
    for request in await unit.requests.standing(PENDING):
        if request.state in (RequestState.QUEUED, RequestState.DISPATCHING):
            await _look_for(unit, request, clock)
            looked_for += 1
        else:
            await _void(unit, request, clock)
            voided += 1
    running = await unit.requests.standing([RequestState.RUNNING])
    for request in running:
        await unit.enqueue(check(request.id))
    return {"requests_voided": voided, "requests_to_look_for": looked_for, "runs_to_ask_about": len(running)}


async def _void(unit: Unit, request: Request, clock: Clock) -> None:
    now = clock.now()
    end = RequestState.VOIDED if lifecycle.may(request, RequestState.VOIDED) else RequestState.REFUSED
    ended = lifecycle.advance(request, end, at=now, reason=Reason.RESTORED, note=restoring.VOIDED)
    await move(unit, request, ended, now)


async def _look_for(unit: Unit, request: Request, clock: Clock) -> None:
    """It may have been dispatched since: its run is looked for, and it is not sent again."""
    now = clock.now()
    sent = request
    if request.state is RequestState.QUEUED:
        sent = lifecycle.advance(request, RequestState.DISPATCHING, at=now)
    if request.reason is not Reason.CANCELLED_BY_PERSON:
        sent = replace(sent, reason=Reason.RESTORED, note=restoring.VOIDED)
    asked_at = request.dispatched_at or request.created_at
    await move(unit, request, replace(sent, dispatched_at=asked_at, judged_at=request.judged_at or asked_at), now)
    await unit.enqueue(dispatch(request.id))
