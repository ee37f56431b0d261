"""Owns one line typed in a comment: who typed it, what it says, and whether it is for us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.flow.act import Act
from bot.flow.answer import Asker, Reply, note, reaction
from bot.flow.identify import Identify
from bot.flow.open import judged_before
from bot.flow.ports import Clock, Units
from bot.model.address import GitHubThread
from bot.model.command import Command, ParsedCommand, Problem, Surface
from bot.model.decision import Reason
from bot.model.inbound import CommandReceived
from bot.model.message import Message
from bot.model.people import Person
from bot.model.repository import Target
from bot.rules import floods, parse
from bot.rules.understand import understand


@dataclass(frozen=True, slots=True)
class Hear:
    """Takes one line that may be a command."""

    units: Units
    catalog: Mapping[str, Command]
    identify: Identify
    act: Act
    reply: Reply
    clock: Clock

    async def __call__(self, received: CommandReceived) -> None:
        """Act on the line, answer it, or stay silent when it is not for us. Raises `UpstreamError`."""
        heard = self._heard(received)
        if heard is None:
            return
        async with self.units.read() as unit:
            if await judged_before(unit, received.origin):
                return
        asker, recent = await self._meet(received)
        if not await self._within_bounds(received, asker, recent):
            return
        understood = heard if isinstance(heard, Problem) else understand(self.catalog, heard)
        if isinstance(understood, Problem) or isinstance(heard, Problem):
            assert isinstance(understood, Problem)
            return await self.act.misheard(asker, understood)
        await self.act(asker, self.catalog[heard.verb], understood)

    def concerns(self, received: CommandReceived) -> bool:
        """Whether the line is for us; what is for other bots counts for nothing."""
        return self._heard(received) is not None

    def _heard(self, received: CommandReceived) -> ParsedCommand | Problem | None:
        verbs = [name for name, command in self.catalog.items() if Surface.GITHUB in command.where]
        return parse.parse(received.line, received.origin, verbs=verbs)

    async def drop(self, lines: Sequence[CommandReceived]) -> None:
        """Name the lines that are too many for one comment, as long as their author may have an answer (T26)."""
        asker, recent = await self._meet(lines[0])
        if await self._within_bounds(lines[0], asker, recent):
            fields = {"most": parse.MAX_COMMANDS, "lines": tuple(line.line for line in lines)}
            await self.reply(asker, Message(name="commands_dropped", fields=fields), action="commands_dropped")

    async def _meet(self, received: CommandReceived) -> tuple[Asker, int]:
        """Write down who this is and that we heard, and count what they typed lately."""
        async with self.units.write() as unit:
            await unit.repositories.save(received.repository)
            person = await self.identify(unit, received.author)
            since = self.clock.now() - floods.WINDOW
            recent = await unit.audit.count_commands(person.id, received.repository.id, since)
            await unit.enqueue(reaction(received.origin, "eyes"))
        return asker_of(received, person), recent

    async def _within_bounds(self, received: CommandReceived, asker: Asker, recent: int) -> bool:
        """Whether this person may have one more answer; otherwise a reaction says no (T26)."""
        if await self.act.within_bounds(asker, recent):
            return True
        async with self.units.write() as unit:
            await unit.enqueue(reaction(received.origin, "-1"))
            now = self.clock.now()
            await note(unit, asker, action="command_refused", at=now, reason=Reason.RATE_LIMITED)
        return False


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
