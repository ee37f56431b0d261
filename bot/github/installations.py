"""Owns which installation reaches a repository, also when what we know of it is old."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.errors import NotFound, Refused
from bot.flights import Flights
from bot.github.tokens import Scope, Tokens
from bot.model.repository import Repository

MOST_FOUND: Final = 10_000


class Installations:
    """Finds the installation for an act, and the token for it."""

    def __init__(self, tokens: Tokens, ask: Callable[[Repository], Awaitable[int]]) -> None:
        """`ask` gets the installation's id from GitHub."""
        self._tokens = tokens
        self._ask = ask
        self._found: dict[tuple[int, int | None], int] = {}
        self._flights: Flights[int, int] = Flights()

    async def token(self, repository: Repository, permissions: Mapping[str, str]) -> tuple[Scope, str]:
        """A token for exactly these permissions in that repository. Raises `UpstreamError`.

        GitHub is asked for the installation when we know of none, and when the one that we know of does not reach the
        repository (the App was installed anew, or the repository moved to another owner).
        """
        known = self._found.get(_key(repository), repository.installation)
        if known is None:
            return await self._scoped(await self._find(repository), repository, permissions)
        try:
            return await self._scoped(known, repository, permissions)
        except (NotFound, Refused):
            found = await self._find(repository)
            if found == known:
                raise
        return await self._scoped(found, repository, permissions)

    async def _scoped(
        self, installation: int, repository: Repository, permissions: Mapping[str, str]
    ) -> tuple[Scope, str]:
        scope = Scope(
            installation=installation, repository=repository.id, permissions=tuple(sorted(permissions.items()))
        )
        return scope, await self._tokens.get(scope)

    async def _find(self, repository: Repository) -> int:
        async def ask() -> int:
            return await self._ask(repository)

        found = await self._flights.join(repository.id, ask)
        if len(self._found) >= MOST_FOUND:
            self._found.clear()
        self._found[_key(repository)] = found
        return found

    async def aclose(self) -> None:
        """Call off what is being asked."""
        await self._flights.aclose()


def _key(repository: Repository) -> tuple[int, int | None]:
    return repository.id, repository.installation
