"""Owns what the command line asks of GitHub about one repository's configuration, beside a server or without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode
from uuid import UUID

from bot import config
from bot.app import FIRST_CONNECTION
from bot.errors import BotError, NotFound, Refused
from bot.flow.config_layer import ConfigLayer, Reader, file_of
from bot.flow.configure import Configure, Layers
from bot.flow.second_person import SecondPerson
from bot.flow.surroundings import Survey
from bot.github.clients import Clients, input_limit
from bot.github.config_files import ConfigFiles
from bot.github.config_history import ConfigHistory
from bot.github.permissions import Permissions
from bot.github.proposals import Proposals
from bot.github.repositories import Repositories
from bot.github.transport import GitHubClient
from bot.github.workflows import Workflows
from bot.jobs.choice import open_database
from bot.jobs.timer import SystemTimer
from bot.model.advice import Advice
from bot.model.config import CONFIG_PATH, Config, ConfigFault, Layer
from bot.model.repository import Connection, Repository
from bot.rules import advice, in_force, proposal
from bot.settings import Settings
from bot.store.unit import Units
from bot.wiring_judge import server_config

NOBODY: Final = UUID(int=0)
"""The connection of questions that are about no row."""

BRANCH: Final = "signalbox-config"
TITLE: Final = "Commands and gates for Signalbox"
BODY: Final = (
    "Proposed by `signalbox config init` from the workflows that are here. Read it as you would read code: it decides "
    "who may run what. Nothing of it is in force before it is merged."
)


@dataclass(frozen=True, slots=True)
class AtGitHub:
    """One repository, and how it is asked about."""

    settings: Settings
    clients: Clients
    repositories: Repositories
    repository: Repository
    input_limit: int

    async def check(self) -> tuple[str, Sequence[ConfigFault] | Sequence[Advice]]:
        """The file's name, and what is wrong with it on the default branch, or to be mended."""
        file = file_of(self.repository, Layer.REPOSITORY)
        found = await ConfigFiles(self.clients, self.repositories).of_repository(self.repository)
        if found is None:
            raise NotFound(f"There is no {file}: `signalbox config init {self.repository.full_name}` proposes one.")
        said = await asyncio.to_thread(config.read, found.data, layer=Layer.REPOSITORY, file=file)
        if not isinstance(said, Config):
            return file, said
        return file, advice.advice(said, await Survey(Workflows(self.clients), self.input_limit)(self.repository))

    async def show(self, units: Units) -> tuple[Layers, Config]:
        """What is in force, as a server would find out now, and what the server's own layer says."""
        clock = SystemTimer()
        second = SecondPerson(ConfigHistory(self.clients), Permissions(self.clients, clock), self.repositories, clock)
        files = ConfigFiles(self.clients, self.repositories)
        layer = ConfigLayer(units, files, Reader(config.read), second, clock, in_force.widening, tells_all=True)
        server = server_config(self.settings.config_file)
        configure = Configure(units, layer, clock, server=server)
        try:
            return await configure.layers(self.repository), server
        finally:
            await configure.aclose()

    async def proposal(self) -> str:
        """What its workflows suggest."""
        around = await Survey(Workflows(self.clients), self.input_limit)(self.repository)
        return proposal.proposed(list(around.workflows.values()))

    async def propose(self, text: str) -> str:
        """The address of the pull request, or of GitHub's page on which one is made.

        Raises `BotError` where there is a file already: a proposal would throw its gates away.
        """
        if await ConfigFiles(self.clients, self.repositories).of_repository(self.repository) is not None:
            name = self.repository.full_name
            raise BotError(
                f"{file_of(self.repository, Layer.REPOSITORY)} is there already. `signalbox config init {name} "
                f"--dry-run` prints what its workflows suggest, `signalbox config check {name}` how it fits them."
            )
        try:
            return await Proposals(self.clients).open(
                self.repository, branch=BRANCH, path=CONFIG_PATH, data=text.encode(), title=TITLE, body=BODY
            )
        except Refused:  # the App may not write, which it is not given as shipped
            return self._new_file(text)

    def _new_file(self, text: str) -> str:
        """GitHub's own page for a new file, filled in.

        https://docs.github.com/en/repositories/working-with-files/managing-files/creating-new-files
        """
        branch = quote(self.repository.default_branch, safe="/")
        query = urlencode({"filename": CONFIG_PATH, "value": text})
        return f"{self.settings.github_server_url}/{self.repository.full_name}/new/{branch}?{query}"


@asynccontextmanager
async def at_github(settings: Settings, name: str, connection: Connection | None = None) -> AsyncIterator[AtGitHub]:
    """The repository of this name. Raises `BotError` without a GitHub App, `NotFound`, and `UpstreamError`."""
    if settings.github is None:
        raise BotError("No GitHub App is configured: `signalbox doctor` says what is missing.")
    client = GitHubClient(
        connection=connection.id if connection else NOBODY,
        api_url=settings.github.api_url,
        app_id=settings.github.app_id,
        private_key=settings.github.private_key.reveal(),
        clock=SystemTimer(),
        user_agent="signalbox-config",
    )
    try:
        clients = Clients(client)
        repositories = Repositories(clients, SystemTimer())
        owner, _, short = name.partition("/")
        repository = await repositories.find(client.connection, owner, short)
        if repository is None:
            raise NotFound(f"There is no repository {name}, or the App is not installed on it.")
        described = connection or _described(settings)
        yield AtGitHub(settings, clients, repositories, repository, input_limit(described))
    finally:
        await client.aclose()


async def shown(settings: Settings, name: str) -> tuple[Layers, Config]:
    """What is in force, from the database that the server uses."""
    database = open_database(settings.database_url.reveal(), SystemTimer())
    try:
        units = Units(database, SystemTimer())
        async with units.read() as unit:
            connection = await unit.connections.by_name(FIRST_CONNECTION)
        if connection is None:
            raise BotError("No server has used this database with GitHub yet: `signalbox serve` first.")
        async with at_github(settings, name, connection) as there:
            return await there.show(units)
    finally:
        await database.close()


async def checked(settings: Settings, name: str) -> tuple[str, Sequence[ConfigFault] | Sequence[Advice]]:
    """The file's name, and what is wrong with it or to be mended."""
    async with at_github(settings, name) as there:
        return await there.check()


async def proposed(settings: Settings, name: str, *, opening: bool) -> tuple[str, str | None]:
    """What is proposed, and where; nowhere without `opening`."""
    async with at_github(settings, name) as there:
        text = await there.proposal()
        return text, await there.propose(text) if opening else None


def _described(settings: Settings) -> Connection:
    return Connection(
        id=NOBODY,
        name=FIRST_CONNECTION,
        api_url=settings.github_api_url,
        server_url=settings.github_server_url,
        app_id=None,
        app_slug=None,
    )
