"""Owns finding users by the names that people type."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from bot.errors import NotFound
from bot.github import scopes
from bot.github.clients import Clients
from bot.model.people import GitHubAccount
from bot.model.repository import Repository


class _User(msgspec.Struct):
    id: int
    login: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Accounts:
    """It satisfies `bot.flow.ports.Accounts`."""

    clients: Clients

    async def by_login(self, repository: Repository, login: str) -> GitHubAccount | None:
        """https://docs.github.com/en/rest/users/users#get-a-user"""
        try:
            answer = await self.clients.of(repository.connection).request(
                "GET",
                "/users/{username}",
                repository=repository,
                permissions=scopes.METADATA,
                username=login,
            )
        except NotFound:
            return None
        user = answer.read(_User)
        if user.type != "User" or user.login.casefold() != login.casefold():
            return None
        return GitHubAccount(connection=repository.connection, id=user.id, login=user.login)
