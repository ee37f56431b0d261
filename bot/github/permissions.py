"""Owns what GitHub says a person may do in a repository (T8, T28)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from bot.clock import Clock
from bot.errors import NotFound, Refused
from bot.github import scopes
from bot.github.clients import Clients
from bot.model.people import GitHubAccount, Role
from bot.model.repository import Repository

LIFETIME: Final = timedelta(seconds=60)
MOST_KEPT: Final = 10_000

_BASE: Final = {"admin": Role.ADMIN, "write": Role.WRITE, "read": Role.READ, "none": Role.NONE}
_FINER: Final = {("write", "maintain"): Role.MAINTAIN, ("read", "triage"): Role.TRIAGE}


class _User(msgspec.Struct):
    id: int
    login: str = ""


class _Permission(msgspec.Struct):
    permission: str = ""
    role_name: str = ""
    user: _User | None = None


Generation = Callable[[], Awaitable[int]]
"""A number that every replica reads alike, and that grows whenever GitHub tells any of them of a change of access."""


@dataclass(frozen=True, slots=True)
class _Kept:
    role: Role
    at: datetime
    of: int
    """The generation that it was asked for in."""


class Permissions:
    """It satisfies `bot.flow.ports.Permissions`."""

    def __init__(self, clients: Clients, clock: Clock, shared: Generation | None = None) -> None:
        """`clients` speak for the connections. Without a `shared` generation nobody else answers for GitHub here."""
        self._clients = clients
        self._clock = clock
        self._shared = shared
        self._kept: OrderedDict[tuple[UUID, int, int], _Kept] = OrderedDict()
        self._generation = 0

    async def role(self, repository: Repository, account: GitHubAccount, *, fresh: bool) -> Role:
        """The effective role; `NONE` for no access. `fresh` goes past the cache (T28).

        Raises `Unreachable` or `RateLimited` when GitHub did not answer, and `Refused` when its answer is about
        somebody else (T8) or the account is of another connection (T24).
        """
        if account.connection != repository.connection:
            raise Refused("The account is of another GitHub host than the repository.")
        key = (repository.connection, repository.id, account.id)
        generation, asked_at = self._generation, self._clock.now()
        of = await self._shared() if self._shared else 0
        kept = self._kept.get(key)
        if kept is not None and not fresh and kept.of == of and timedelta(0) <= asked_at - kept.at < LIFETIME:
            return kept.role
        role = await self._ask(repository, account)
        # That somebody sees nothing is not kept: while GitHub is away it would tell what is hidden from what is not
        # there, about which GitHub is asked each time (T22).
        if role is not Role.NONE and generation == self._generation:  # nothing was dropped while GitHub thought
            self._keep(key, _Kept(role, asked_at, of))
        return role

    def drop(self, connection: UUID, repository: int | None) -> None:
        """Forget what was cached of a repository, or of the whole connection; answers under way are not kept."""
        self._generation += 1
        for key in [key for key in self._kept if key[0] == connection and repository in (None, key[1])]:
            del self._kept[key]

    def _keep(self, key: tuple[UUID, int, int], kept: _Kept) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    async def _ask(self, repository: Repository, account: GitHubAccount) -> Role:
        """By the login that we know; when that is nobody's or somebody else's, by the one that the id has now."""
        answer = await self._permission(repository, account.login)
        if answer is not None and _is_about(answer, account):
            return _role(answer)
        login = await self._login(repository, account)
        if login is None:
            return Role.NONE
        if answer is None and login.casefold() == account.login.casefold():
            return Role.NONE
        answer = await self._permission(repository, login)
        if answer is None:
            return Role.NONE
        if not _is_about(answer, account):
            raise Refused("GitHub answered about another account.", status=200)
        return _role(answer)

    async def _permission(self, repository: Repository, login: str) -> _Permission | None:
        """None for GitHub's 404: not a user, or not to be seen.

        https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
        """
        try:
            answer = await self._clients.of(repository.connection).request(
                "GET",
                "/repos/{owner}/{repo}/collaborators/{username}/permission",
                repository=repository,
                permissions=scopes.METADATA,
                username=login,
            )
        except NotFound:
            return None
        return answer.read(_Permission)

    async def _login(self, repository: Repository, account: GitHubAccount) -> str | None:
        try:
            answer = await self._clients.of(repository.connection).request(
                "GET",
                "/user/{account_id}",
                repository=repository,
                permissions=scopes.METADATA,
                account_id=account.id,
            )
        except NotFound:
            return None
        user = answer.read(_User)
        if user.id != account.id or not user.login:
            raise Refused("GitHub answered about another account.", status=200)
        return user.login


def _is_about(answer: _Permission, account: GitHubAccount) -> bool:
    return answer.user is not None and answer.user.id == account.id


def _role(answer: _Permission) -> Role:
    """A custom role counts as its base, and a name counts only where it fits the base; an unknown word is no access."""
    return _FINER.get((answer.permission, answer.role_name), _BASE.get(answer.permission, Role.NONE))
