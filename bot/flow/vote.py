"""Owns saying yes or no to a request, whichever surface somebody says it on.

Whether it counts is judged when it is said, so that nobody waits for a yes that is none, and again when it is used
(bot/flow/voices.py). A yes wakes the request: its `dispatch` job judges it anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.flow.answer import Asker, Reply, note
from bot.flow.enter import judged_before
from bot.flow.here import meant
from bot.flow.move import move
from bot.flow.ports import Clock, Mint, Unit, Units
from bot.flow.schedule import dispatch
from bot.flow.voices import Voices
from bot.model.approval import Answer, Vote
from bot.model.decision import Denied, Gate, Reason
from bot.model.intent import Decide
from bot.model.message import Message
from bot.model.request import Request, RequestState
from bot.rules import lifecycle, policy, refuse, trust, voting
from bot.rules.standing import may_approve, may_reject, standing

LOOKED_THROUGH: Final = 50
"""How many of the newest requests are looked through for one that waits here."""


@dataclass(frozen=True, slots=True)
class SayYesOrNo:
    """Acts on `Decide(APPROVE)` and `Decide(REJECT)`, by somebody who can see the repository."""

    units: Units
    voices: Voices
    reply: Reply
    clock: Clock
    mint: Mint

    async def __call__(self, asker: Asker, intent: Decide) -> None:
        """Keep the vote, or tell the person why it does not count. Raises `UpstreamError`."""
        request = await self._meant(asker, intent)
        if isinstance(request, str):
            return await self._answer(asker, request)
        decision = policy.decide(await self.gates(asker, intent, request))
        if isinstance(decision, Denied):
            message, facts = refuse.refusal(asker.text, decision), {"code": request.code}
            return await self.reply(asker, message, action="vote_refused", reason=decision.reason, facts=facts)
        await self._keep(asker, intent, request)

    async def gates(self, asker: Asker, intent: Decide, request: Request) -> Sequence[Gate]:
        """Whether this person's word counts for the request now, past every cache (T28). Raises `UpstreamError`."""
        assert request.asked is not None
        gates = [trust.typed_by_a_person(asker.origin)]
        repository, login = asker.target.repository, asker.person.github.login
        known = await self.voices.known(asker.person, request, repository, request.asked)
        found = standing(request.asked, known, await self.voices.code(request, repository))
        if voting.answer_of(intent) is Answer.NO:
            return [*gates, may_reject(found, login, request.code, rule=request.asked.rule)]
        return [*gates, may_approve(found, login, rule=request.asked.rule)]

    async def _meant(self, asker: Asker, intent: Decide) -> Request | str:
        """The request that waits for this word, or what to say where there is none."""
        async with self.units.read() as unit:
            found = await meant(unit, asker, intent.request, LOOKED_THROUGH)
        waiting = [request for request in found if voting.waits(request)]
        if len(waiting) == 1:
            return waiting[0]
        if waiting:
            return voting.several(waiting, intent)
        if intent.request is None:
            return voting.NOTHING
        return voting.over(found[0]) if found else voting.unknown(intent.request)

    async def _answer(self, asker: Asker, sentence: str) -> None:
        message = Message(name="vote_answered", fields={"sentence": sentence})
        await self.reply(asker, message, action="vote_asked", facts={"answer": sentence})

    async def _keep(self, asker: Asker, intent: Decide, judged: Request) -> None:
        """The request may have ended, or been voted on, since it was judged; saving it makes that one's race (two
        votes, a vote and the end of its time) one of which exactly one comes first."""
        now, answer = self.clock.now(), voting.answer_of(intent)
        async with self.units.write() as unit:
            if await judged_before(unit, asker.origin):
                return
            request = await unit.requests.get(judged.id)
            assert request is not None
            late = request.asked is None or now >= request.asked.expires_at
            if late or not voting.waits(request):
                sentence = voting.over(request)
            elif answer is Answer.NO:
                sentence = voting.said_no(request)
                await self._reject(unit, asker, intent, request)
            else:
                sentence = voting.said_yes(request, again=not await self._add(unit, asker, intent, request))
                await unit.requests.save(request)
                await unit.enqueue(dispatch(request.id))
            await self.reply.keep(unit, asker, Message(name="vote_answered", fields={"sentence": sentence}))
            facts = {"code": request.code, "answer": answer.value, "told": sentence}
            await note(unit, asker, action="vote_cast", at=now, request=request.id, facts=facts)

    async def _reject(self, unit: Unit, asker: Asker, intent: Decide, request: Request) -> None:
        now, why = self.clock.now(), voting.rejected(asker.person.github.login, intent.reason)
        await self._add(unit, asker, intent, request)
        ended = lifecycle.advance(request, RequestState.REJECTED, at=now, reason=Reason.REJECTED, note=why)
        await move(unit, request, ended, now)

    async def _add(self, unit: Unit, asker: Asker, intent: Decide, request: Request) -> bool:
        """False when they said something before: a second word of theirs is none, but a no ends it all the same."""
        account = asker.person.github
        vote = Vote(
            id=self.mint.id(),
            request=request.id,
            person=asker.person.id,
            connection=account.connection,
            account=account.id,
            login=account.login,
            answer=voting.answer_of(intent),
            reason=intent.reason[: voting.LONGEST],
            via=asker.origin.natural_key,
            at=self.clock.now(),
        )
        return await unit.votes.add(vote)
