"""Owns finding a repository by the name that somebody typed; from then on its number is what counts (T8)."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from bot.clock import Clock
from bot.errors import BadPayload, NotFound, Refused, Unreachable
from bot.github import readings, scopes
from bot.github.clients import Clients
from bot.github.facts import Envelope, InstallationFacts, Moment, RepositoryFacts
from bot.github.tokens import Scope
from bot.github.transport import GitHubClient
from bot.model.repository import Repository

LIFETIME: Final = timedelta(seconds=60)
MOST_KEPT: Final = 1_000

_OWNER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_NAME: Final = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,100}")
"""What GitHub takes for a name; above all no step that could lead to another route of its API."""


class _Installation(msgspec.Struct):
    id: int
    suspended_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    repository: Repository
    at: datetime


class Repositories:
    """It satisfies `bot.flow.ports.FindRepository`."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        """`clients` speak for the connections."""
        self._clients = clients
        self._clock = clock
        self._kept: OrderedDict[tuple[UUID, str, str], _Kept] = OrderedDict()

    async def find(self, connection: UUID, owner: str, name: str) -> Repository | None:
        """The repository under its present labels; None when it is not there or the App does not reach it.

        A repository that was found is remembered for a minute; one that was not is looked for again, for somebody may
        be installing the App right now. Raises `UpstreamError` when GitHub did not say which it is.
        """
        if not _OWNER.fullmatch(owner) or not _NAME.fullmatch(name):
            return None
        key = (connection, owner.casefold(), name.casefold())
        kept, now = self._kept.get(key), self._clock.now()
        if kept is not None and timedelta(0) <= now - kept.at < LIFETIME:
            return kept.repository
        self._kept.pop(key, None)
        found = await self._ask(self._clients.of(connection), owner, name)
        if found is not None:
            self._keep(key, _Kept(found, now))
        return found

    def _keep(self, key: tuple[UUID, str, str], kept: _Kept) -> None:
        self._kept[key] = kept
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    async def _ask(self, client: GitHubClient, owner: str, name: str) -> Repository | None:
        """Both are reads, so a repository that was renamed is followed to where it is now.

        https://docs.github.com/en/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app
        """
        try:
            answer = await client.as_app("GET", "/repos/{owner}/{repo}/installation", owner=owner, repo=name)
            installation = answer.read(_Installation)
            if installation.suspended_at is not None:
                return None
            answer = await client.as_installation(_names(installation), "/repos/{owner}/{repo}", owner=owner, repo=name)
        except NotFound:
            return None
        except Refused as error:
            if error.status == 422:  # the installation gives no token (any more)
                return None
            raise
        return _read(client.connection, answer.read(RepositoryFacts), installation.id)


def _names(installation: _Installation) -> Scope:
    """What reads names and nothing else. It is not narrowed to the repository, whose number is not known yet."""
    return Scope(installation=installation.id, repository=None, permissions=tuple(scopes.METADATA.items()))


def _read(connection: UUID, facts: RepositoryFacts, installation: int) -> Repository:
    event = Envelope(repository=facts, installation=InstallationFacts(id=installation))
    try:
        found = readings.repository(connection, event)
    except BadPayload as error:
        raise Unreachable("The answer does not have GitHub's shape") from error
    if not found.default_branch:
        raise Unreachable("The answer does not name the repository's default branch")
    return found
