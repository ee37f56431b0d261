"""Owns one command typed in Slack: who asks, what they say, what it is about; then it goes the way of every command."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from bot.errors import NotFound, Refused, UpstreamError
from bot.flow.act import Act
from bot.flow.aim import Aim
from bot.flow.answer import Asker, Caller, Reply
from bot.flow.catalogs import Catalogs
from bot.flow.enter import judged_before
from bot.flow.meet import Meet, Met
from bot.flow.myself import Myself
from bot.flow.patience import Away
from bot.flow.ports import Clock, SlackChannels, Units
from bot.flow.typed import lately
from bot.flow.wait import GITHUB, SLACK, Wait
from bot.model.address import Address, SlackPlace
from bot.model.command import Command, ParsedCommand, Problem, Surface
from bot.model.decision import Reason
from bot.model.inbound import SlackCommandReceived
from bot.model.intent import Dispatch, Intent, Link, Query, Question, Rerun, Rollback
from bot.model.message import Message
from bot.model.origin import Origin, SlackOrigin, SlackVia
from bot.model.repository import Target
from bot.rules import parse, refuse, slack_people, slack_words
from bot.rules.catalog import REPLACEABLE
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
    catalogs: Catalogs
    command: str
    """The slash command: `/ops`."""
    meet: Meet
    aim: Aim
    myself: Myself
    act: Act
    channels: SlackChannels
    reply: Reply
    wait: Wait
    clock: Clock

    async def __call__(self, received: SlackCommandReceived, arrived: datetime) -> datetime | None:
        """Act on it or answer it; nothing is silent here, because nobody else is called so.

        A time as answer means: it could not be judged, go on then. `arrived` is when it reached us.
        """
        async with self.units.read() as unit:
            if await judged_before(unit, received.origin):
                return None
        try:
            met = await self.encounter(received.origin, received.response_url, f"{self.command} {received.words}")
        except Away as error:
            return await self.later(received, error, arrived, SLACK)
        return None if met is None else await self.hear(met, received, arrived)

    async def hear(self, met: Met, received: SlackCommandReceived, arrived: datetime) -> datetime | None:
        """The words of somebody whom we met, now or later."""
        try:
            await self.obey(met, received.words)
        except Away as error:
            return await self.later(received, error, arrived, GITHUB)
        return None

    async def later(
        self, received: SlackCommandReceived, error: UpstreamError, arrived: datetime, service: str
    ) -> datetime | None:
        """When to go on; None when it was given up. Only who typed it is told, whatever it was about (T22)."""
        caller = self._caller(received)
        typed = slack_words.without_call(slack_words.plain(received.words), self.command) or HELP
        heard, meant = self._understand(received.origin, split(typed)[0])
        known = None if isinstance(heard, Problem) or isinstance(meant, Problem) else meant
        intent = PERHAPS if self._own(split(typed)[0]) else known
        return await self.wait(caller, error, intent=intent, arrived=arrived, service=service)

    async def encounter(self, origin: SlackOrigin, response_url: str | None, text: str) -> Met | None:
        """Who this is; None for bots, and for somebody of whom Slack does not say it, who is told so."""
        try:
            return await self.meet(origin, response_url)
        except (Refused, NotFound) as error:
            log.warning("Slack does not say who somebody is: %s", error, extra={"action": "person_unknown"})
        caller = self._caller(SlackCommandReceived(origin=origin, words=text, response_url=response_url))
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
        heard, meant = self._understand(met.origin, without)
        if self._own(without):
            return await self._configured(met, caller, Said(text=text, call=f"/ops {without}", named=named), heard)
        if isinstance(heard, Problem) or isinstance(meant, Problem):
            problem = heard if isinstance(heard, Problem) else meant
            assert isinstance(problem, Problem)
            return await self.reply(caller, refuse.misheard(problem), action="command_refused", reason=Reason.ARGUMENTS)
        command = self.catalogs.built_in[heard.verb]
        refused = slack_people.refused(met.user, anywhere=command.anywhere, bound=met.bound)
        if refused is not None:
            reason, message = refused
            return await self.reply(caller, message, action="command_refused", reason=reason)
        if isinstance(meant, Link) and named is not None:
            problem = Problem(sentence=ALONE.format(verb=command.name), usage=f"/{command.usage}")
            return await self.reply(caller, refuse.misheard(problem), action="command_refused", reason=Reason.ARGUMENTS)
        if command.anywhere and (named is None or met.person is None):
            said = Said(text=text, call=f"/ops {without}", named=named)
            if _is_help(meant) and met.person is not None and met.bound is not None:
                with contextlib.suppress(*Away):  # what can be typed anywhere needs nobody's answer
                    return await self._about(met, said, meant, command, partial(self._built_in, command))
            return await self.myself(met, caller, meant)
        person = met.person or await self.myself.unknown(met, caller)
        if person is None:
            return
        said = Said(text=text, call=f"/ops {without}", named=named)
        await self._about(replace(met, person=person), said, meant, command, partial(self._built_in, command))

    async def _configured(self, met: Met, caller: Caller, said: Said, heard: ParsedCommand | Problem) -> None:
        """A verb that is not built in: whether it is one at all, the configuration of the target says."""
        refused = slack_people.refused(met.user, anywhere=False, bound=met.bound)
        if refused is not None:
            reason, message = refused
            return await self.reply(caller, message, action="command_refused", reason=reason)
        person = met.person or await self.myself.unknown(met, caller)
        if person is not None:
            await self._about(replace(met, person=person), said, PERHAPS, heard, self._by_its_configuration)

    async def _built_in(self, command: Command, asker: Asker, intent: Intent) -> None:
        await self.act(asker, command, intent)

    async def _by_its_configuration(self, asker: Asker, _: Intent) -> None:
        """Who may not see the repository is told so before its configuration is looked at (T22)."""
        role = await self.act.role(asker, fresh=False)
        if not role:
            return await self.act.misheard(asker, Problem(sentence=""))  # which tells them that it is not there
        catalog = await self.catalogs.of(asker.target.repository)
        heard, meant = self._understand(asker.origin, asker.call.removeprefix("/ops "), catalog.commands)
        if isinstance(heard, Problem) or isinstance(meant, Problem):
            problem = heard if isinstance(heard, Problem) else meant
            assert isinstance(problem, Problem)
            return await self.act.misheard(asker, problem)
        await self.act(asker, catalog.commands[heard.verb], meant)

    def _own(self, words: str) -> bool:
        """Whether the verb is a repository's own, or may be."""
        verb = words.split(" ", 1)[0].lower()
        return VERB.fullmatch(verb) is not None and (verb in REPLACEABLE or verb not in self.catalogs.built_in)

    def dialect(self, named: Named | None) -> Dialect:
        """How lines to copy read for somebody who named this target."""
        anywhere = [name for name, command in self.catalogs.built_in.items() if command.anywhere]
        return Dialect(command=self.command, target=named.words if named else None, anywhere=anywhere)

    def _understand(
        self, origin: Origin, words: str, commands: Mapping[str, Command] | None = None
    ) -> tuple[ParsedCommand | Problem, Intent | Problem]:
        known = self.catalogs.built_in if commands is None else commands
        verbs = [name for name, command in known.items() if Surface.SLACK in command.where]
        heard = parse.parse(f"/ops {words}", origin, verbs=verbs)
        assert heard is not None  # after the prefix there is always an answer
        return heard, heard if isinstance(heard, Problem) else understand(known, heard)

    async def _about(
        self,
        met: Met,
        said: Said,
        intent: Intent,
        heard: Command | ParsedCommand | Problem,
        act: Callable[[Asker, Intent], Awaitable[None]],
    ) -> None:
        """The command of a linked person, about a repository; `heard` says what it is as far as that is known."""
        caller = met.caller(said.text, self.dialect(said.named))
        aimed = await self.aim(met, intent, said.named)
        if isinstance(aimed, Message) and isinstance(heard, Problem) and aimed.name == "target_unnamed":
            return await self.reply(caller, refuse.misheard(heard), action="command_refused", reason=Reason.ARGUMENTS)
        if isinstance(aimed, Message):
            usage = heard.usage if isinstance(heard, Command) else said.call.removeprefix("/ops ")
            missing = aimed.name == "target_missing"
            told = {"line": said.text} if missing else {"line": said.text, "usage": f"/{usage}", "nearest": None}
            reason = Reason.NOT_FOUND if missing else Reason.ARGUMENTS
            message = replace(aimed, fields={**aimed.fields, **told})
            return await self.reply(caller, message, action="command_refused", reason=reason)
        target, intent = aimed
        asker = await self._asker(met, said, intent, target)
        async with self.units.write() as unit:
            await unit.repositories.save(target.repository)
            origin, of, now = met.origin, target.repository.id, self.clock.now()
            recent = await lately(unit, asker.person.id, of, origin, now, came_at=origin.created_at)
        if not await self.act.within_bounds(asker, recent):
            message = Message(name="press_answered", fields={"sentence": FLOODED, "next_step": "Wait ten minutes."})
            return await self.act.refuse(asker, message, Reason.RATE_LIMITED)
        await act(asker, intent)

    async def _asker(self, met: Met, said: Said, intent: Intent, target: Target) -> Asker:
        assert met.person is not None
        stage, aside = await self._stage(met, said.text, intent, target)
        return Asker(
            origin=met.origin,
            place=self._answers_to(met, target),
            stage=stage,
            aside=aside,
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

    async def _stage(
        self, met: Met, text: str, intent: Intent, target: Target
    ) -> tuple[SlackPlace, tuple[Address, Message] | None]:
        """Where the living message stands: in the channel if we may speak there, else in a direct message.

        The latter is told aside, and only once the request may run: before that it would say that the repository is
        there (T22).
        """
        if met.may_speak(target.repository) or not isinstance(intent, Dispatch | Rerun | Rollback):
            return met.place(), None
        direct = await self.channels.direct(met.origin.connection, met.origin.user)
        fields = {"line": text, "channel": met.origin.channel, "shared": met.shared}
        moved = Message(name="request_moved", fields=fields)
        return SlackPlace(connection=met.origin.connection, channel=direct), (met.private, moved)

    async def gave_up(self, received: SlackCommandReceived) -> None:
        """The last attempt failed: whoever typed it is told that nothing ran."""
        caller = self._caller(received)
        message = Message(name="command_failed", fields={"line": caller.text})
        await self.reply(caller, message, action="command_held", reason=Reason.INTERNAL_ERROR)

    def _caller(self, received: SlackCommandReceived) -> Caller:
        """Whoever said it, before anybody was asked who that is."""
        origin, typed = received.origin, slack_words.without_call(slack_words.plain(received.words), self.command)
        place = SlackPlace(
            connection=origin.connection,
            channel=origin.channel,
            thread=origin.thread,
            only_for=origin.user,
            response_url=received.response_url,
        )
        text = f"{self.command} {typed or HELP}"
        return Caller(origin=origin, place=place, name=origin.user, text=text, dialect=self.dialect(None))


def _is_help(intent: Intent) -> bool:
    return isinstance(intent, Query) and intent.question is Question.HELP


HELP: Final = "help"
VERB: Final = re.compile(r"[a-z][a-z-]*")
PERHAPS: Final = Dispatch(workflow="", inputs={})
"""What a verb that only a configuration knows will ask for, as far as patience and places go."""
ALONE: Final = "{verb} is about your accounts, so it takes no repository."
UNKNOWN: Final = "Slack does not say who you are, so nothing was done."
TELL: Final = "Type it again in a minute; if it stays so, tell whoever runs Signalbox."
FLOODED: Final = "Those were many commands in a short time, so this one was not looked at."
