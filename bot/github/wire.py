"""Owns one exchange with one GitHub host: version header, deadline, measuring; nothing is retried or followed here.

githubkit brings the transport and the App's JWT. Its own conveniences are switched off, each for a reason: its HTTP
cache is shared between tokens, its token cache between hosts, its retry repeats POST and sleeps for up to an hour, its
deadline is none, and its errors are told apart in `bot.github.failures` instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Final, cast

import httpx
from githubkit.auth.app import AppAuth
from githubkit.auth.unauth import UnauthAuthStrategy
from githubkit.cache import MemCacheStrategy
from githubkit.core import GitHubCore
from githubkit.exception import RequestError
from githubkit.response import Response
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import PyJWTError

from bot.errors import BotError, Unreachable

API_VERSION: Final = "2022-11-28"
"""The newest that GitHub Enterprise Server before 3.21 knows; 2026-03-10 is refused there."""
CALL_SECONDS: Final = 10.0

OnCall = Callable[[str, str, int | None, float], None]
"""Told of each exchange: method, route template (no names in it), status or None without an answer, seconds."""


class _Core(GitHubCore[UnauthAuthStrategy]):
    """githubkit's core with one HTTP client for its whole life.

    Its own way keeps the client in a context variable, so a task that was started elsewhere would make a new one,
    connection and TLS set-up included, for each call.
    """

    _client: httpx.AsyncClient | None = None

    @contextlib.asynccontextmanager
    async def get_async_client(self) -> AsyncGenerator[httpx.AsyncClient, None]:
        if self._client is None:
            self._client = await self._create_async_client()
        yield self._client

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _check(self, response: httpx.Response, *_: Any, **__: Any) -> Response[Any]:
        return Response(response, Any)  # githubkit's own look fails on a `retry-after` that is a date


class _AppJwt(AppAuth):
    """The App's JWT. The data class it comes from would show the key."""

    def __repr__(self) -> str:
        return f"<JWT of app {self.app_id}>"


class Wire:
    """The way to one host."""

    def __init__(
        self,
        *,
        api_url: str,
        app_id: int,
        private_key: str,
        user_agent: str,
        on_call: OnCall | None = None,
        timeout_seconds: float = CALL_SECONDS,
    ) -> None:
        """`api_url` is `https://api.github.com` or `https://HOST/api/v3`; `private_key` is PEM text."""
        self._core = _Core(
            UnauthAuthStrategy(),
            base_url=api_url.rstrip("/"),
            user_agent=user_agent,
            timeout=None,  # `send` has one deadline for the whole; httpx would set a timer for each of its steps
            follow_redirects=False,
            http_cache=False,
            cache_strategy=MemCacheStrategy(),
            auto_retry=False,
        )
        self._app_id = app_id
        self._private_key = private_key
        self._jwt: _AppJwt | None = None
        self._on_call = on_call
        self._seconds = timeout_seconds

    def __repr__(self) -> str:
        return f"<Wire to {self._core.config.base_url.host}>"

    @property
    def base_url(self) -> httpx.URL:
        """Where the API is, with a slash at the end."""
        return self._core.config.base_url

    async def jwt(self) -> str:
        """The App's JWT, remade every eight minutes. Raises `BotError` when the private key can not sign."""
        try:
            if self._jwt is None:
                # Reading and checking a key takes 50 ms, once and beside the loop; signing with it takes two.
                key = await asyncio.to_thread(RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key, self._private_key)
                self._jwt = _AppJwt(self._core, self._app_id, cast(str, key))
            return await self._jwt.aget_jwt()
        except (PyJWTError, ValueError, TypeError, AttributeError) as error:  # the last for a public key
            raise BotError(f"The App's private key can not be used ({type(error).__name__})") from error

    async def send(
        self,
        method: str,
        url: str,
        *,
        route: str,
        bearer: str | None,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Whatever GitHub answers, a refusal too. `url` is a path, or an address on this host that GitHub gave us.

        Raises `Unreachable` when no answer came within the deadline; the request may have taken effect even so.
        """
        sent = _headers(bearer, headers)
        start, status = time.perf_counter(), None
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._core.arequest(method, url, params=query, json=body, headers=sent)
            status = answer.status_code
            return answer.raw_response
        except RequestError as error:
            raise Unreachable(f"GitHub did not answer ({type(error.exc).__name__})") from error
        except TimeoutError as error:
            raise Unreachable(f"GitHub did not answer within {self._seconds:g} seconds") from error
        finally:
            if self._on_call is not None:
                self._on_call(method, route, status, time.perf_counter() - start)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._core.aclose()


def _headers(bearer: str | None, more: Mapping[str, str] | None) -> dict[str, str]:
    authorization = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
    return {"X-GitHub-Api-Version": API_VERSION, **authorization, **(more or {})}
