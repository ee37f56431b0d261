"""Owns the opening of a request: judged, then saved with its next jobs in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, assert_never
from uuid import UUID

from bot.errors import BotError, Conflict
from bot.flow.answer import Asker, Reply, note
from bot.flow.authorize import Authorize, Judged, Question
from bot.flow.ports import Clock, Mint, Unit, Units
from bot.flow.schedule import FIRST_LOOK, announce
from bot.log import tag
from bot.model.command import Command
from bot.model.decision import Allowed, Denied, Reason
from bot.model.intent import Dispatch
from bot.model.job import Job
from bot.model.origin import Origin
from bot.model.request import Announcement, Request, RequestState
from bot.rules import lifecycle, refuse

DISPATCH: Final = "dispatch"

CODES: Final = 5
"""How many codes are tried before we believe that something is wrong with the database."""


@dataclass(frozen=True, slots=True)
class Open:
    """Makes a request of an intent to dispatch."""

    units: Units
    authorize: Authorize
    reply: Reply
    clock: Clock
    mint: Mint

    async def __call__(self, asker: Asker, command: Command, intent: Dispatch) -> None:
        """Judge the intent and open a request, or tell the person why not."""
        question = Question(
            command=command,
            intent=intent,
            target=asker.target,
            account=asker.person.github,
            asked_at=asker.origin.created_at,
            key=self.mint.key(),
            line=asker.call,
        )
        await self._act(question, await self.authorize(question), asker)

    async def _act(self, question: Question, judged: Judged, asker: Asker) -> None:
        match judged.decision:
            case Allowed():
                await self.save(self._request(question, judged, asker), asker)
            case Denied(reason=Reason.ARGUMENTS) if judged.problem is not None:
                message = refuse.misheard(judged.problem)
                await self.reply(asker, message, action="command_refused", reason=Reason.ARGUMENTS)
            case Denied() as denied:
                facts = {"gates": [f"{gate.name}: {gate.seen}" for gate in denied.gates]}
                message = refuse.refusal(asker.text, denied)
                await self.reply(asker, message, action="command_refused", reason=denied.reason, facts=facts)
            case _:
                assert_never(judged.decision)

    def _request(self, question: Question, judged: Judged, asker: Asker) -> Request:
        workflow, now = judged.workflow, self.clock.now()
        assert workflow is not None
        assert judged.pin is not None
        received = Request(
            id=self.mint.id(),
            code=self.mint.code(),
            key=question.key,
            connection=asker.target.repository.connection,
            repository=asker.target.repository.id,
            command=question.command.name,
            text=asker.text,
            person=asker.person.id,
            origin=asker.origin,
            number=asker.target.number,
            on_pull_request=asker.target.on_pull_request,
            rerun=None,
            workflow_id=None,
            workflow_path=workflow.path,
            workflow_name=workflow.name,
            inputs=judged.inputs,
            environment=judged.environment,
            pin=judged.pin,
            state=RequestState.RECEIVED,
            waiting_for=None,
            reason=None,
            note="",
            judged_at=now,
            dispatched_at=None,
            created_at=now,
            ended_at=None,
            version=1,
        )
        return lifecycle.advance(received, RequestState.QUEUED, at=now)

    async def save(self, request: Request, asker: Asker) -> None:
        """Keep the request with its next jobs; a no-op when this line has one already."""
        for _ in range(CODES):
            tag(request=request.code)
            try:
                async with self.units.write() as unit:
                    if await unit.requests.add(request):
                        await self._follow_up(unit, request, asker)
                return
            except Conflict:
                request = replace(request, code=self.mint.code())
        raise BotError("No free code for a request was found.")

    async def _follow_up(self, unit: Unit, request: Request, asker: Asker) -> None:
        announcement = Announcement(
            id=self.mint.id(),
            request=request.id,
            address=asker.stage,
            message_id=None,
            attempted_at=None,
            text_hash=None,
            shown_version=0,
            edits=0,
            edited_at=None,
            version=1,
        )
        await unit.announcements.add(announcement)
        await unit.enqueue(announce(announcement.id, request.created_at + FIRST_LOOK))
        await unit.enqueue(dispatch(request.id))
        assert request.pin is not None
        facts = {
            "code": request.code,
            "workflow": request.workflow_path,
            "sha": request.pin.sha,
            "ref": request.pin.ref,
        }
        await note(unit, asker, action="request_opened", at=request.created_at, request=request.id, facts=facts)


async def judged_before(unit: Unit, origin: Origin) -> bool:
    """Whether what somebody typed or pressed has its request or its answer already: it is judged once (T20).

    Asked first of all, because whatever is asked of others may have another answer the second time.
    """
    return await unit.requests.by_origin(origin) is not None or await unit.answers.given(origin.natural_key)


def dispatch(request: UUID) -> Job:
    """The job that dispatches a request."""
    return Job(kind=DISPATCH, key=str(request), payload={"v": 1, "request": str(request)})
