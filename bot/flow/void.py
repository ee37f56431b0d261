"""Owns that what waits is void once it is not what was asked for any more: the head moved, the pull request was closed,
or the comment that asked for it is another one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.flow.move import move
from bot.flow.ports import Unit, Units
from bot.model.decision import Reason
from bot.model.inbound import CommentChanged, HeadMoved
from bot.model.request import Request, RequestState
from bot.rules import lifecycle

WAITS: Final = (RequestState.WAITING, RequestState.QUEUED)


async def head_moved(units: Units, moved: HeadMoved, now: datetime) -> None:
    """A pull request has another head, or is closed: whoever said yes looked at something else.

    News of a head from before somebody asked arrive late, and say nothing about what was asked.
    """
    repository, pull = moved.repository, moved.pull_request
    async with units.write() as unit:
        thread = (repository.connection, repository.id, pull.number)
        for request in _judged(await unit.requests.standing(WAITS, thread=thread)):
            pin = request.pin
            if not pull.open:
                await _void(unit, request, Reason.CLOSED, f"Pull request #{pull.number} was closed.", now)
            elif (
                pin is not None
                and pin.pull_request == pull.number
                and pin.sha != pull.head_sha
                and moved.at >= request.origin.created_at.replace(microsecond=0)
            ):
                note = f"{pin.sha[:12]} was the commit when it was asked, {pull.head_sha[:12]} is now"
                await _void(unit, request, Reason.HEAD_MOVED, note, now)


async def comment_changed(units: Units, changed: CommentChanged, now: datetime) -> None:
    """The comment that asked for it says something else by now, or nothing."""
    deleted = changed.action == "deleted"
    reason = Reason.COMMENT_DELETED if deleted else Reason.COMMENT_EDITED
    who = f" by {changed.by.login}" if changed.by is not None else ""
    note = f"The comment that asked for it was {'deleted' if deleted else 'edited'}{who}."
    async with units.write() as unit:
        asked = await unit.requests.of_comment(changed.connection, changed.repository, changed.comment)
        for request in _judged(asked):
            await _void(unit, request, reason, note, now)


def _judged(requests: Sequence[Request]) -> Sequence[Request]:
    """Those that were judged; whatever waits for its judgement is judged by what is there then."""
    return [request for request in requests if request.state in WAITS and not lifecycle.unjudged(request)]


async def _void(unit: Unit, request: Request, reason: Reason, note: str, now: datetime) -> None:
    ended = lifecycle.advance(request, RequestState.VOIDED, at=now, reason=reason, note=note)
    await move(unit, request, ended, now)
