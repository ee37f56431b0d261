"""Owns gathering what `help` has to know: the commands of a repository, and what the person is on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.errors import NotFound, UpstreamError
from bot.flow.answer import Asker
from bot.flow.catalogs import Catalog, Catalogs
from bot.flow.ports import Teams, Workflows
from bot.model.command import Command, Problem
from bot.model.config import Config, Where
from bot.model.message import Message
from bot.model.people import GitHubAccount, Role
from bot.model.repository import Repository
from bot.model.workflow import Workflow
from bot.rules import help as words
from bot.rules import help_workflows, inputs, refuse
from bot.rules.gates.where import place_of
from bot.rules.help import Standing
from bot.rules.nearest import likely

LISTED_WORKFLOWS: Final = 20
"""How many workflow files are read to show how they are run."""

WORKFLOWS: Final = "workflows"
"""`help workflows`, unless a command is called so."""

MOST_TEAMS: Final = 30
"""Of how many teams GitHub is asked whether somebody is in them; of the others it is not known."""


@dataclass(frozen=True, slots=True)
class Help:
    """Answers `help`. Every method may raise `UpstreamError` when GitHub is needed and does not answer."""

    built_in: Mapping[str, Command]
    catalogs: Catalogs
    teams: Teams
    workflows: Workflows

    async def __call__(self, asker: Asker, name: str | None, role: Role) -> Message:
        """The list, one command, or the workflow files, as this person may see them here."""
        repository = asker.target.repository
        catalog = await self.catalogs.of(repository)
        standing = await self.standing(repository, asker.person.github, role, catalog, place_of(asker.origin))
        message = await self._about(name, catalog, standing, repository)
        return replace(message, remarks=catalog.effective.remarks)

    def anywhere(self, name: str | None, place: Where) -> Message:
        """The same where no repository is meant: built-in commands, and nobody's right is judged."""
        standing = Standing(role=None, place=place)
        if name is None:
            return words.listing(self.built_in, Config(), standing)
        if _plain(name) == WORKFLOWS:
            sentence = "Workflows belong to a repository, and none was named."
            return refuse.misheard(Problem(sentence=sentence, usage=f"/help <owner/repo> {WORKFLOWS}"))
        command = self.built_in.get(_plain(name))
        return words.explained(command, Config(), standing) if command else _unknown(name, self.built_in)

    async def standing(
        self, repository: Repository, account: GitHubAccount, role: Role, catalog: Catalog, place: Where | None
    ) -> Standing:
        """What GitHub says of the person, as far as the configuration asks."""
        names = words.team_names(catalog.effective.config)[:MOST_TEAMS]
        known = await asyncio.gather(*(self._member(repository, name, account) for name in names))
        return Standing(
            role=role, repository=repository.full_name, place=place, teams=dict(zip(names, known, strict=True))
        )

    async def _member(self, repository: Repository, team: str, account: GitHubAccount) -> bool | None:
        try:
            return await self.teams.member(repository, team, account)
        except UpstreamError:  # that it is not known is said beside the command, and keeps nobody from the list
            return None

    async def _about(self, name: str | None, catalog: Catalog, standing: Standing, repository: Repository) -> Message:
        config = catalog.effective.config
        if name is None:
            return words.listing(catalog.commands, config, standing)
        command = catalog.commands.get(_plain(name))
        if command is not None:
            found = await self._found(repository) if command.open_ended else []
            usages = [inputs.usage_of(workflow, file) for file, workflow in found if workflow.problem is None]
            return words.explained(command, config, standing, usages)
        if _plain(name) == WORKFLOWS:
            return help_workflows.told(await self._found(repository), repository.full_name)
        return _unknown(name, [*catalog.commands, WORKFLOWS])

    async def _found(self, repository: Repository) -> list[tuple[str, Workflow]]:
        """The workflow files that can be dispatched, by their names."""
        names = list(await self.workflows.names(repository))[:LISTED_WORKFLOWS]
        read = await asyncio.gather(*(self._read(repository, name) for name in names))
        pairs = zip(names, read, strict=True)
        return [(name, workflow) for name, workflow in pairs if workflow is not None and workflow.dispatchable]

    async def _read(self, repository: Repository, name: str) -> Workflow | None:
        try:
            return await self.workflows.read(repository, name)
        except NotFound:
            return None


def _plain(name: str) -> str:
    return name.lstrip("/").lower()


def _unknown(name: str, known: Sequence[str] | Mapping[str, Command]) -> Message:
    close = likely(_plain(name), known)
    return refuse.misheard(
        Problem(
            sentence=f"There is no command {name}.",
            usage="/help [command]",
            nearest=f"/help {close}" if close else None,
        )
    )
