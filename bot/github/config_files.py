"""Owns reading configuration files, and telling one that is not there from one that can not be seen (T13).

GitHub says 404 to both, so its 404 is believed only after a second question that the same repository, or the same
commit of it, answers. Whatever else comes back instead of a file (a folder, a link, a submodule, a refusal, silence)
raises: to read nothing is not to read that there is nothing.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Final

import msgspec

from bot.errors import NotFound, Refused, Unreachable
from bot.github import scopes
from bot.github.call import Answer
from bot.github.clients import Clients
from bot.github.repositories import Repositories
from bot.model.config import CONFIG_PATH, ConfigFile
from bot.model.repository import Repository
from bot.yaml import MOST_BYTES

HOME: Final = ".github"
"""The repository in which an owner keeps what is meant for all of them."""


class _File(msgspec.Struct):
    sha: str
    type: str = ""
    size: int = 0
    content: str = ""
    encoding: str = ""


class _Repository(msgspec.Struct):
    id: int


class _Commit(msgspec.Struct):
    sha: str


class ConfigFiles:
    """It satisfies `bot.flow.ports.ConfigFiles`."""

    def __init__(self, clients: Clients, repositories: Repositories) -> None:
        """`clients` speak for the connections; `repositories` finds the organisation's."""
        self._clients = clients
        self._repositories = repositories

    async def of_repository(self, repository: Repository, *, commit: str | None = None) -> ConfigFile | None:
        """`.github/signalbox.yml` on the default branch, or in that commit (also of a fork's pull request).

        None only when GitHub says that there is none. Raises what a call raises, and `Refused` for what is no file and
        when the repository, or the commit, is not to be seen either. Of a file that is too large, just enough comes
        back for its reader to say so. https://docs.github.com/en/rest/repos/contents#get-repository-content
        """
        try:
            answer = await self._contents(repository, commit)
        except NotFound as error:
            await self._believe(repository, commit, error)
            return None
        return _read(answer)

    async def of_organisation(self, repository: Repository) -> ConfigFile | None:
        """The same path in the repository `.github` of the same owner.

        None when there is no such repository, or none that our App is installed on, which GitHub says to the App
        itself; one that was given another name or another owner is no longer it. Raises as `of_repository` does.
        """
        if repository.name.casefold() == HOME:
            return await self.of_repository(repository)
        home = await self._repositories.find(repository.connection, repository.owner, HOME)
        if home is None or home.full_name.casefold() != f"{repository.owner}/{HOME}".casefold():
            return None
        found = await self.of_repository(home)
        return found and replace(found, public=not home.private)

    async def _believe(self, repository: Repository, commit: str | None, told: NotFound) -> None:
        """Raises `Refused` unless the place where the file would be is to be seen."""
        try:
            seen = await self._sees_commit(repository, commit) if commit else await self._sees(repository)
        except NotFound:
            seen = False
        if not seen:
            raise Refused("GitHub does not show where the configuration would be.", status=404) from told

    async def _sees(self, repository: Repository) -> bool:
        """By its number: under the name there may be another one by now (T8)."""
        answer = await self._clients.of(repository.connection).request(
            "GET",
            "/repos/{owner}/{repo}",
            repository=repository,
            permissions=scopes.CONTENTS,
            remember=True,
        )
        return answer.read(_Repository).id == repository.id

    async def _sees_commit(self, repository: Repository, commit: str) -> bool:
        """GitHub says 404 to a file of a commit that it does not know, too; to the commit itself it says 422."""
        try:
            answer = await self._clients.of(repository.connection).request(
                "GET",
                "/repos/{owner}/{repo}/commits/{ref}",
                repository=repository,
                permissions=scopes.CONTENTS,
                query={"per_page": 1},
                remember=True,
                ref=commit,
            )
        except Refused as error:
            if error.status != 422:
                raise
            return False
        return answer.read(_Commit).sha == commit

    async def _contents(self, repository: Repository, commit: str | None) -> Answer:
        """Without a ref GitHub answers for the branch that is the default now, whatever we remember its name to be."""
        return await self._clients.of(repository.connection).request(
            "GET",
            "/repos/{owner}/{repo}/contents/{path}",
            repository=repository,
            permissions=scopes.CONTENTS,
            query={"ref": commit} if commit else None,
            remember=True,
            path=CONFIG_PATH,
        )


def _read(answer: Answer) -> ConfigFile:
    if answer.body.lstrip()[:1] == b"[":
        raise Refused(f"{CONFIG_PATH} is a folder, and no file.", status=answer.status)
    found = answer.read(_File)
    if found.type != "file":
        raise Refused(f"{CONFIG_PATH} is a {found.type or 'strange thing'}, and no file.", status=answer.status)
    if found.size > MOST_BYTES:
        return ConfigFile(blob=found.sha, data=b" " * (MOST_BYTES + 1))
    try:
        data = base64.b64decode(found.content)
    except (binascii.Error, ValueError) as error:
        raise Unreachable("The answer does not have GitHub's shape", status=answer.status) from error
    if len(data) != found.size:
        raise Unreachable("GitHub did not send the whole file", status=answer.status)
    return ConfigFile(blob=found.sha, data=data)
