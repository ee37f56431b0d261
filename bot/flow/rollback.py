"""Owns asking for a rollback: what succeeded in an environment before is dispatched once more, on the commit that our
own record names, as a request of its own and through every gate that is not about a pull request (T11, T12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from bot.flow.answer import Asker, Reply
from bot.flow.authorize import Authorize, Judged, Question
from bot.flow.enter import Enter
from bot.flow.open import entered
from bot.flow.ports import Clock, Mint, Units
from bot.model.command import Command
from bot.model.decision import Decision, Denied, Gate
from bot.model.intent import Dispatch, Rollback
from bot.model.request import Pin, Request, RequestState
from bot.rules import policy, refuse, rollbacks
from bot.rules.gates.where import place_of
from bot.rules.inputs import is_reserved

LOOKED_THROUGH: Final = 100
"""How many of the newest successes are looked through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """What would be put back, and whether it may be."""

    decision: Decision
    chosen: Request | None
    """None: there is nothing to go back to, as the decision says."""
    judged: Judged | None
    key: str = ""
    """That the judged inputs carry: the request's own, by which its run is found (T31)."""


@dataclass(frozen=True, slots=True)
class RollBack:
    """Acts on `Rollback`, after the person's right was judged."""

    units: Units
    authorize: Authorize
    enter: Enter
    reply: Reply
    clock: Clock
    mint: Mint

    async def __call__(self, asker: Asker, command: Command, intent: Rollback) -> None:
        """Open the request, or tell the person why not. Raises `UpstreamError`."""
        back = await self.judge(asker, command, intent)
        refused = isinstance(back.decision, Denied) and policy.waits_for(back.decision) is None
        if back.chosen is None or back.judged is None or back.judged.pin is None or refused:
            assert isinstance(back.decision, Denied)
            message = refuse.refusal(asker.text, back.decision)
            return await self.reply(asker, message, action="command_refused", reason=back.decision.reason)
        judged, now = back.judged, self.clock.now()
        received = replace(self._received(asker, command, back.chosen), key=back.key, inputs=judged.inputs)
        pinned = replace(received, pin=judged.pin, judged_at=now, asked=judged.asked)
        await self.enter(entered(pinned, back.decision, now), asker, locks=judged.locks)

    async def wait(self, asker: Asker, command: Command, intent: Rollback) -> None:
        """Keep what is wanted until GitHub says whether it may be; where nothing can be put back, nothing waits."""
        chosen, _ = await self._chosen(asker, intent)
        if isinstance(chosen, Request):
            await self.enter.wait(self._received(asker, command, chosen), asker)

    async def judge(self, asker: Asker, command: Command, intent: Rollback) -> Back:
        """Whether it may be put back, with every gate that was asked. Raises `UpstreamError`."""
        chosen, live = await self._chosen(asker, intent)
        if isinstance(chosen, Gate):
            return Back(decision=policy.decide([chosen]), chosen=None, judged=None)
        question = self._question(asker, command, chosen)
        judged = await self.authorize(question)
        found = rollbacks.possible(chosen, live, environment=intent.environment)
        decision = policy.decide([found, *judged.decision.gates])
        return Back(decision=decision, chosen=chosen, judged=judged, key=question.key)

    async def _chosen(self, asker: Asker, intent: Rollback) -> tuple[Request | Gate, Request | None]:
        repository = asker.target.repository
        async with self.units.read() as unit:
            successes = await unit.requests.successes(
                repository.connection, repository.id, intent.environment, LOOKED_THROUGH
            )
        chosen = rollbacks.choose(successes, intent.to, environment=intent.environment)
        return chosen, successes[0] if successes else None

    def _question(self, asker: Asker, command: Command, chosen: Request) -> Question:
        """What that request asked for, on its own commit, judged as if it were asked now: the same gates (T2)."""
        return Question(
            command=command,
            intent=Dispatch(workflow=chosen.workflow_path.rsplit("/", 1)[-1], inputs=_typed(chosen)),
            target=asker.target,
            account=asker.person.github,
            asked_at=asker.origin.created_at,
            key=self.mint.key(),
            line=asker.call,
            where=place_of(asker.origin),
            recorded=_recorded(chosen),
        )

    def _received(self, asker: Asker, command: Command, chosen: Request) -> Request:
        return replace(
            chosen,
            id=self.mint.id(),
            code=self.mint.code(),
            key=self.mint.key(),
            inputs=_typed(chosen),
            command=command.name,
            text=asker.text,
            person=asker.person.id,
            origin=asker.origin,
            number=asker.target.number,
            on_pull_request=asker.target.on_pull_request,
            rerun=None,
            pin=_recorded(chosen),
            asked=None,
            rollback_of=chosen.id,
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


def _recorded(chosen: Request) -> Pin:
    """The commit as our record names it; whose pull request it was does not matter any more."""
    assert chosen.pin is not None
    return replace(chosen.pin, pull_request=None)


def _typed(chosen: Request) -> dict[str, str]:
    return {name: value for name, value in chosen.inputs.items() if not is_reserved(name)}
