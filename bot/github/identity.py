"""Owns who we are on a host: the App's slug, and the numeric id of the bot user that its tokens act as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from bot.flights import Flights
from bot.github.tokens import Scope

if TYPE_CHECKING:
    from bot.github.transport import GitHubClient


@dataclass(frozen=True, slots=True, kw_only=True)
class AppIdentity:
    """The App as others see it."""

    app_id: int
    slug: str
    bot_id: int

    @property
    def login(self) -> str:
        """Whom GitHub names as the actor of what the App does."""
        return f"{self.slug}[bot]"


class _Slug(msgspec.Struct):
    slug: str


class _User(msgspec.Struct):
    id: int


class _Installation(msgspec.Struct):
    id: int
    suspended_at: datetime | None = None


class Identity:
    """Asks each question once and remembers only answers."""

    def __init__(self, client: GitHubClient) -> None:
        """`client` is the App on the host in question."""
        self._client = client
        self._slug: str | None = None
        self._bot_id: int | None = None
        self._slugs: Flights[str, str] = Flights()
        self._bots: Flights[str, int] = Flights()

    async def slug(self) -> str:
        """The App's slug. Raises `UpstreamError`."""
        if self._slug is None:
            self._slug = await self._slugs.join("slug", self._ask_slug)
        return self._slug

    async def whole(self) -> AppIdentity:
        """Slug and bot user. Raises `UpstreamError`."""
        slug = await self.slug()
        if self._bot_id is None:
            self._bot_id = await self._bots.join(slug, lambda: self._ask_bot(slug))
        return AppIdentity(app_id=self._client.app_id, slug=slug, bot_id=self._bot_id)

    async def _ask_slug(self) -> str:
        return (await self._client.as_app("GET", "/app")).read(_Slug).slug

    async def _ask_bot(self, slug: str) -> int:
        """With a token of any installation: a server in private mode tells strangers nothing about users."""
        listed = (await self._client.as_app("GET", "/app/installations")).read(list[_Installation])
        usable = [each.id for each in listed if each.suspended_at is None]
        token: str | None = None
        if usable:
            scope = Scope(installation=usable[0], repository=None, permissions=(("metadata", "read"),))
            token = await self._client.installation_token(scope)
        answer = await self._client.as_bearer("GET", "/users/{username}", token, username=f"{slug}[bot]")
        return answer.read(_User).id

    async def aclose(self) -> None:
        """Call off what is being asked."""
        await self._slugs.aclose()
        await self._bots.aclose()
