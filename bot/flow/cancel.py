"""Owns stopping: a queued request ends here, a running one ends when GitHub says that its run did."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.errors import NotFound
from bot.flow.answer import WAITS, Asker, Reply, note
from bot.flow.here import meant
from bot.flow.move import move
from bot.flow.patience import Patience
from bot.flow.ports import Clock, Unit, Units, WorkflowRuns
from bot.log import tag
from bot.model.address import SlackPlace
from bot.model.decision import Reason
from bot.model.intent import Decide
from bot.model.job import Job
from bot.model.message import Message
from bot.model.origin import SlackOrigin
from bot.model.prose import marked
from bot.model.request import Request, RequestState
from bot.model.run import Run, RunStatus
from bot.rules import lifecycle

STOP: Final = "stop_run"

SOON: Final = timedelta(seconds=1)
OFTEN: Final = timedelta(seconds=30)
"""How often at most a stop looks whether it is known by now what is to be stopped."""

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

    async def takes_back(self, asker: Asker, intent: Decide) -> bool:
        """Whether the person stops what they asked for themselves and GitHub was not told of: that needs no right.

        So it works while GitHub is away. In Slack somebody who named the repository may be asking whether it is there,
        so there a code has to be named, or nothing at all (T22).
        """
        named = asker.dialect is not None and asker.dialect.target is not None
        if named and intent.request is None:
            return False
        async with self.units.read() as unit:
            request = await self._meant(unit, asker, intent)
        return request is not None and request.person == asker.person.id and lifecycle.awaits_upstream(request)

    async def _stop(self, unit: Unit, request: Request, asker: Asker, now: datetime) -> None:
        why = f"{asker.person.github.login} stopped it."
        if request.state in (RequestState.WAITING, RequestState.QUEUED):
            ended = lifecycle.advance(
                request, RequestState.CANCELLED, at=now, reason=Reason.CANCELLED_BY_PERSON, note=why
            )
            await move(unit, request, ended, now)
            await self._tell(unit, request, asker, f"{why} It was request {request.code}: {request.text}")
            return
        asked = replace(request, reason=Reason.CANCELLED_BY_PERSON, note=why)
        await move(unit, request, asked, now)
        await unit.enqueue(stop(request.id, now))

    async def _tell(self, unit: Unit, request: Request, asker: Asker, sentence: str) -> None:
        """What was not judged yet shows nowhere in Slack, so whoever asked for it is told there by themselves."""
        await unit.answers.withdraw(request.origin.natural_key + WAITS)
        origin = request.origin
        if not lifecycle.unjudged(request) or request.person == asker.person.id or not isinstance(origin, SlackOrigin):
            return
        place = SlackPlace(
            connection=origin.connection, channel=origin.channel, thread=origin.thread, only_for=origin.user
        )
        message = Message(name="cancel_answered", fields={"sentence": sentence})
        await self.reply.tell(unit, place, message, key=f"stopped:{request.id}")

    async def _meant(self, unit: Unit, asker: Asker, intent: Decide) -> Request | None:
        found = await meant(unit, asker, intent.request, THREAD)
        if intent.request is not None:
            return found[0] if found else None
        return next((request for request in found if request.state not in lifecycle.FINAL), None)

    def _sentence(self, request: Request | None, intent: Decide) -> str:
        if request is None and intent.request is not None:
            return (
                f"There is no request {intent.request.upper()} in this repository. {marked('/runs')} lists the newest."
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
    patience: Patience

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Cancel the newest run; while its id is not known yet, try again in a moment.

        GitHub is asked first whether what was meant still runs: after an outage or a restore (T23) somebody may have
        run it again. To cancel twice does no harm: what is being cancelled already, or is over, stays so.
        """
        asked_at = payload.get("asked_at")  # older payloads do not say
        work = self._stop(payload)
        return await (self.patience(work, datetime.fromisoformat(asked_at)) if asked_at else work)

    async def _stop(self, payload: Mapping[str, Any]) -> datetime | None:
        async with self.units.read() as unit:
            request = await unit.requests.get(UUID(payload["request"]))
            owned = await unit.runs.of_request(request.id) if request else []
            if request is None:
                return None
            repository = await unit.repositories.get(request.connection, request.repository)
        assert repository is not None
        tag(request=request.code)
        if not owned or request.state is RequestState.DISPATCHING:  # an attempt that may not have begun is not its run
            return self._later(payload) if request.state not in lifecycle.FINAL else None
        if owned[-1].status is not RunStatus.COMPLETED:
            with contextlib.suppress(NotFound):  # somebody deleted the run: there is nothing left to stop
                newest = await self.runs.get(repository, owned[-1].github_id)
                if newest.attempt == _meant(request, owned[-1]) and newest.status is not RunStatus.COMPLETED:
                    await self.runs.cancel(repository, newest.id)
        return None

    def _later(self, payload: Mapping[str, Any]) -> datetime:
        """While GitHub is away the run's id may be unknown for hours, so it is asked for ever more seldom."""
        now = self.clock.now()
        waited = now - datetime.fromisoformat(payload.get("asked_at", now.isoformat()))
        return now + min(max(SOON, waited / 10), OFTEN)

    async def gave_up(self, payload: Mapping[str, Any], error: BaseException) -> None:
        """It could not be stopped: the job is held, and the request's message says so."""
        now = self.clock.now()
        async with self.units.write() as unit:
            request = await unit.requests.get(UUID(payload["request"]))
            if request is not None and request.state not in lifecycle.FINAL:
                await move(unit, request, replace(request, reason=None, note=f"{NOT_STOPPED} {error}"), now)


def _meant(request: Request, run: Run) -> int:
    """Which attempt is to be stopped. One that a rerun wanted and somebody else started is theirs; the next is ours."""
    theirs = request.rerun is not None and request.state is RequestState.VOIDED and not run.verified
    return run.attempt + 1 if theirs else run.attempt


NOT_STOPPED: Final = "It could not be stopped, so it goes on:"


def stop(request: UUID, at: datetime) -> Job:
    """The job that stops the run of a request, as somebody wanted at that time."""
    payload = {"v": 1, "request": str(request), "asked_at": at.isoformat()}
    return Job(kind=STOP, key=str(request), payload=payload)
