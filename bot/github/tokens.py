"""Owns the installation tokens of one host: narrowed to one repository and the permissions of the act, in memory only.

https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.clock import Clock
from bot.flights import Flights

EARLY: Final = timedelta(minutes=5)
"""A token is not used in its last minutes: clocks differ, and a call that started with it must end with it."""
MOST_TOKENS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a token may do: in one repository (or, for None, nowhere in particular) the named permissions."""

    installation: int
    repository: int | None
    permissions: tuple[tuple[str, str], ...]

    def body(self) -> dict[str, Any]:
        """What GitHub is asked for."""
        chosen = {} if self.repository is None else {"repository_ids": [self.repository]}
        return {**chosen, "permissions": dict(self.permissions)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as GitHub gave it. Its value never shows in a representation."""

    value: str = field(repr=False)
    expires_at: datetime


class Tokens:
    """Tokens by scope; one request at a time for each, however many wait for it."""

    def __init__(self, clock: Clock, ask: Callable[[Scope], Awaitable[Token]]) -> None:
        """`ask` gets a new token from GitHub."""
        self._clock = clock
        self._ask = ask
        self._kept: dict[Scope, Token] = {}
        self._flights: Flights[Scope, Token] = Flights()

    async def get(self, scope: Scope) -> str:
        """A token that is good for minutes yet. Raises `UpstreamError` when GitHub gives none."""
        token = self._kept.get(scope)
        if token is None or token.expires_at - self._clock.now() <= EARLY:
            token = await self._flights.join(scope, lambda: self._renew(scope))
        return token.value

    def drop(self, scope: Scope, value: str) -> None:
        """Forget a token that GitHub did not take; one that replaced it meanwhile stays."""
        kept = self._kept.get(scope)
        if kept is not None and kept.value == value:
            del self._kept[scope]

    async def _renew(self, scope: Scope) -> Token:
        token = await self._ask(scope)
        if len(self._kept) >= MOST_TOKENS:
            self._kept.clear()
        self._kept[scope] = token
        return token

    async def aclose(self) -> None:
        """Call off what is being asked, and forget everything."""
        await self._flights.aclose()
        self._kept.clear()
