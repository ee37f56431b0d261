"""Owns calls to one GitHub host in the App's name: which identity asks, what a failure means, what is asked again.

A call names the one repository it is about and the permissions it needs; it gets a token for exactly these. A 401 is
the one answer after which a call is sent again, once, with a new token: GitHub did nothing then. A GET follows one
redirect on the same host (a renamed repository). A write follows none (T8): where it went is looked up by the number of
the repository, and whoever wanted the write repeats it under the new name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

import httpx
import msgspec

from bot.clock import Clock
from bot.errors import Moved, RateLimited, Unreachable
from bot.github.budget import APP, Budget, Turn
from bot.github.call import GRAPHQL, Answer, Call, below, filled, graphql_url, located
from bot.github.etags import Etags
from bot.github.facts import Moment, RepositoryFacts
from bot.github.failures import WAIT_SECONDS, failure
from bot.github.identity import AppIdentity, Identity
from bot.github.installations import Installations
from bot.github.names import moved
from bot.github.tokens import Scope, Token, Tokens
from bot.github.wire import CALL_SECONDS, OnCall, Wire
from bot.lanes import Lane
from bot.model.repository import Repository

MOST_PAGES: Final = 20

_BY_NUMBER: Final = "/repositories/{repository_id}"

OnMoved = Callable[[Repository], Awaitable[None]]
"""Told the labels under which GitHub knows a repository now."""


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
        on_moved: OnMoved | None = None,
        timeout_seconds: float = CALL_SECONDS,
    ) -> None:
        """`private_key` is PEM text; `user_agent` is ours with the version; `on_call` hears of every exchange, and
        `on_moved` of every repository that has another name."""
        self.connection = connection
        self.app_id = app_id
        self.budget = Budget(clock)
        self._clock = clock
        self._on_moved = on_moved
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
        self._lane = Lane("GitHub")

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
        turn: Turn = Turn.NORMAL,
        content: bool = False,
        **places: str | int,
    ) -> Answer:
        """Call a route of this repository, `/repos/{owner}/{repo}/...`, or GRAPHQL; `places` fills its other braces.

        `remember` asks again with the ETag of the last answer; `turn` and `content` are what `bot.github.budget` asks.
        Raises `Unreachable` (for a write: it may have taken effect), `RateLimited`, `NotFound` or `Refused`, and
        `Moved` for a write to a name that the repository no longer has: nothing was done, and the new one is known.
        """
        url = graphql_url(self.base_url) if route == GRAPHQL else located(route, repository, places)
        call = Call(method=method, url=url, route=route, query=query, body=body, turn=turn, content=content)
        scope, token = await self._token(repository, permissions)
        key = (scope, call.url, tuple(sorted((query or {}).items()))) if remember else None
        try:
            return await self._authorised(call, scope, token, key)
        except Moved:
            await self._find_again(repository, scope)
            raise

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
        call = Call(method="GET", url=located(route, repository, places), route=route, query=query)
        for _ in range(MOST_PAGES):
            scope, token = await self._token(repository, permissions)
            answer = await self._authorised(call, scope, token, None)
            yield answer
            if answer.next is None:
                return
            call = Call(method="GET", url=below(self.base_url, answer.next), route=route)

    async def pointer(
        self, route: str, *, repository: Repository, permissions: Mapping[str, str], **places: str | int
    ) -> str:
        """The address that GitHub points to with a 302, not followed: it may be anywhere, and must not see our token.

        A repository that was renamed is followed first, as by `request`. Raises as that does, and `Unreachable` when
        GitHub answered in another way.
        """
        call = Call(method="GET", url=located(route, repository, places), route=route, pointer=True)
        scope, token = await self._token(repository, permissions)
        answer = await self._authorised(call, scope, token, None)
        if answer.location is None:
            raise Unreachable("GitHub did not say where that is", status=answer.status)
        return answer.location

    async def as_app(
        self,
        method: str,
        route: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str | int] | None = None,
        **places: str | int,
    ) -> Answer:
        """Call a route with the App's own JWT. Raises as `request` does, and `BotError` for an unusable key."""
        jwt = await self._wire.jwt()
        call = Call(method=method, url=filled(route, places), route=route, query=query, body=body)
        self.budget.rest(APP)
        return self._heard(call, APP, await self._exchange(call, jwt), jwt)

    async def as_bearer(
        self, method: str, route: str, bearer: str | None, body: Mapping[str, Any] | None = None, **places: str | int
    ) -> Answer:
        """Call a route with that token, or as nobody. Raises as `request` does."""
        call = Call(method=method, url=filled(route, places), route=route, body=body)
        return self._judged(call, await self._exchange(call, bearer), bearer)

    async def as_installation(self, scope: Scope, route: str, **places: str | int) -> Answer:
        """Read a route with a token of that scope. Raises as `request` does."""
        call = Call(method="GET", url=filled(route, places), route=route)
        return await self._authorised(call, scope, await self._tokens.get(scope), None)

    async def app_slug(self) -> str:
        """The App's name in URLs; asked once. Its bot is `<slug>[bot]`."""
        async with self._lane.call():
            return await self._identity.slug()

    async def app_identity(self) -> AppIdentity:
        """Who we are on this host; asked once."""
        async with self._lane.call():
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

    async def _token(self, repository: Repository, permissions: Mapping[str, str]) -> tuple[Scope, str]:
        async with self._lane.call():  # many may wait for one token
            return await self._installations.token(repository, permissions)

    async def _authorised(self, call: Call, scope: Scope, token: str, key: object | None) -> Answer:
        kept = self._etags.get(key) if key is not None else None
        headers = {"If-None-Match": kept.etag} if kept else None
        self.budget.take(scope.installation, call.counts_as, call.turn, content=call.content)
        response = await self._exchange(call, token, headers)
        if response.status_code == 401:
            self._tokens.drop(scope, token)
            token = await self._tokens.get(scope)
            response = await self._exchange(call, token, headers)
        if kept is not None and response.status_code == 304:
            return Answer(status=200, body=kept.body)
        answer = self._heard(call, scope.installation, response, token)
        if key is not None:
            self._etags.keep(key, response.headers.get("etag"), answer.body)
        return answer

    def _heard(self, call: Call, installation: int, response: httpx.Response, token: str) -> Answer:
        """The answer; what it says about limits is for everybody who asks in the name of this installation."""
        try:
            answer = self._judged(call, response, token)
        except RateLimited as error:
            self.budget.pause(installation, error.retry_after or WAIT_SECONDS)
            raise
        self.budget.hear(installation, response.headers)
        return answer

    async def _find_again(self, repository: Repository, scope: Scope) -> None:
        """Who has that number now, and under which name (T8). Raises `Refused` when that leads nowhere new.

        https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
        """
        call = Call(method="GET", url=filled(_BY_NUMBER, {"repository_id": repository.id}), route=_BY_NUMBER)
        answer = await self._authorised(call, scope, await self._tokens.get(scope), None)
        found = moved(repository, answer.read(RepositoryFacts), scope.installation)
        if self._on_moved is not None:
            await self._on_moved(found)

    async def _exchange(
        self, call: Call, bearer: str | None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        async with self._lane.call():
            response = await self._wire.send(
                call.method,
                call.url,
                route=call.route,
                bearer=bearer,
                query=call.query,
                body=call.body,
                headers=headers,
            )
            if response.has_redirect_location and call.method == "GET" and not call.answered_by(response):
                moved_to = below(self.base_url, response.headers["location"])
                response = await self._wire.send("GET", moved_to, route=call.route, bearer=bearer, headers=headers)
        return response

    def _judged(self, call: Call, response: httpx.Response, bearer: str | None) -> Answer:
        if call.answered_by(response):
            return Answer(status=response.status_code, body=b"", location=response.headers["location"])
        if call.astray(response):
            raise Moved("The repository has another name now; nothing was done.", status=response.status_code)
        if not response.is_success:
            raise failure(response, self._clock.now(), (bearer,) if bearer else ())
        following = response.links.get("next", {}).get("url")
        return Answer(status=response.status_code, body=response.content, next=following)

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
