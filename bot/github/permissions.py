"""Owns what GitHub says a person may do in a repository (T8, T28)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

import msgspec

from bot.clock import Clock
from bot.errors import NotFound, Refused
from bot.github import scopes
from bot.github.access import Access, Generation
from bot.github.clients import Clients
from bot.github.people import login_of
from bot.model.people import GitHubAccount, Role
from bot.model.repository import Repository

_BASE: Final = {"admin": Role.ADMIN, "write": Role.WRITE, "read": Role.READ, "none": Role.NONE}
_FINER: Final = {("write", "maintain"): Role.MAINTAIN, ("read", "triage"): Role.TRIAGE}


class _User(msgspec.Struct):
    id: int


class _Permission(msgspec.Struct):
    permission: str = ""
    role_name: str = ""
    user: _User | None = None


class Permissions:
    """It satisfies `bot.flow.ports.Permissions`."""

    def __init__(
        self,
        clients: Clients,
        clock: Clock,
        shared: Generation | None = None,
        *,
        on_drop: Callable[[UUID, int | None], None] | None = None,
    ) -> None:
        """`clients` speak for the connections. Without a `shared` generation nobody else answers for GitHub here.
        `on_drop` is told whenever something is dropped: what else hangs on people's access."""
        self._clients = clients
        self._on_drop = on_drop
        # That somebody sees nothing is not kept: while GitHub is away it would tell what is hidden from what is not
        # there, about which GitHub is asked each time (T22).
        self._access: Access[tuple[UUID, int, int], Role] = Access(
            clock, shared, worth=lambda role: role is not Role.NONE
        )

    async def role(self, repository: Repository, account: GitHubAccount, *, fresh: bool) -> Role:
        """The effective role; `NONE` for no access. `fresh` goes past the cache (T28).

        Raises `Unreachable` or `RateLimited` when GitHub did not answer, and `Refused` when its answer is about
        somebody else (T8) or the account is of another connection (T24).
        """
        if account.connection != repository.connection:
            raise Refused("The account is of another GitHub host than the repository.")
        key = (repository.connection, repository.id, account.id)
        return await self._access.get(key, partial(self._ask, repository, account), fresh=fresh)

    def drop(self, connection: UUID, repository: int | None) -> None:
        """Forget what was cached of a repository, or of the whole connection; answers under way are not kept."""
        self._access.drop(lambda key: key[0] == connection and repository in (None, key[1]))
        if self._on_drop is not None:
            self._on_drop(connection, repository)

    async def _ask(self, repository: Repository, account: GitHubAccount) -> Role:
        """By the login that we know; when that is nobody's or somebody else's, by the one that the id has now."""
        answer = await self._permission(repository, account.login)
        if answer is not None and _is_about(answer, account):
            return _role(answer)
        login = await login_of(self._clients, repository, account)
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


def _is_about(answer: _Permission, account: GitHubAccount) -> bool:
    return answer.user is not None and answer.user.id == account.id


def _role(answer: _Permission) -> Role:
    """A custom role counts as its base, and a name counts only where it fits the base; an unknown word is no access."""
    return _FINER.get((answer.permission, answer.role_name), _BASE.get(answer.permission, Role.NONE))
