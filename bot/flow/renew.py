"""Owns the new generation of a restored database: what the backup promises is taken back or looked at again (T23).

Between the backup and now anything may have happened that the backup does not know: runs were started, messages were
posted, links ended. So nothing is done a second time on its word, and whoever still waits for an answer hears that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.flow.adopt import check
from bot.flow.answer import WAITS, Reply
from bot.flow.keep import microseconds
from bot.flow.maintenance import GENERATION, RESTORED_AT, UNDER_WAY, note_generation
from bot.flow.move import move
from bot.flow.outlive import FORGOTTEN
from bot.flow.ports import Unit
from bot.flow.redeliver import PREFIX
from bot.flow.schedule import dispatch
from bot.flow.unlock import audit, tell
from bot.model.address import SlackPlace
from bot.model.decision import Reason
from bot.model.message import Message
from bot.model.origin import SlackOrigin
from bot.model.request import Request, RequestState
from bot.rules import lifecycle, restoring
from bot.rules.patience import OUTAGE

PENDING: Final = (RequestState.RECEIVED, RequestState.WAITING, RequestState.QUEUED, RequestState.DISPATCHING)


async def renew(reply: Reply) -> Mapping[str, int]:
    """Begin a new generation, in maintenance; in one transaction. Nobody may serve meanwhile.

    `reply` writes down what people are told. Returns what was taken back, by name, for the operator to read.
    """
    now = reply.clock.now()
    async with reply.units.write() as unit:
        generation = await unit.marks.bump(GENERATION, now)
        await unit.marks.put(RESTORED_AT, microseconds(now), now)
        await unit.marks.put(UNDER_WAY, 1, now)
        # How far GitHub's list of failed deliveries was read: from now on only later ones are asked for.
        await unit.marks.forget(PREFIX, now + timedelta(seconds=1))
        found = {
            "deliveries_skipped": await unit.forget_jobs(FORGOTTEN),
            "link_attempts_ended": await unit.renewal.end_link_attempts(now),
            "sessions_ended": await unit.renewal.end_sessions(),
            "trusts_ended": await unit.renewal.end_trusts(now),
            "links_to_confirm": await unit.renewal.unconfirm_links(),
            "messages_to_look_for": await unit.renewal.look_first(),
            **await _requests(unit, reply),
            "locks_ended": await _locks(unit, reply, now),
            "commands_voided": await _lines(unit, reply),
        }
        await note_generation(unit, "restored", now, generation, found)
    return found


async def _requests(unit: Unit, reply: Reply) -> Mapping[str, int]:
    voided, looked_for, now = 0, 0, reply.clock.now()
    for request in await unit.requests.standing(PENDING):
        if request.state in (RequestState.QUEUED, RequestState.DISPATCHING):
            await _look_for(unit, request, now)
            looked_for += 1
        else:
            await _void(unit, request, reply)
            voided += 1
    running = await unit.requests.standing([RequestState.RUNNING])
    for request in running:
        await unit.enqueue(check(request.id))
    return {"requests_voided": voided, "requests_to_look_for": looked_for, "runs_to_ask_about": len(running)}


async def _locks(unit: Unit, reply: Reply, now: datetime) -> int:
    """Those of people: they may have been taken away since, and whoever needs one locks again. How many there were.

    What a request holds stays with it until it is known what became of the run.
    """
    held = await unit.locks.of_people()
    for lock in held:
        await unit.locks.release(lock.id, None, now)
        await audit(unit, lock, "lock_restored", now)
        await tell(unit, reply, lock, why="restored")
    return len(held)


async def _void(unit: Unit, request: Request, reply: Reply) -> None:
    now = reply.clock.now()
    end = RequestState.VOIDED if lifecycle.may(request, RequestState.VOIDED) else RequestState.REFUSED
    ended = lifecycle.advance(request, end, at=now, reason=Reason.RESTORED, note=restoring.VOIDED)
    await move(unit, request, ended, now)
    await unit.answers.withdraw(request.origin.natural_key + WAITS)
    origin = request.origin
    if lifecycle.unjudged(request) and isinstance(origin, SlackOrigin):  # so it shows nowhere (T22)
        place = SlackPlace(
            connection=origin.connection, channel=origin.channel, thread=origin.thread, only_for=origin.user
        )
        message = Message(name="command_voided", fields={"line": request.text})
        await reply.tell(unit, place, message, key=origin.natural_key)


async def _lines(unit: Unit, reply: Reply) -> int:
    """Commands that are no requests, and whose authors were told that they wait; how many."""
    waiting = await unit.renewal.unanswered(WAITS, OUTAGE)
    for answer in waiting:
        await unit.answers.withdraw(answer.natural_key)
        # What was typed went with the words of the message that named it.
        message = Message(name="command_voided", fields={"line": None})
        await reply.tell(unit, answer.address, message, key=answer.natural_key.removesuffix(WAITS))
    return len(waiting)


async def _look_for(unit: Unit, request: Request, now: datetime) -> None:
    """It may have been dispatched since: its run is looked for, and it is not sent again."""
    sent = request
    if request.state is RequestState.QUEUED:
        sent = lifecycle.advance(request, RequestState.DISPATCHING, at=now)
    if request.reason is not Reason.CANCELLED_BY_PERSON:
        sent = replace(sent, reason=Reason.RESTORED, note=restoring.VOIDED)
    asked_at = request.dispatched_at or request.created_at
    await move(unit, request, replace(sent, dispatched_at=asked_at, judged_at=request.judged_at or asked_at), now)
    await unit.enqueue(dispatch(request.id))
