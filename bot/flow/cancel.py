"""Owns stopping: a queued request ends here, a running one ends when GitHub says that its run did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.flow.answer import Asker, Reply, note
from bot.flow.here import meant
from bot.flow.move import move
from bot.flow.ports import Clock, Unit, Units, WorkflowRuns
from bot.log import tag
from bot.model.decision import Reason
from bot.model.intent import Decide
from bot.model.job import Job
from bot.model.message import Message
from bot.model.request import Request, RequestState
from bot.model.run import RunStatus
from bot.rules import lifecycle

STOP: Final = "stop_run"

THREAD: Final = 50
"""How many of a thread's requests are looked through for one that can be stopped."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Acts on `Decide(verdict=CANCEL)`, after the person's right was judged."""

    units: Units
    reply: Reply
    clock: Clock

    async def __call__(self, asker: Asker, intent: Decide) -> None:
        """Stop the request that the person means, and answer what came of it."""
        now = self.clock.now()
        async with self.units.write() as unit:
            request = await self._meant(unit, asker, intent)
            sentence = self._sentence(request, intent)
            message = Message(name="cancel_answered", fields={"sentence": sentence})
            if not await self.reply.keep(unit, asker, message):
                return
            stopped = request if request is not None and request.state not in lifecycle.FINAL else None
            if stopped is not None:
                await self._stop(unit, stopped, asker, now)
            audited = stopped.id if stopped is not None else None
            await note(unit, asker, action="cancel_asked", at=now, request=audited, facts={"answer": sentence})

    async def _stop(self, unit: Unit, request: Request, asker: Asker, now: datetime) -> None:
        why = f"{asker.person.github.login} stopped it."
        if lifecycle.may(request, RequestState.CANCELLED) and request.state is RequestState.QUEUED:
            ended = lifecycle.advance(
                request, RequestState.CANCELLED, at=now, reason=Reason.CANCELLED_BY_PERSON, note=why
            )
            await move(unit, request, ended, now)
            return
        asked = replace(request, reason=Reason.CANCELLED_BY_PERSON, note=why)
        await move(unit, request, asked, now)
        await unit.enqueue(stop(request.id))

    async def _meant(self, unit: Unit, asker: Asker, intent: Decide) -> Request | None:
        found = await meant(unit, asker, intent.request, THREAD)
        if intent.request is not None:
            return found[0] if found else None
        return next((request for request in found if request.state not in lifecycle.FINAL), None)

    def _sentence(self, request: Request | None, intent: Decide) -> str:
        if request is None and intent.request is not None:
            return (
                f"There is no request {intent.request.upper()} in this repository. The command runs lists the newest."
            )
        if request is None:
            return "Nothing here is waiting or running, so there is nothing to stop."
        if request.state in lifecycle.FINAL:
            return f"Request {request.code} has ended already: {request.state}."
        return f"Stopping request {request.code}."


@dataclass(frozen=True, slots=True)
class Stop:
    """The job `stop_run`: asks GitHub to cancel the run of a request."""

    units: Units
    runs: WorkflowRuns
    clock: Clock

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Cancel the newest run; while its id is not known yet, try again in a moment."""
        async with self.units.read() as unit:
            request = await unit.requests.get(UUID(payload["request"]))
            owned = await unit.runs.of_request(request.id) if request else []
            if request is None:
                return None
            repository = await unit.repositories.get(request.connection, request.repository)
        assert repository is not None
        tag(request=request.code)
        if not owned or request.state is RequestState.DISPATCHING:  # an attempt that may not have begun is not its run
            pending = request.state not in lifecycle.FINAL
            return self.clock.now() + timedelta(seconds=1) if pending else None
        if owned[-1].status is not RunStatus.COMPLETED:
            await self.runs.cancel(repository, owned[-1].github_id)
        return None


def stop(request: UUID) -> Job:
    """The job that stops the run of a request."""
    return Job(kind=STOP, key=str(request), payload={"v": 1, "request": str(request)})
