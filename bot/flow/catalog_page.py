"""Owns what the page about a repository's commands shows to somebody who signed in.

What they may not see answers like what is not there, after the same question to GitHub (T22).
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.errors import NotFound, Refused
from bot.flow.catalogs import Catalog, Catalogs
from bot.flow.help import Help
from bot.flow.ports import FindRepository, Permissions, Units
from bot.model.people import GitHubAccount, Role
from bot.model.repository import Repository
from bot.rules import help as words
from bot.rules.help import Standing
from bot.rules.places import Places, furnished


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogPage:
    """What stands on the page."""

    login: str
    repository: str
    url: str
    """The repository at GitHub."""
    role: str
    commands: Sequence[Mapping[str, object]]
    """The fields of `command_help_answered` for each; first what the person can run, and there what is configured."""
    remarks: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShowCatalog:
    """Finds what a person can run in a repository."""

    units: Units
    repositories: FindRepository
    permissions: Permissions
    catalogs: Catalogs
    help: Help
    github: UUID
    """The connection of the GitHub host that people sign in to."""
    server_url: str

    async def __call__(self, account: GitHubAccount, owner: str, name: str) -> CatalogPage | None:
        """The page; None for what is not there or not to be seen. Raises `UpstreamError`."""
        found = await self.repositories.find(self.github, owner, name)
        role = await self._role(found or await self._another(owner), account)
        if found is None or not role:
            return None
        catalog = await self.catalogs.of(found)
        standing = await self.help.standing(found, account, role, catalog, None)
        return self._page(found, account, catalog, standing, role)

    async def _another(self, owner: str) -> Repository | None:
        async with self.units.read() as unit:
            return await unit.repositories.another(self.github, owner)

    async def _role(self, repository: Repository | None, account: GitHubAccount) -> Role | None:
        if repository is not None:
            with contextlib.suppress(Refused, NotFound):
                return await self.permissions.role(repository, account, fresh=False)
        return None

    def _page(
        self, repository: Repository, account: GitHubAccount, catalog: Catalog, standing: Standing, role: Role
    ) -> CatalogPage:
        places = Places(server_url=self.server_url, public_url=None, repository=repository.full_name)
        config = catalog.effective.config
        messages = (words.explained(command, config, standing) for command in catalog.commands.values())
        rows = [furnished(message, places).fields for message in messages]
        return CatalogPage(
            login=account.login,
            repository=repository.full_name,
            url=f"{self.server_url}/{repository.full_name}",
            role=role.label,
            commands=sorted(rows, key=lambda row: (not row["allowed"], row["source"] is None)),
            remarks=catalog.effective.remarks,
        )
