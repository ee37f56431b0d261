"""Owns whether somebody is in a team of the organisation that a repository belongs to (T8, T13, T28)."""

from __future__ import annotations

import re
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
from bot.model.people import GitHubAccount
from bot.model.repository import Repository

_TEAM: Final = re.compile(r"(?P<owner>[A-Za-z0-9][A-Za-z0-9_-]{0,99})/(?P<slug>[A-Za-z0-9_][A-Za-z0-9._-]{0,255})")
"""`owner/slug`; above all no step that could lead to another route of the API."""

_Key = tuple[UUID, str, str, int]


class _Membership(msgspec.Struct):
    state: str = ""


class Teams:
    """It satisfies `bot.flow.ports.Teams`."""

    def __init__(self, clients: Clients, clock: Clock, shared: Generation | None = None) -> None:
        """`clients` speak for the connections. Without a `shared` generation nobody else answers for GitHub here."""
        self._clients = clients
        self._access: Access[_Key, bool] = Access(clock, shared, worth=lambda _: True)

    async def member(self, repository: Repository, team: str, account: GitHubAccount, *, fresh: bool = True) -> bool:
        """Whether the account is an active member of `owner/slug` now, child teams included; not `fresh`, within the
        last minute. Of another owner's team nobody is, nor of any where the owner is a person.

        Raises `Unreachable` or `RateLimited` when GitHub did not answer, and `Refused` when it does not say so, when
        its answer is about somebody else (T8) or the account is of another connection (T24).
        """
        if account.connection != repository.connection:
            raise Refused("The account is of another GitHub host than the repository.")
        named = _TEAM.fullmatch(team)
        if named is None or named["owner"].casefold() != repository.owner.casefold():
            return False
        slug = named["slug"].casefold()
        key = (repository.connection, repository.owner.casefold(), slug, account.id)
        return await self._access.get(key, partial(self._ask, repository, slug, account), fresh=fresh)

    def drop(self, connection: UUID, repository: int | None) -> None:
        """Forget what was kept of the whole connection: a team is not one repository's. Answers under way are not kept
        either."""
        self._access.drop(lambda key: key[0] == connection)

    async def _ask(self, repository: Repository, slug: str, account: GitHubAccount) -> bool:
        """GitHub's answer names nobody, so it is asked about the login that the account has at this very moment.

        Somebody who was invited and did not accept is `pending`, and no member; 404 is said of anybody else, and of a
        team that is not there. https://docs.github.com/en/rest/teams/members#get-team-membership-for-a-user
        """
        login = await login_of(self._clients, repository, account)
        if login is None:
            return False
        try:
            answer = await self._clients.of(repository.connection).request(
                "GET",
                "/orgs/{org}/teams/{team_slug}/memberships/{username}",
                repository=repository,
                permissions=scopes.TEAMS,
                org=repository.owner,
                team_slug=slug,
                username=login,
            )
        except NotFound:
            return False
        return answer.read(_Membership).state == "active"
