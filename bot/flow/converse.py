"""Owns one command typed in Slack: who asks, what they say, what it is about; then it goes the way of every command."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.errors import NotFound, Refused
from bot.flow.act import Act
from bot.flow.aim import Aim
from bot.flow.answer import Asker, Caller, Reply
from bot.flow.meet import Meet, Met
from bot.flow.myself import Myself
from bot.flow.open import judged_before
from bot.flow.ports import Clock, SlackChannels, Units
from bot.model.address import SlackPlace
from bot.model.command import Command, ParsedCommand, Problem, Surface
from bot.model.decision import Reason
from bot.model.inbound import SlackCommandReceived
from bot.model.intent import Dispatch, Intent, Link, Rerun
from bot.model.message import Message
from bot.model.origin import SlackOrigin, SlackVia
from bot.model.repository import Target
from bot.rules import floods, parse, refuse, slack_people, slack_words
from bot.rules.dialect import Dialect
from bot.rules.target import Named, split
from bot.rules.understand import understand

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A command in its three forms."""

    text: str
    """As typed, with the slash command in front."""
    call: str
    """Without its target, as rules read it."""
    named: Named | None


@dataclass(frozen=True, slots=True)
class Converse:
    """Takes what somebody typed after the slash command, after a mention, or into the form."""

    units: Units
    catalog: Mapping[str, Command]
    command: str
    """The slash command: `/ops`."""
    meet: Meet
    aim: Aim
    myself: Myself
    act: Act
    channels: SlackChannels
    reply: Reply
    clock: Clock

    async def __call__(self, received: SlackCommandReceived) -> None:
        """Act on it or answer it; nothing is silent here, because nobody else is called so. Raises `UpstreamError`."""
        async with self.units.read() as unit:
            if await judged_before(unit, received.origin):
                return
        met = await self.encounter(received.origin, received.response_url, f"{self.command} {received.words}")
        if met is not None:
            await self.obey(met, received.words)

    async def encounter(self, origin: SlackOrigin, response_url: str | None, text: str) -> Met | None:
        """Who this is; None for bots, and for somebody of whom Slack does not say it, who is told so."""
        try:
            return await self.meet(origin, response_url)
        except (Refused, NotFound) as error:
            log.warning("Slack does not say who somebody is: %s", error, extra={"action": "person_unknown"})
        place = SlackPlace(
            connection=origin.connection,
            channel=origin.channel,
            thread=origin.thread,
            only_for=origin.user,
            response_url=response_url,
        )
        caller = Caller(origin=origin, place=place, name=origin.user, text=text, dialect=self.dialect(None))
        message = Message(name="person_refused", fields={"sentence": UNKNOWN, "next_step": TELL})
        await self.reply(caller, message, action="command_refused", reason=Reason.UNKNOWN_MEMBERSHIP)
        return None

    async def obey(self, met: Met, words: str) -> None:
        """The words of somebody whom we met."""
        typed = slack_words.without_call(slack_words.plain(words), self.command) or HELP
        without, named = split(typed)
        text = f"{self.command} {typed}"
        dialect = self.dialect(named)
        caller = met.caller(text, dialect)
        heard, meant = self._understand(met, without)
        if isinstance(heard, Problem) or isinstance(meant, Problem):
            problem = heard if isinstance(heard, Problem) else meant
            assert isinstance(problem, Problem)
            return await self.reply(caller, refuse.misheard(problem), action="command_refused", reason=Reason.ARGUMENTS)
        command = self.catalog[heard.verb]
        refused = slack_people.refused(met.user, anywhere=command.anywhere, bound=met.bound)
        if refused is not None:
            reason, message = refused
            return await self.reply(caller, message, action="command_refused", reason=reason)
        if isinstance(meant, Link) and named is not None:
            problem = Problem(sentence=ALONE.format(verb=command.name), usage=f"/{command.usage}")
            return await self.reply(caller, refuse.misheard(problem), action="command_refused", reason=Reason.ARGUMENTS)
        if command.anywhere and (named is None or met.person is None):
            return await self.myself(met, caller, meant)
        person = met.person or await self.myself.unknown(met, caller)
        if person is None:
            return
        met = replace(met, person=person)
        await self._about(met, Said(text=text, call=f"/ops {without}", named=named), command, meant)

    def dialect(self, named: Named | None) -> Dialect:
        """How lines to copy read for somebody who named this target."""
        anywhere = [name for name, command in self.catalog.items() if command.anywhere]
        return Dialect(command=self.command, target=named.words if named else None, anywhere=anywhere)

    def _understand(self, met: Met, words: str) -> tuple[ParsedCommand | Problem, Intent | Problem]:
        verbs = [name for name, command in self.catalog.items() if Surface.SLACK in command.where]
        heard = parse.parse(f"/ops {words}", met.origin, verbs=verbs)
        assert heard is not None  # after the prefix there is always an answer
        return heard, heard if isinstance(heard, Problem) else understand(self.catalog, heard)

    async def _about(self, met: Met, said: Said, command: Command, intent: Intent) -> None:
        """The command of a linked person, about a repository."""
        caller = met.caller(said.text, self.dialect(said.named))
        aimed = await self.aim(met, intent, said.named)
        if isinstance(aimed, Message):
            missing = aimed.name == "target_missing"
            told = (
                {"line": said.text} if missing else {"line": said.text, "usage": f"/{command.usage}", "nearest": None}
            )
            reason = Reason.NOT_FOUND if missing else Reason.ARGUMENTS
            message = replace(aimed, fields={**aimed.fields, **told})
            return await self.reply(caller, message, action="command_refused", reason=reason)
        target, intent = aimed
        asker = await self._asker(met, said, intent, target)
        async with self.units.write() as unit:
            await unit.repositories.save(target.repository)
            since = self.clock.now() - floods.WINDOW
            recent = await unit.audit.count_commands(asker.person.id, target.repository.id, since)
        if not await self.act.within_bounds(asker, recent):
            message = Message(name="press_answered", fields={"sentence": FLOODED, "next_step": "Wait ten minutes."})
            return await self.act.refuse(asker, message, Reason.RATE_LIMITED)
        await self.act(asker, command, intent)

    async def _asker(self, met: Met, said: Said, intent: Intent, target: Target) -> Asker:
        assert met.person is not None
        return Asker(
            origin=met.origin,
            place=self._answers_to(met, target),
            stage=await self._stage(met, said.text, intent, target),
            name=met.user.account.name,
            text=said.text,
            call=said.call,
            dialect=self.dialect(said.named),
            person=met.person,
            target=target,
        )

    def _answers_to(self, met: Met, target: Target) -> SlackPlace:
        """Where others see it only if they asked for news of this repository by binding the channel (T22)."""
        repository = target.repository
        visible = met.origin.via is SlackVia.MESSAGE and met.about(repository) and met.may_speak(repository)
        direct = met.channel is not None and met.channel.direct and met.origin.via is SlackVia.MESSAGE
        return met.place() if visible or direct else met.private

    async def _stage(self, met: Met, text: str, intent: Intent, target: Target) -> SlackPlace:
        """Where the living message stands: in the channel if we may speak there, else in a direct message."""
        if met.may_speak(target.repository) or not isinstance(intent, Dispatch | Rerun):
            return met.place()
        direct = await self.channels.direct(met.origin.connection, met.origin.user)
        fields = {"line": text, "channel": met.origin.channel, "shared": met.shared}
        message = Message(name="request_moved", fields=fields)
        async with self.units.write() as unit:
            key = f"{met.origin.natural_key}:moved"
            await self.reply.tell(unit, met.private, message, key=key)
        return SlackPlace(connection=met.origin.connection, channel=direct)

    async def gave_up(self, received: SlackCommandReceived) -> None:
        """The last attempt failed: whoever typed it is told that nothing ran."""
        origin, text = received.origin, f"{self.command} {received.words}".strip()
        async with self.units.write() as unit:
            if await unit.requests.by_origin(origin) is not None:
                return
            place = SlackPlace(
                connection=origin.connection, channel=origin.channel, thread=origin.thread, only_for=origin.user
            )
            message = Message(name="upstream_failed", fields={"line": text})
            await self.reply.tell(unit, place, message, key=origin.natural_key)


HELP: Final = "help"
ALONE: Final = "{verb} is about your accounts, so it takes no repository."
UNKNOWN: Final = "Slack does not say who you are, so nothing was done."
TELL: Final = "Type it again in a minute; if it stays so, tell whoever runs Signalbox."
FLOODED: Final = "That were many commands in a short time, so this one was not looked at."
