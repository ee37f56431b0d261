"""Owns the saving of a request that exists: the row, its messages, its lock, and for a new state the audit and a
signal."""

from __future__ import annotations

from datetime import datetime

from bot.flow.ports import Unit
from bot.flow.queue import follow
from bot.flow.schedule import schedule
from bot.log import tag
from bot.model.request import Request, RequestState
from bot.model.run import RunStatus
from bot.rules import audit_facts, lifecycle


async def move(
    unit: Unit, before: Request, after: Request, now: datetime, *, urgent: bool = False, quiet: bool = False
) -> Request:
    """Save `after` in place of `before` in the caller's transaction, and have every place where it shows catch up.

    Raises `Conflict` when somebody else saved it meanwhile. `urgent` news is shown a little sooner; what is `quiet` is
    not worth an edit of its own.
    """
    tag(request=after.code)
    saved = await unit.requests.save(after)
    if not quiet:
        await schedule(unit, saved, now, urgent=urgent)
    if after.state is not before.state or after.waiting_for != before.waiting_for:
        await follow(unit, before, saved, now)
    if after.state is not before.state:
        if after.rerun is not None and before.state is RequestState.DISPATCHING and not lifecycle.NEXT[after.state]:
            await _forget(unit, after)
        unit.moved(saved)
        begun = after.dispatched_at is not None and after.state is not RequestState.DISPATCHING
        run = await unit.audit.run_of(after.id) if begun else None
        await unit.audit.write(
            action=f"request_{after.state}",
            at=now,
            person=None,
            connection=after.connection,
            repository=after.repository,
            request=after.id,
            reason=after.reason,
            facts={"from": before.state.value, "note": after.note, **audit_facts.of_request(after, run)},
        )
    return saved


async def _forget(unit: Unit, request: Request) -> None:
    """An attempt that was written down and never began, or is somebody else's, is no run of this request."""
    for run in await unit.runs.of_request(request.id):
        if run.status is RunStatus.REQUESTED and not run.verified:
            await unit.runs.remove(run)
