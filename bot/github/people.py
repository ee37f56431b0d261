"""Owns what an account is called now: its number stays, its login may be somebody else's tomorrow (T8)."""

from __future__ import annotations

import msgspec

from bot.errors import NotFound, Refused
from bot.github import scopes
from bot.github.clients import Clients
from bot.model.people import GitHubAccount
from bot.model.repository import Repository


class _User(msgspec.Struct):
    id: int
    login: str = ""


async def login_of(clients: Clients, repository: Repository, account: GitHubAccount) -> str | None:
    """The login that the account has now; None when there is no such account any more.

    The repository is where the answer is wanted, and whose installation asks. Raises what a call raises, and `Refused`
    when GitHub answers about somebody else. https://docs.github.com/en/rest/users/users#get-a-user-using-their-id
    """
    try:
        answer = await clients.of(repository.connection).request(
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
