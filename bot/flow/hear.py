"""Owns one line typed in a comment: who typed it, what it says, and whether it is for us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.flow.act import Act
from bot.flow.answer import Asker, Reply, note, reaction
from bot.flow.catalogs import Catalogs
from bot.flow.enter import judged_before, waits
from bot.flow.identify import Identify
from bot.flow.patience import Away
from bot.flow.ports import Clock, Units
from bot.flow.typed import lately
from bot.flow.wait import Wait
from bot.model.address import GitHubThread
from bot.model.command import Command, ParsedCommand, Problem, Surface
from bot.model.decision import Reason
from bot.model.inbound import CommandReceived
from bot.model.intent import Intent
from bot.model.message import Message
from bot.model.people import Person
from bot.model.repository import Target
from bot.rules import parse
from bot.rules.catalog import REPLACEABLE
from bot.rules.patience import TYPED
from bot.rules.understand import understand

SOON: Final = timedelta(seconds=2)
"""A line that arrived longer ago may have been heard before, and then its author saw that already."""

Commands = Mapping[str, Command]


@dataclass(frozen=True, slots=True)
class Hear:
    """Takes one line that may be a command."""

    units: Units
    catalogs: Catalogs
    identify: Identify
    act: Act
    reply: Reply
    wait: Wait
    clock: Clock

    async def __call__(self, received: CommandReceived, arrived: datetime) -> datetime | None:
        """Act on the line, answer it, or stay silent when it is not for us; `arrived` is when it reached us.

        A time as answer means: GitHub could not be asked, judge it again then.
        """
        try:
            commands, heard = await self._heard(received)
        except Away as error:
            # Whether it is for us hangs on a configuration that nobody has ever seen; silence until it is known.
            return self.wait.patience.again(error, arrived, TYPED)
        if heard is None:
            return None
        async with self.units.read() as unit:
            if await judged_before(unit, received.origin):
                return None
            again = self.clock.now() - arrived > SOON and await waits(unit, received.origin)
        understood = heard if isinstance(heard, Problem) else understand(commands, heard)
        asker, recent = await self._meet(received, arrived, eyes=not again)
        quiet = not again  # until it is known that they may have an answer; who was told that it waits had one
        try:
            if again or await self._within_bounds(received, asker, recent):
                quiet = False
                await self._act(asker, commands, heard, understood)
        except Away as error:
            intent = None if isinstance(understood, Problem) else understood
            due = await self.wait(asker, error, intent=intent, arrived=arrived, quiet=quiet)
            if due is None and quiet:
                await self._shake(received, asker, Reason.UPSTREAM_UNAVAILABLE)
            return due
        return None

    async def _act(
        self, asker: Asker, commands: Commands, heard: ParsedCommand | Problem, understood: Intent | Problem
    ) -> None:
        if isinstance(understood, Problem) or isinstance(heard, Problem):
            assert isinstance(understood, Problem)
            return await self.act.misheard(asker, understood)
        await self.act(asker, commands[heard.verb], understood)

    async def concerns(self, received: CommandReceived) -> bool:
        """Whether the line is for us; what is for other bots counts for nothing. Not to be known counts as yes."""
        try:
            return (await self._heard(received))[1] is not None
        except Away:
            return True

    async def _heard(self, received: CommandReceived) -> tuple[Commands, ParsedCommand | Problem | None]:
        """What the line says to this repository's commands; the built-in ones are heard whatever GitHub does.

        Raises what makes it impossible to tell whether the line is for us.
        """
        try:
            catalog = await self.catalogs.of(received.repository)
        except Away:
            heard = self._parsed(received, self.catalogs.built_in)
            if not isinstance(heard, ParsedCommand) or heard.verb in REPLACEABLE:
                raise
            return self.catalogs.built_in, heard
        alone = catalog.effective.config.require_prefix
        return catalog.commands, self._parsed(received, catalog.commands, require_prefix=alone)

    def _parsed(
        self, received: CommandReceived, commands: Commands, *, require_prefix: bool = False
    ) -> ParsedCommand | Problem | None:
        verbs = [name for name, command in commands.items() if Surface.GITHUB in command.where]
        return parse.parse(received.line, received.origin, verbs=verbs, require_prefix=require_prefix)

    async def drop(self, lines: Sequence[CommandReceived]) -> None:
        """Name the lines that are too many for one comment, as long as their author may have an answer (T26)."""
        asker, recent = await self._meet(lines[0], lines[0].origin.created_at, eyes=False)
        if await self._within_bounds(lines[0], asker, recent):
            fields = {"most": parse.MAX_COMMANDS, "lines": tuple(line.line for line in lines)}
            await self.reply(asker, Message(name="commands_dropped", fields=fields), action="commands_dropped")

    async def _meet(self, received: CommandReceived, arrived: datetime, *, eyes: bool) -> tuple[Asker, int]:
        """Write down who this is and that we heard, and count what they typed lately."""
        async with self.units.write() as unit:
            await unit.repositories.save(received.repository, arrived)
            person = await self.identify(unit, received.author)
            of, now = received.repository.id, self.clock.now()
            recent = await lately(unit, person.id, of, received.origin, now, came_at=arrived)
            if eyes:
                await unit.enqueue(reaction(received.origin, "eyes", self.clock.now()))
        return asker_of(received, person), recent

    async def _within_bounds(self, received: CommandReceived, asker: Asker, recent: int) -> bool:
        """Whether this person may have one more answer; otherwise a reaction says no (T26)."""
        if await self.act.within_bounds(asker, recent):
            return True
        await self._shake(received, asker, Reason.RATE_LIMITED)
        return False

    async def _shake(self, received: CommandReceived, asker: Asker, reason: Reason) -> None:
        """Say no without words."""
        async with self.units.write() as unit:
            await unit.enqueue(reaction(received.origin, "-1", self.clock.now()))
            await note(unit, asker, action="command_refused", at=self.clock.now(), reason=reason)


def asker_of(received: CommandReceived, person: Person) -> Asker:
    """Who typed the line, answered in the thread where it stands."""
    origin = received.origin
    thread = GitHubThread(connection=origin.connection, repository=origin.repository, number=origin.number)
    return Asker(
        origin=origin,
        place=thread,
        stage=thread,
        name=person.github.login,
        text=received.line,
        call=received.line,
        person=person,
        target=Target(repository=received.repository, number=origin.number, on_pull_request=origin.on_pull_request),
    )
