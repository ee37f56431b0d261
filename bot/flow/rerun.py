"""Owns asking for a rerun: what a request ran, once more on the same commit, as a request of its own (T12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from bot.flow.answer import Asker, Reply
from bot.flow.authorize import Authorize, Question
from bot.flow.enter import Enter
from bot.flow.here import meant
from bot.flow.open import entered
from bot.flow.ports import Clock, Mint, Units
from bot.flow.restart import rerun_of
from bot.model.approval import Asked
from bot.model.command import Command
from bot.model.decision import Decision, Denied
from bot.model.intent import Dispatch, Rerun
from bot.model.repository import Target
from bot.model.request import Request, RequestState
from bot.model.run import Run
from bot.rules import lifecycle, policy, refuse, reruns
from bot.rules.gates.where import place_of

LOOKED_THROUGH: Final = 50
"""How many of the newest requests are looked through for one that can be run again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What would be run again, and whether it may be."""

    decision: Decision
    earlier: Request | None
    """None: there is nothing to run again, as the decision says."""
    run: Run | None
    """Its newest attempt."""
    locks: bool = False
    """Whether only one request at a time may be on its way there."""
    asked: Asked | None = None
    """What others have to say yes to."""


@dataclass(frozen=True, slots=True)
class RunAgain:
    """Acts on `Rerun`, after the person's right was judged."""

    units: Units
    authorize: Authorize
    enter: Enter
    reply: Reply
    clock: Clock
    mint: Mint

    async def __call__(self, asker: Asker, command: Command, intent: Rerun) -> None:
        """Open the request, or tell the person why not. Raises `UpstreamError`."""
        again = await self.judge(asker, command, intent)
        if isinstance(again.decision, Denied) and policy.waits_for(again.decision) is None:
            message = refuse.refusal(asker.text, again.decision)
            return await self.reply(asker, message, action="command_refused", reason=again.decision.reason)
        assert again.earlier is not None
        assert again.run is not None
        received, now = self._received(asker, command, again.earlier, again.run, intent), self.clock.now()
        request = entered(replace(received, judged_at=now, asked=again.asked), again.decision, now)
        await self.enter(request, _about(asker, again.earlier), locks=again.locks)

    async def wait(self, asker: Asker, command: Command, intent: Rerun) -> None:
        """Keep what is wanted, until GitHub says whether it may be; where there is nothing to repeat, nothing waits."""
        earlier, run = await self._earlier(asker, intent)
        if earlier is not None and run is not None:
            received = self._received(asker, command, earlier, run, intent)
            await self.enter.wait(received, _about(asker, earlier))

    async def judge(self, asker: Asker, command: Command, intent: Rerun) -> Again:
        """Whether it may be run again, with every gate that was asked. Raises `UpstreamError`."""
        earlier, run = await self._earlier(asker, intent)
        ended = reruns.possible(earlier, run, code=intent.request)
        if earlier is None or not ended.passed:
            return Again(decision=policy.decide([ended]), earlier=None, run=None)
        judged = await self.authorize(self._question(asker, command, earlier))
        own = [ended]
        if not isinstance(judged.decision, Denied) or judged.waits_for is not None:
            own.append(reruns.same_commit(earlier, judged.pin))
        # Before what people are asked for: nobody says yes to what can not run any more.
        before, last = judged.decision.gates, _asked_last(judged.decision)
        decision = policy.decide([*before[:last], *own, *before[last:]])
        return Again(decision=decision, earlier=earlier, run=run, locks=judged.locks, asked=judged.asked)

    async def _earlier(self, asker: Asker, intent: Rerun) -> tuple[Request | None, Run | None]:
        async with self.units.read() as unit:
            for request in await meant(unit, asker, intent.request, LOOKED_THROUGH):
                runs = await unit.runs.of_request(request.id)
                if intent.request is not None or (runs and request.state in lifecycle.FINAL):
                    return request, runs[-1] if runs else None
        return None, None

    def _question(self, asker: Asker, command: Command, earlier: Request) -> Question:
        """What the earlier request asked for, judged as if it were asked now: the same gates (T2)."""
        assert earlier.pin is not None
        target = Target(
            repository=asker.target.repository, number=earlier.number, on_pull_request=earlier.on_pull_request
        )
        return Question(
            command=command,
            intent=Dispatch(
                workflow=earlier.workflow_path.rsplit("/", 1)[-1],
                inputs={name: value for name, value in earlier.inputs.items() if not name.startswith("signalbox_")},
                ref=None if earlier.rollback_of or earlier.pin.pull_request is not None else earlier.pin.ref,
            ),
            target=target,
            account=asker.person.github,
            asked_at=asker.origin.created_at,
            key=earlier.key,
            line=asker.call,
            where=place_of(asker.origin),
            recorded=earlier.pin if earlier.rollback_of else None,
        )

    def _received(self, asker: Asker, command: Command, earlier: Request, run: Run, intent: Rerun) -> Request:
        return replace(
            earlier,
            id=self.mint.id(),
            code=self.mint.code(),
            key=self.mint.key(),
            command=command.name,
            text=asker.text,
            person=asker.person.id,
            origin=asker.origin,
            rerun=rerun_of(earlier.id, run, failed_only=intent.failed_only),
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


def _asked_last(decision: Decision) -> int:
    """Where the first gate stands that only people can open; behind all of them when none is shut for that alone."""
    shut = decision.gate if isinstance(decision, Denied) and policy.waits_for(decision) is not None else None
    return next((place for place, gate in enumerate(decision.gates) if gate is shut), len(decision.gates))


def _about(asker: Asker, earlier: Request) -> Asker:
    """A rerun is about what the earlier request was about, wherever it was asked for."""
    repository = asker.target.repository
    target = Target(repository=repository, number=earlier.number, on_pull_request=earlier.on_pull_request)
    return replace(asker, target=target)
