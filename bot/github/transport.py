"""Owns calls to one GitHub host in the App's name: which identity asks, what a failure means, what is asked again.

A call names the one repository it is about and the permissions it needs; it gets a token for exactly these. A 401 is
the one answer after which a call is sent again, once, with a new token: GitHub did nothing then. A GET follows one
redirect on the same host (a renamed repository); a write follows none (T8).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote
from uuid import UUID

import httpx
import msgspec

from bot.clock import Clock
from bot.errors import Refused, Unreachable
from bot.github.etags import Etags
from bot.github.facts import Moment
from bot.github.failures import failure
from bot.github.identity import AppIdentity, Identity
from bot.github.installations import Installations
from bot.github.tokens import Scope, Token, Tokens
from bot.github.wire import CALL_SECONDS, OnCall, Wire
from bot.model.repository import Repository

MOST_PAGES: Final = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What GitHub said to a call that worked."""

    status: int
    body: bytes
    next: str | None = None
    """Where the next page is."""
    location: str | None = None
    """Where a 302 points to, for who asked to be told."""

    def read(self, shape: type[T]) -> T:
        """The body's needed fields. Raises `Unreachable` when it is not GitHub that speaks: a proxy, a login page."""
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Unreachable("The answer does not have GitHub's shape", status=self.status) from error


class _TokenFacts(msgspec.Struct):
    token: str
    expires_at: Moment


class _InstallationFacts(msgspec.Struct):
    id: int


class GitHubClient:
    """The App on one host. Make one per connection, and close it."""

    def __init__(
        self,
        *,
        connection: UUID,
        api_url: str,
        app_id: int,
        private_key: str,
        clock: Clock,
        user_agent: str,
        on_call: OnCall | None = None,
        timeout_seconds: float = CALL_SECONDS,
    ) -> None:
        """`private_key` is PEM text; `user_agent` is ours with the version; `on_call` hears of every exchange."""
        self.connection = connection
        self.app_id = app_id
        self._clock = clock
        self._wire = Wire(
            api_url=api_url,
            app_id=app_id,
            private_key=private_key,
            user_agent=user_agent,
            on_call=on_call,
            timeout_seconds=timeout_seconds,
        )
        self._tokens = Tokens(clock, self._ask_for_token)
        self._etags = Etags()
        self._installations = Installations(self._tokens, self._ask_for_installation)
        self._identity = Identity(self)

    def __repr__(self) -> str:
        return f"<GitHubClient of app {self.app_id} on {self._wire.base_url.host}>"

    @property
    def host(self) -> str:
        """The API's host name."""
        return self._wire.base_url.host

    @property
    def base_url(self) -> httpx.URL:
        """Where the API is."""
        return self._wire.base_url

    async def request(
        self,
        method: str,
        route: str,
        *,
        repository: Repository,
        permissions: Mapping[str, str],
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        remember: bool = False,
        **places: str | int,
    ) -> Answer:
        """Call a route of this repository, `/repos/{owner}/{repo}/...`; `places` fills its other braces.

        `remember` asks again with the ETag of the last answer. Raises `Unreachable` (for a write: it may have taken
        effect), `RateLimited`, `NotFound` or `Refused`.
        """
        call = _Call(method=method, url=_located(route, repository, places), route=route, query=query, body=body)
        scope, token = await self._installations.token(repository, permissions)
        key = (scope, call.url, tuple(sorted((query or {}).items()))) if remember else None
        return await self._authorised(call, scope, token, key)

    async def pages(
        self,
        route: str,
        *,
        repository: Repository,
        permissions: Mapping[str, str],
        query: Mapping[str, str | int],
        **places: str | int,
    ) -> AsyncIterator[Answer]:
        """The pages of a list, as GitHub's `Link` headers lead on; at most MOST_PAGES. Raises as `request` does."""
        call = _Call(method="GET", url=_located(route, repository, places), route=route, query=query)
        for _ in range(MOST_PAGES):
            scope, token = await self._installations.token(repository, permissions)
            answer = await self._authorised(call, scope, token, None)
            yield answer
            if answer.next is None:
                return
            call = _Call(method="GET", url=self._same_host(answer.next), route=route)

    async def pointer(
        self, route: str, *, repository: Repository, permissions: Mapping[str, str], **places: str | int
    ) -> str:
        """The address that GitHub points to with a 302, not followed: it may be anywhere, and must not see our token.

        A repository that was renamed is followed first, as by `request`. Raises as that does, and `Unreachable` when
        GitHub answered in another way.
        """
        call = _Call(method="GET", url=_located(route, repository, places), route=route, pointer=True)
        scope, token = await self._installations.token(repository, permissions)
        answer = await self._authorised(call, scope, token, None)
        if answer.location is None:
            raise Unreachable("GitHub did not say where that is", status=answer.status)
        return answer.location

    async def as_app(
        self, method: str, route: str, body: Mapping[str, Any] | None = None, **places: str | int
    ) -> Answer:
        """Call a route with the App's own JWT. Raises as `request` does, and `BotError` for an unusable key."""
        return await self.as_bearer(method, route, await self._wire.jwt(), body, **places)

    async def as_bearer(
        self, method: str, route: str, bearer: str | None, body: Mapping[str, Any] | None = None, **places: str | int
    ) -> Answer:
        """Call a route with that token, or as nobody. Raises as `request` does."""
        call = _Call(method=method, url=_filled(route, places), route=route, body=body)
        return self._judged(call, await self._exchange(call, bearer), bearer)

    async def as_installation(self, scope: Scope, route: str, **places: str | int) -> Answer:
        """Read a route with a token of that scope. Raises as `request` does."""
        call = _Call(method="GET", url=_filled(route, places), route=route)
        return await self._authorised(call, scope, await self._tokens.get(scope), None)

    async def app_slug(self) -> str:
        """The App's name in URLs; asked once. Its bot is `<slug>[bot]`."""
        return await self._identity.slug()

    async def app_identity(self) -> AppIdentity:
        """Who we are on this host; asked once."""
        return await self._identity.whole()

    async def installation_token(self, scope: Scope) -> str:
        """A token for that scope. Raises as `request` does."""
        return await self._tokens.get(scope)

    async def aclose(self) -> None:
        """Forget every token and close the connections."""
        await self._identity.aclose()
        await self._installations.aclose()
        await self._tokens.aclose()
        await self._wire.aclose()

    async def _authorised(self, call: _Call, scope: Scope, token: str, key: object | None) -> Answer:
        kept = self._etags.get(key) if key is not None else None
        headers = {"If-None-Match": kept.etag} if kept else None
        response = await self._exchange(call, token, headers)
        if response.status_code == 401:
            self._tokens.drop(scope, token)
            token = await self._tokens.get(scope)
            response = await self._exchange(call, token, headers)
        if kept is not None and response.status_code == 304:
            return Answer(status=200, body=kept.body)
        answer = self._judged(call, response, token)
        if key is not None:
            self._etags.keep(key, response.headers.get("etag"), answer.body)
        return answer

    async def _exchange(
        self, call: _Call, bearer: str | None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        response = await self._wire.send(
            call.method, call.url, route=call.route, bearer=bearer, query=call.query, body=call.body, headers=headers
        )
        if response.has_redirect_location and call.method == "GET" and not call.answered_by(response):
            moved = self._same_host(response.headers["location"])
            response = await self._wire.send("GET", moved, route=call.route, bearer=bearer, headers=headers)
        return response

    def _judged(self, call: _Call, response: httpx.Response, bearer: str | None) -> Answer:
        if call.answered_by(response):
            return Answer(status=response.status_code, body=b"", location=response.headers["location"])
        if not response.is_success:
            raise failure(response, self._clock.now(), (bearer,) if bearer else ())
        following = response.links.get("next", {}).get("url")
        return Answer(status=response.status_code, body=response.content, next=following)

    def _same_host(self, address: str) -> str:
        """The address, when it lies below our API's: a token is shown to no other host, nor to other paths of it."""
        base = self.base_url
        try:
            url = base.join(address)
        except httpx.InvalidURL as error:
            raise Refused("GitHub points to an address that can not be read.") from error
        if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port) or not url.path.startswith(
            base.path
        ):
            raise Refused("GitHub points to another host, which is not followed.")
        return str(url)

    async def _ask_for_installation(self, repository: Repository) -> int:
        route = "/repos/{owner}/{repo}/installation"
        answer = await self.as_app("GET", route, owner=repository.owner, repo=repository.name)
        return answer.read(_InstallationFacts).id

    async def _ask_for_token(self, scope: Scope) -> Token:
        answer = await self.as_app(
            "POST",
            "/app/installations/{installation_id}/access_tokens",
            scope.body(),
            installation_id=scope.installation,
        )
        facts = answer.read(_TokenFacts)
        return Token(value=facts.token, expires_at=facts.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    url: str
    route: str
    query: Mapping[str, str | int] | None = None
    body: Mapping[str, Any] | None = None
    pointer: bool = False
    """Whether a 302 is the answer; a renamed repository is told by 301, 307 and 308."""

    def answered_by(self, response: httpx.Response) -> bool:
        return self.pointer and response.status_code == 302 and response.has_redirect_location


def _located(route: str, repository: Repository, places: Mapping[str, str | int]) -> str:
    return _filled(route, {"owner": repository.owner, "repo": repository.name, **places})


def _filled(route: str, places: Mapping[str, str | int]) -> str:
    """The route with its braces filled. A slash stays one only in `{path}` and `{ref}`, which hold several steps."""
    quoted = {name: quote(str(value), safe="/" if name in {"path", "ref"} else "") for name, value in places.items()}
    return route.format_map(quoted)
