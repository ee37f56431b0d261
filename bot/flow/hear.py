"""Owns one typed line: from words to an intent, and from the intent to the step that acts on it.

Every intent passes here, so permission can not be forgotten by a command: a command only proposes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.errors import NotFound, Refused
from bot.flow.answer import Asker, Reply, note, reaction
from bot.flow.cancel import Cancel
from bot.flow.identify import Identify
from bot.flow.open import Open
from bot.flow.ports import Clock, Permissions, Units
from bot.flow.query import Ask
from bot.model.command import Command, Problem
from bot.model.decision import Denied, Reason
from bot.model.inbound import CommandReceived
from bot.model.intent import Decide, Dispatch, Intent, Query
from bot.model.message import Message
from bot.model.people import Role
from bot.model.repository import Repository
from bot.rules import floods, parse, policy, refuse
from bot.rules.understand import understand


@dataclass(frozen=True, slots=True)
class Hear:
    """Takes one line that may be a command."""

    units: Units
    catalog: Mapping[str, Command]
    identify: Identify
    permissions: Permissions
    open: Open
    cancel: Cancel
    ask: Ask
    reply: Reply
    clock: Clock

    async def __call__(self, received: CommandReceived) -> None:
        """Act on the line, answer it, or stay silent when it is not for us. Raises `UpstreamError`."""
        heard = parse.parse(received.line, received.origin, verbs=self.catalog.keys())
        if heard is None:
            return
        asker, recent = await self._meet(received)
        if recent >= floods.WITHOUT_WRITE and not await self._within_bounds(received.repository, asker, recent):
            return
        understood = heard if isinstance(heard, Problem) else understand(self.catalog, heard)
        if isinstance(understood, Problem) or isinstance(heard, Problem):
            assert isinstance(understood, Problem)
            return await self._misheard(received.repository, asker, understood)
        try:
            await self._act(received.repository, asker, self.catalog[heard.verb], understood)
        except (Refused, NotFound) as error:
            # Asking again would change nothing, so the person hears it now and not after the last attempt.
            message = refuse.refusal(asker.text, policy.refused_upstream(str(error)))
            await self.reply(asker, message, action="command_refused", reason=Reason.UPSTREAM_REFUSED)

    def concerns(self, received: CommandReceived) -> bool:
        """Whether the line is for us; what is for other bots counts for nothing."""
        return parse.parse(received.line, received.origin, verbs=self.catalog.keys()) is not None

    async def drop(self, lines: Sequence[CommandReceived]) -> None:
        """Name the lines that are too many for one comment, as long as their author may have an answer (T26)."""
        asker, recent = await self._meet(lines[0])
        if recent >= floods.WITHOUT_WRITE and not await self._within_bounds(lines[0].repository, asker, recent):
            return
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
        return Asker(origin=received.origin, person=person, text=received.line), recent

    async def _act(self, repository: Repository, asker: Asker, command: Command, intent: Intent) -> None:
        match intent:
            case Dispatch():
                await self.open(repository, asker, command, intent)
            case Decide():
                if await self._allowed(repository, asker, command, fresh=True) is not None:
                    await self.cancel(repository, asker, intent)
            case Query():
                role = await self._allowed(repository, asker, command, fresh=False)
                if role is not None:
                    await self.ask(repository, asker, intent, role)
            case _:
                assert_never(intent)

    async def _allowed(self, repository: Repository, asker: Asker, command: Command, *, fresh: bool) -> Role | None:
        """The person's role when it is enough for the command; otherwise they are told, and it is None."""
        role = await self._role(repository, asker, fresh=fresh)
        login = asker.person.github.login
        gates = [policy.visible(role, login, repository.full_name)]
        if role is not None:
            gates.append(policy.role(role, command.permission, login, command.name))
        decision = policy.decide(gates)
        if isinstance(decision, Denied):
            message = refuse.refusal(asker.text, decision)
            await self.reply(asker, message, action="command_refused", reason=decision.reason)
            return None
        return role

    async def _misheard(self, repository: Repository, asker: Asker, problem: Problem) -> None:
        """Say what was wrong, to people who can see the repository."""
        role = await self._role(repository, asker, fresh=False)
        decision = policy.decide([policy.visible(role, asker.person.github.login, repository.full_name)])
        message, reason = refuse.misheard(problem), Reason.ARGUMENTS
        if isinstance(decision, Denied):
            message, reason = refuse.refusal(asker.text, decision), decision.reason
        await self.reply(asker, message, action="command_refused", reason=reason)

    async def _within_bounds(self, repository: Repository, asker: Asker, recent: int) -> bool:
        """Whether this person may have one more answer; otherwise a reaction says no (T26)."""
        role = await self._role(repository, asker, fresh=False)
        if role is not None and recent < floods.most(role):
            return True
        async with self.units.write() as unit:
            await unit.enqueue(reaction(asker.origin, "-1"))
            now = self.clock.now()
            await note(unit, asker, action="command_refused", at=now, reason=Reason.RATE_LIMITED)
        return False

    async def _role(self, repository: Repository, asker: Asker, *, fresh: bool) -> Role | None:
        try:
            return await self.permissions.role(repository, asker.person.github, fresh=fresh)
        except Refused:
            return None
