"""Owns whether a repository is somebody's own, or that of an organisation of which they are an owner (T8, T28)."""

from __future__ import annotations

import msgspec

from bot.errors import NotFound, Refused
from bot.github import scopes
from bot.github.clients import Clients
from bot.github.people import login_of
from bot.model.people import GitHubAccount
from bot.model.repository import Repository


class _User(msgspec.Struct):
    id: int


class _Membership(msgspec.Struct):
    state: str = ""
    role: str = ""
    user: _User | None = None


class Owners:
    """It satisfies `bot.flow.ports.Owners`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def owns(self, repository: Repository, account: GitHubAccount) -> bool:
        """Whether the account owns the repository, or its organisation, now: GitHub is asked each time.

        Raises `UpstreamError`: `Refused` also when the account is of another connection (T24), and when the answer is
        about somebody else. https://docs.github.com/en/rest/orgs/members#get-organization-membership-for-a-user
        """
        if account.connection != repository.connection:
            raise Refused("The account is of another GitHub host than the repository.")
        login = await login_of(self._clients, repository, account)
        if login is None:
            return False
        if login.casefold() == repository.owner.casefold():
            return True
        try:
            answer = await self._clients.of(repository.connection).request(
                "GET",
                "/orgs/{org}/memberships/{username}",
                repository=repository,
                permissions=scopes.TEAMS,
                org=repository.owner,
                username=login,
            )
        except NotFound:
            return False
        told = answer.read(_Membership)
        if told.user is None or told.user.id != account.id:
            raise Refused("GitHub answered about another account.", status=200)
        return told.state == "active" and told.role == "admin"
