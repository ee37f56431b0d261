"""Owns `config`: showing what is in force, and an admin's word for what waits where nobody else has write (T13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.errors import Conflict, NotFound, Refused
from bot.flow.answer import Asker, Reply, note
from bot.flow.config_layer import HIDDEN, file_of
from bot.flow.configure import Configure
from bot.flow.notice_config import read_everywhere
from bot.flow.ports import Clock, Owners, Permissions, Units
from bot.flow.second_person import HOME, SecondPerson
from bot.model.command import Problem
from bot.model.config import Layer
from bot.model.decision import Allowed, Decision, Denied, Gate, Reason
from bot.model.intent import Confirm
from bot.model.message import Message
from bot.model.people import GitHubAccount, Role
from bot.model.repository import Repository
from bot.rules import confirming, policy, refuse
from bot.rules.in_force import Standing
from bot.rules.trust import typed_by_a_person

ANNOUNCED = ":announced"


@dataclass(frozen=True, slots=True)
class ShowConfig:
    """Answers what is in force."""

    configure: Configure

    async def __call__(self, repository: Repository, account: GitHubAccount) -> Message:
        """As GitHub shows it now; where the organisation's file lies only to who can read that repository (T22).

        Raises `UpstreamError` when it shows nothing and nothing was ever known.
        """
        found = await self.configure.layers(repository, fresh=True)
        effective, standings = found.effective, found.standings
        hidden = any(standing.file == HIDDEN for standing in standings)
        if hidden and await self.configure.layer.second.reads(repository, account):
            named = file_of(repository, Layer.ORGANISATION)
            standings = tuple(replace(each, file=named) if each.file == HIDDEN else each for each in standings)
        return confirming.shown(standings, effective.broken, repository.full_name, effective.remarks)


@dataclass(frozen=True, slots=True)
class ConfirmConfig:
    """Acts on `Confirm`."""

    units: Units
    configure: Configure
    second: SecondPerson
    permissions: Permissions
    owners: Owners
    reply: Reply
    clock: Clock

    async def __call__(self, asker: Asker, intent: Confirm) -> None:
        """Put it in force, tell everybody where requests are shown; or tell the person why not.

        Raises `UpstreamError`, and `Conflict` when something else is in force meanwhile: do it again.
        """
        repository = asker.target.repository
        found = await self.configure.layers(repository, fresh=True)
        meant = confirming.named(found.standings, intent.file, for_all=_for_all(repository))
        if not meant:
            sentence = f"No configuration of {repository.full_name} waits that is called {intent.file}."
            problem = Problem(sentence=sentence, usage="/config confirm <file id>", nearest="/config")
            return await self.reply(asker, refuse.misheard(problem), action="command_refused", reason=Reason.ARGUMENTS)
        standing, decision = await self._judged(asker, meant)
        if isinstance(decision, Denied):
            message = refuse.refusal(asker.text, decision)
            return await self.reply(asker, message, action="command_refused", reason=decision.reason)
        await self._keep(asker, standing)
        await self.configure.changed(repository.connection, None if _for_all(repository) else repository.id)

    async def _judged(self, asker: Asker, meant: Sequence[Standing]) -> tuple[Standing, Decision]:
        """The first that this person may put in force; else the first, and why not."""
        judged = [(standing, policy.decide(await self._gates(asker, standing))) for standing in meant]
        return next((each for each in judged if isinstance(each[1], Allowed)), judged[0])

    async def _gates(self, asker: Asker, standing: Standing) -> list[Gate]:
        """Asked afresh (T28), where the file lies: here, or in the organisation's repository."""
        assert standing.kept is not None
        machine = typed_by_a_person(asker.origin)
        if not machine.passed:
            return [machine]
        account = asker.person.github
        home = await self.second.home(asker.target.repository, standing.kept.layer)
        if home is None:
            return [machine, await self._owner(asker)]
        has = await self._role(asker, home)
        gates = [machine, policy.visible(has, account.login, home.full_name)]
        if has is None:
            return gates
        gates.append(policy.role(has, Role.ADMIN, account.login, "config confirm"))
        if has is Role.ADMIN:
            gates.append(confirming.alone(await self.second.alone(home, account), account.login, home.full_name))
        return gates

    async def _owner(self, asker: Asker) -> Gate:
        repository, account = asker.target.repository, asker.person.github
        try:
            owns = await self.owners.owns(repository, account)
        except (Refused, NotFound) as error:
            return policy.refused_upstream(str(error)).gate
        return confirming.owner(owns, account.login, repository.owner)

    async def _role(self, asker: Asker, home: Repository) -> Role | None:
        try:
            return await self.permissions.role(home, asker.person.github, fresh=True)
        except (Refused, NotFound):
            return None

    async def _keep(self, asker: Asker, standing: Standing) -> None:
        kept, now = standing.kept, self.clock.now()
        assert kept is not None
        message = confirming.confirmed(standing, asker.person.github.login, _where(asker.target.repository))
        async with self.units.write() as unit:
            if await unit.configs.get(kept.connection, kept.repository, kept.layer) != kept:
                raise Conflict(f"What is in force as {standing.file} changed meanwhile.")
            if not await self.reply.keep(unit, asker, message):
                return
            await unit.configs.save(confirming.put_in_force(kept, asker.person.id, now))
            facts = {"layer": kept.layer.value, "before": kept.blob, "blob": confirming.blob(kept)}
            await note(unit, asker, action="config_confirmed", at=now, facts=facts)
            if _for_all(asker.target.repository):
                await read_everywhere(unit, asker.target.repository, now)
            if asker.stage != asker.place:  # it is not for the asker alone to know
                said = asker.dialect.message(message) if asker.dialect else message
                await self.reply.tell(unit, asker.stage, said, key=asker.origin.natural_key + ANNOUNCED)


def _for_all(repository: Repository) -> bool:
    """Whether it is the organisation's own: what is confirmed there counts in all of its repositories."""
    return repository.name.casefold() == HOME


def _where(repository: Repository) -> str:
    if not _for_all(repository):
        return repository.full_name
    return f"all repositories of {repository.owner}"
