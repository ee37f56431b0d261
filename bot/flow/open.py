"""Owns the opening of a request: judged, and then entered, refused, or kept until it can be judged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bot.flow.answer import Asker, Reply
from bot.flow.authorize import Authorize, Judged, Question
from bot.flow.enter import Enter
from bot.flow.ports import Clock, Mint, Units
from bot.model.command import Command
from bot.model.decision import Allowed, Decision, Denied, Reason
from bot.model.intent import Dispatch
from bot.model.message import Message
from bot.model.request import Request, RequestState
from bot.rules import lifecycle, policy, refuse
from bot.rules.gates.where import place_of


def entered(received: Request, decision: Decision, now: datetime) -> Request:
    """The request as it begins: on its way, or waiting for what only people can give."""
    waits_for = policy.waits_for(decision)
    if waits_for is None:
        return lifecycle.advance(received, RequestState.QUEUED, at=now)
    assert isinstance(decision, Denied)
    return lifecycle.await_others(received, waits_for, refuse.waiting(decision.gate))


@dataclass(frozen=True, slots=True)
class Open:
    """Makes a request of an intent to dispatch."""

    units: Units
    authorize: Authorize
    enter: Enter
    reply: Reply
    clock: Clock
    mint: Mint

    async def __call__(self, asker: Asker, command: Command, intent: Dispatch) -> None:
        """Judge the intent and open a request, or tell the person why not. Raises `UpstreamError`."""
        question = Question(
            command=command,
            intent=intent,
            target=asker.target,
            account=asker.person.github,
            asked_at=asker.origin.created_at,
            key=self.mint.key(),
            line=asker.call,
            where=place_of(asker.origin),
        )
        await self._act(question, await self.authorize(question), asker)

    async def wait(self, asker: Asker, command: Command, intent: Dispatch) -> None:
        """Keep what is wanted, until GitHub says whether it may be."""
        await self.enter.wait(self._received(asker, command, intent, self.mint.key()), asker)

    async def _act(self, question: Question, judged: Judged, asker: Asker) -> None:
        match judged.decision:
            case Allowed():
                await self._enter(question, judged, asker)
            case Denied() if judged.waits_for is not None:
                await self._enter(question, judged, asker)
            case Denied(reason=Reason.ARGUMENTS) if judged.problem is not None:
                message = replace(refuse.misheard(judged.problem), remarks=judged.remarks)
                await self.reply(asker, message, action="command_refused", reason=Reason.ARGUMENTS)
            case Denied() as denied:
                facts = {"gates": [f"{gate.name}: {gate.seen}" for gate in denied.gates]}
                message = replace(refuse.refusal(asker.text, denied), remarks=judged.remarks)
                await self.reply(asker, message, action="command_refused", reason=denied.reason, facts=facts)
            case _:
                assert_never(judged.decision)

    async def _enter(self, question: Question, judged: Judged, asker: Asker) -> None:
        await self.enter(self._request(question, judged, asker), asker, locks=judged.locks)
        if judged.remarks:
            await self._remark(asker, judged.remarks)

    async def _remark(self, asker: Asker, remarks: tuple[str, ...]) -> None:
        """What people there should know about the configuration although the command runs: once in each place."""
        repository = asker.target.repository
        message = Message(name="config_remarked", fields={"repository": repository.full_name}, remarks=remarks)
        said = hashlib.sha256("\n".join(remarks).encode()).hexdigest()[:16]
        key = f"remark:{repository.connection}:{repository.id}:{said}:{asker.place.key}"
        async with self.units.write() as unit:
            await self.reply.tell(unit, asker.place, message, key=key)

    def _request(self, question: Question, judged: Judged, asker: Asker) -> Request:
        workflow, now = judged.workflow, self.clock.now()
        assert workflow is not None
        assert judged.pin is not None
        received = replace(
            self._received(asker, question.command, question.intent, question.key),
            workflow_path=workflow.path,
            workflow_name=workflow.name,
            inputs=judged.inputs,
            environment=judged.environment,
            dry_run=judged.bound is not None and not judged.bound.ships,
            pin=judged.pin,
            asked=judged.asked,
            judged_at=now,
        )
        return entered(received, judged.decision, now)

    def _received(self, asker: Asker, command: Command, intent: Dispatch, key: str) -> Request:
        """What is known before anybody is asked."""
        return Request(
            id=self.mint.id(),
            code=self.mint.code(),
            key=key,
            connection=asker.target.repository.connection,
            repository=asker.target.repository.id,
            command=command.name,
            text=asker.text,
            person=asker.person.id,
            origin=asker.origin,
            number=asker.target.number,
            on_pull_request=asker.target.on_pull_request,
            rerun=None,
            workflow_id=None,
            workflow_path=f".github/workflows/{intent.workflow}",
            workflow_name="",
            inputs=intent.inputs,
            environment=None,
            pin=None,
            state=RequestState.RECEIVED,
            waiting_for=None,
            reason=None,
            note="",
            judged_at=None,
            dispatched_at=None,
            created_at=self.clock.now(),
            ended_at=None,
            version=1,
        )
