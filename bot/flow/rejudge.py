"""Owns the second judgement, right before the dispatch: what was allowed when it was asked may not be allowed now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.errors import Conflict
from bot.flow.authorize import Authorize, Judged, Question
from bot.flow.catalogs import Catalogs
from bot.flow.move import move
from bot.flow.ports import Clock, Mint, Unit, Units
from bot.flow.queue import take
from bot.flow.schedule import expire
from bot.model.command import Command
from bot.model.decision import Denied, Reason
from bot.model.intent import Dispatch
from bot.model.repository import Repository, Target
from bot.model.request import Pin, Request, RequestState
from bot.rules import approvals, lifecycle, refuse, reruns
from bot.rules.gates.where import place_of
from bot.rules.inputs import is_reserved

Stop = tuple[RequestState, Reason, str]


@dataclass(frozen=True, slots=True)
class Rejudge:
    """Judges a request anew."""

    units: Units
    authorize: Authorize
    catalogs: Catalogs
    clock: Clock
    mint: Mint

    async def __call__(self, request: Request, repository: Repository) -> Request | None:
        """The request, judged again and saved; None when it ended or waits for people, as its message says then."""
        judged = await self.authorize(await self._question(request, repository))
        now = self.clock.now()
        stopped = self._stopped(request, judged)
        async with self.units.write() as unit:
            current = await unit.requests.get(request.id)
            if current is None or current.version != request.version:
                # Not a no: whoever gave up here would leave a request that nobody starts.
                raise Conflict(f"Request {request.code} was changed while it was judged again.")
            if stopped is not None:
                state, reason, note = stopped
                await move(unit, current, lifecycle.advance(current, state, at=now, reason=reason, note=note), now)
            elif judged.waits_for is not None:
                await self._wait(unit, current, judged, now)
            else:
                await take(unit, current, now, exclusive=judged.locks, mint=self.mint)
                return await self._go_on(unit, current, judged, now)
        return None

    async def _wait(self, unit: Unit, request: Request, judged: Judged, now: datetime) -> None:
        """Something that only people can give is missing, still or again; the message says what it is now."""
        assert isinstance(judged.decision, Denied)
        assert judged.waits_for is not None
        waiting = lifecycle.await_others(request, judged.waits_for, refuse.waiting(judged.decision.gate))
        asked = approvals.asked_again(request.asked, judged.asked)
        news = replace(waiting, asked=asked) != request
        await move(unit, request, replace(waiting, asked=asked, judged_at=now), now, quiet=not news)
        if asked is not None:
            await unit.enqueue(expire(request.id, asked.expires_at))

    async def _question(self, request: Request, repository: Repository) -> Question:
        async with self.units.read() as unit:
            person = await unit.people.get(request.person)
        assert person is not None
        assert request.pin is not None
        return Question(
            command=await self._command(request, repository),
            intent=Dispatch(
                workflow=request.workflow_path.rsplit("/", 1)[-1],
                inputs={name: value for name, value in request.inputs.items() if not name.startswith("signalbox_")},
                ref=None if _unnamed(request) else request.pin.ref,
            ),
            target=Target(repository=repository, number=request.number, on_pull_request=request.on_pull_request),
            account=person.github,
            asked_at=request.origin.created_at,
            key=request.key,
            line=request.text,
            where=place_of(request.origin),
            request=request.id,
            recorded=request.pin if request.rollback_of is not None else None,
        )

    async def _command(self, request: Request, repository: Repository) -> Command:
        """The verb as it is now; one that is there no longer is judged as `run`, and refused for not being there."""
        found = (await self.catalogs.of(repository)).commands.get(request.command)
        return found or replace(self.catalogs.built_in["run"], name=request.command)

    async def _go_on(self, unit: Unit, request: Request, again: Judged, now: datetime) -> Request:
        """Judged again; what waited for GitHub does so no longer. What comes of the dispatch shows in a moment."""
        asked, pin = approvals.asked_again(request.asked, again.asked), again.pin
        judged = replace(lifecycle.go_on(request), judged_at=now, asked=asked)
        if request.rerun is None and pin is not None and request.pin is not None:
            # The default branch may have moved, and its newest commit is the one that the run will report (T1).
            judged = replace(judged, pin=replace(request.pin, head_sha=pin.head_sha))
        if request.state is RequestState.WAITING:
            judged = lifecycle.advance(judged, RequestState.QUEUED, at=now)
        if request.waiting_for is None:
            return await unit.requests.save(judged)
        return await move(unit, request, judged, now, quiet=True)

    def _stopped(self, request: Request, judged: Judged) -> Stop | None:
        """The end of the request if it may not go on; which end depends on whether GitHub may have been asked."""
        asked = request.state is RequestState.DISPATCHING
        if not asked and request.asked is not None and self.clock.now() >= request.asked.expires_at:
            return RequestState.EXPIRED, Reason.APPROVAL_MISSING, approvals.EXPIRED
        if isinstance(judged.decision, Denied) and (asked or judged.waits_for is None):
            gate = judged.decision.gate
            note = refuse.noted(gate)
            if asked:
                return RequestState.VOIDED, judged.decision.reason, note
            if judged.decision.reason is Reason.EXPIRED:
                return RequestState.EXPIRED, judged.decision.reason, note
            return RequestState.REFUSED, judged.decision.reason, note
        if request.rerun is not None:
            gate = reruns.same_commit(request, judged.pin)
            return None if gate.passed else (RequestState.VOIDED, Reason.HEAD_MOVED, gate.seen)
        assert judged.pin is not None
        assert request.pin is not None
        return _other(request.pin, judged.pin) or _others(request, judged)


def _unnamed(request: Request) -> bool:
    """Whether the commit was found without a branch or tag that somebody named."""
    return request.rollback_of is not None or (request.pin is not None and request.pin.pull_request is not None)


def _others(request: Request, judged: Judged) -> Stop | None:
    """The configuration may fix other inputs by now: judged was what it says today, and sent is what it said then."""
    if _typed(request.inputs) == _typed(judged.inputs) and judged.environment == request.environment:
        return None
    changed = "its configuration changed, so other inputs would be sent. Type the command again"
    return RequestState.VOIDED, Reason.HEAD_MOVED, changed


def _typed(inputs: Mapping[str, str]) -> dict[str, str]:
    """Without what Signalbox fills in, which is compared elsewhere."""
    return {name: value for name, value in inputs.items() if not is_reserved(name)}


def _other(asked: Pin, now: Pin) -> Stop | None:
    """What would run is no longer what was asked for."""
    if now.sha != asked.sha:
        moved = f"{asked.sha[:12]} was the commit when it was asked, {now.sha[:12]} is now"
        return RequestState.VOIDED, Reason.HEAD_MOVED, moved
    if (now.head_sha is None) != (asked.head_sha is None):
        changed = "its configuration changed, so another version of the workflow would run. Type the command again"
        return RequestState.VOIDED, Reason.HEAD_MOVED, changed
    if asked.head_sha is not None and now.workflow_blob != asked.workflow_blob:
        changed = "the workflow file on the default branch changed after it was asked. Type the command again"
        return RequestState.VOIDED, Reason.HEAD_MOVED, changed
    return None
