"""Owns the second judgement, right before the dispatch: what was allowed when it was asked may not be allowed now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.errors import Conflict
from bot.flow.authorize import Authorize, Judged, Question
from bot.flow.move import move
from bot.flow.ports import Clock, Unit, Units
from bot.model.command import Command
from bot.model.decision import Denied, Reason
from bot.model.intent import Dispatch
from bot.model.repository import Repository, Target
from bot.model.request import Request, RequestState
from bot.rules import lifecycle, refuse, reruns


@dataclass(frozen=True, slots=True)
class Rejudge:
    """Judges a request anew."""

    units: Units
    authorize: Authorize
    catalog: Mapping[str, Command]
    clock: Clock

    async def __call__(self, request: Request, repository: Repository) -> Request | None:
        """The request, judged again and saved; None when it ended here instead, which its message says."""
        async with self.units.read() as unit:
            person = await unit.people.get(request.person)
        assert person is not None
        assert request.pin is not None
        question = Question(
            command=self.catalog[request.command],
            intent=Dispatch(
                workflow=request.workflow_path.rsplit("/", 1)[-1],
                inputs={name: value for name, value in request.inputs.items() if not name.startswith("signalbox_")},
                ref=None if request.pin.pull_request is not None else request.pin.ref,
            ),
            target=Target(repository=repository, number=request.number, on_pull_request=request.on_pull_request),
            account=person.github,
            asked_at=request.origin.created_at,
            key=request.key,
            line=request.text,
        )
        judged = await self.authorize(question)
        now = self.clock.now()
        stopped = self._stopped(request, judged)
        async with self.units.write() as unit:
            current = await unit.requests.get(request.id)
            if current is None or current.version != request.version:
                # Not a no: whoever gave up here would leave a request that nobody starts.
                raise Conflict(f"Request {request.code} was changed while it was judged again.")
            if stopped is None:
                return await self._go_on(unit, current, now)
            state, reason, note = stopped
            ended = lifecycle.advance(current, state, at=now, reason=reason, note=note)
            await move(unit, current, ended, now)
        return None

    async def _go_on(self, unit: Unit, request: Request, now: datetime) -> Request:
        """Judged again; what waited for GitHub does so no longer. What comes of the dispatch shows in a moment."""
        judged = replace(lifecycle.go_on(request), judged_at=now)
        if request.state is RequestState.WAITING:
            judged = lifecycle.advance(judged, RequestState.QUEUED, at=now)
        if request.waiting_for is None:
            return await unit.requests.save(judged)
        return await move(unit, request, judged, now, quiet=True)

    def _stopped(self, request: Request, judged: Judged) -> tuple[RequestState, Reason, str] | None:
        """The end of the request if it may not go on; which end depends on whether GitHub may have been asked."""
        asked = request.state is RequestState.DISPATCHING
        if isinstance(judged.decision, Denied):
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
        if judged.pin.sha != request.pin.sha:
            moved = f"{request.pin.sha[:12]} was the commit when it was asked, {judged.pin.sha[:12]} is now"
            return RequestState.VOIDED, Reason.HEAD_MOVED, moved
        return None
