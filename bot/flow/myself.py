"""Owns what people in Slack ask about themselves or about Signalbox: no repository, so no right to judge."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import BotError
from bot.flow.answer import Caller, Reply, note
from bot.flow.link import Linking
from bot.flow.meet import Met
from bot.flow.ports import Clock, Unit, Units
from bot.flow.query import Ask, who
from bot.model.config import Where
from bot.model.decision import Reason
from bot.model.intent import Intent, Link, LinkStep, Query, Question
from bot.model.message import Message
from bot.model.people import Person


@dataclass(frozen=True, slots=True)
class Myself:
    """Answers `help`, `whoami`, `link` and `unlink` in Slack."""

    units: Units
    linking: Linking
    ask: Ask
    reply: Reply
    clock: Clock

    async def __call__(self, met: Met, caller: Caller, intent: Intent) -> None:
        """Answer privately, once."""
        match intent:
            case Link():
                await self._link(met, caller, intent)
            case Query(question=Question.HELP):
                message = self.ask.help.anywhere(intent.arguments.get("command"), Where.SLACK)
                await self.reply(caller, message, action="query_answered")
            case Query(question=Question.WHOAMI):
                person = met.person or await self.unknown(met, caller)
                if person is not None:
                    await self.reply(caller, who(person, met.origin), action="query_answered")
            case _:
                raise BotError(f"{type(intent).__name__} is about a repository.")

    async def unknown(self, met: Met, caller: Caller) -> Person | None:
        """Somebody whose GitHub account we do not know: a private button to link it (T5).

        None is the answer then; the person, and nothing said, when the link was made since we met.
        """
        async with self.units.write() as unit:
            linked = await unit.people.by_slack(met.user.account)
            if linked is not None:
                return linked
            message = await self.linking.begin(unit, met.user, line=caller.text)
            if await self.reply.keep(unit, caller, message):
                at = self.clock.now()
                await note(unit, caller, action="command_refused", at=at, reason=Reason.NOT_LINKED)
        return None

    async def _link(self, met: Met, caller: Caller, intent: Link) -> None:
        async with self.units.write() as unit:
            message = await self._linked(unit, met, intent)
            if await self.reply.keep(unit, caller, message):
                await note(unit, caller, action="link_asked", at=self.clock.now(), facts={"answer": message.name})

    async def _linked(self, unit: Unit, met: Met, intent: Link) -> Message:
        match intent.step:
            case LinkStep.BEGIN:
                return await self.linking.begin(unit, met.user)
            case LinkStep.REDEEM:
                return await self.linking.redeem(unit, met.user, intent.code or "")
            case LinkStep.END:
                return await self.linking.end(unit, met.user.account)
