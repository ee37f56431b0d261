"""Owns signing in with GitHub: the web flow with PKCE, whose token is used once, revoked and forgotten.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
githubkit is not used here: it knows no PKCE, and derives a wrong address where data resides in a region of its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import httpx
import msgspec

from bot.clock import Clock
from bot.errors import Refused, Unreachable, UpstreamError
from bot.github.failures import failure
from bot.github.wire import API_VERSION, CALL_SECONDS, OnCall
from bot.model.people import GitHubAccount

log = logging.getLogger(__name__)

_SENTENCES: Final = {
    "bad_verification_code": "GitHub says that this sign-in has been used or is too old. Start again.",
    "incorrect_client_credentials": "GitHub does not know this app's client id and secret.",
    "redirect_uri_mismatch": "GitHub does not know this server's callback address; it has to be added to the app.",
    "unverified_user_email": "GitHub wants you to verify your e-mail address there first.",
    "access_denied": "The sign-in was cancelled.",
}
"""https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors"""

_EXCHANGE: Final = "/login/oauth/access_token"
_REVOKE: Final = "/applications/{client_id}/token"
_JSON: Final = {"Accept": "application/json"}
_API: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION}

S = TypeVar("S", bound=msgspec.Struct)


class _Exchanged(msgspec.Struct):
    access_token: str = ""
    token_type: str = ""
    error: str = ""


class _User(msgspec.Struct):
    id: int
    login: str
    type: str = ""


class OAuth:
    """Sign-in on one connection. It satisfies `bot.flow.ports.GitHubSignIn`."""

    def __init__(
        self,
        *,
        connection: UUID,
        api_url: str,
        server_url: str,
        client_id: str,
        client_secret: str,
        clock: Clock,
        user_agent: str,
        on_call: OnCall | None = None,
        timeout_seconds: float = CALL_SECONDS,
    ) -> None:
        """`api_url` and `server_url` as in `Connection`; the client's id and secret are the GitHub App's own."""
        self._connection = connection
        self._api = api_url.rstrip("/")
        self._server = server_url.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._user_agent = user_agent
        self._seconds = timeout_seconds
        self._on_call = on_call

    def __repr__(self) -> str:
        return f"<OAuth of {self._client_id} on {httpx.URL(self._server).host}>"

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """Where to send the browser. `challenge` is the base64url SHA-256 of the verifier (S256).

        GitHub lets the person choose the account each time: the one that the browser is signed in with may be another.
        """
        query = {
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "prompt": "select_account",
            "allow_signup": "false",
        }
        return f"{self._server}/login/oauth/authorize?{urlencode(query)}"

    async def who(self, *, code: str, verifier: str, redirect_uri: str) -> GitHubAccount:
        """Who signed in. The token is revoked before anybody hears of it.

        Raises `Refused` with a sentence for the person when GitHub does not take the code, or when it is no person's;
        `Unreachable` and `RateLimited` when GitHub did not answer: a code works once, so the person starts again.
        """
        # A client of its own, so that no cookie of one person's sign-in is in another's.
        async with httpx.AsyncClient(headers={"User-Agent": self._user_agent}, timeout=None) as http:
            token = await self._exchange(http, code, verifier, redirect_uri)
            try:
                user = await self._user(http, token)
            finally:
                await self._revoke(http, token)
        if user.type != "User":
            raise Refused("Only people can sign in.")
        return GitHubAccount(connection=self._connection, id=user.id, login=user.login)

    async def _exchange(self, http: httpx.AsyncClient, code: str, verifier: str, redirect_uri: str) -> str:
        """GitHub says what is wrong with status 200, in `error`."""
        form = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        secrets = (self._client_secret, code, verifier)
        request = http.build_request("POST", f"{self._server}{_EXCHANGE}", data=form, headers=_JSON)
        response = await self._send(http, request, _EXCHANGE, secrets)
        answer = _read(response, _Exchanged)
        if answer.error:
            log.warning("GitHub refused a sign-in: %s", answer.error[:60], extra={"action": "sign_in_refused"})
            raise Refused(_SENTENCES.get(answer.error, "GitHub refused this sign-in. Start again."), status=200)
        if not answer.access_token or answer.token_type.lower() != "bearer":
            raise Unreachable("The answer does not have GitHub's shape", status=response.status_code)
        return answer.access_token

    async def _user(self, http: httpx.AsyncClient, token: str) -> _User:
        headers = {"Authorization": f"Bearer {token}", **_API}
        request = http.build_request("GET", f"{self._api}/user", headers=headers)
        return _read(await self._send(http, request, "/user", (token,)), _User)

    async def _revoke(self, http: httpx.AsyncClient, token: str) -> None:
        """What can not be revoked ends by itself within eight hours: that is worth a line, not a failed sign-in.

        https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
        """
        url = f"{self._api}{_REVOKE.format(client_id=self._client_id)}"
        basic = httpx.BasicAuth(self._client_id, self._client_secret)
        request = http.build_request("DELETE", url, json={"access_token": token}, headers=_API)
        try:
            await self._send(http, request, _REVOKE, (self._client_secret, token), basic)
        except UpstreamError as error:
            log.warning("A user's token was not revoked: %s", error, extra={"action": "token_not_revoked"})

    async def _send(
        self,
        http: httpx.AsyncClient,
        request: httpx.Request,
        route: str,
        secrets: tuple[str, ...],
        auth: httpx.Auth | None = None,
    ) -> httpx.Response:
        """The successful answer. Raises `UpstreamError`, without `secrets` in its words or causes."""
        start, status = time.perf_counter(), None
        try:
            async with asyncio.timeout(self._seconds):
                response = await http.send(request, auth=auth)
            status = response.status_code
        except httpx.HTTPError as error:
            raise Unreachable(f"GitHub did not answer ({type(error).__name__})") from None
        except TimeoutError as error:
            raise Unreachable(f"GitHub did not answer within {self._seconds:g} seconds") from error
        finally:
            if self._on_call is not None:
                self._on_call(request.method, route, status, time.perf_counter() - start)
        if not response.is_success:
            raise failure(response, self._clock.now(), secrets)
        return response


def _read(response: httpx.Response, shape: type[S]) -> S:
    """The body's needed fields; what does not fit may hold the token, so the cause is not kept."""
    try:
        return msgspec.json.decode(response.content, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Unreachable("The answer does not have GitHub's shape", status=response.status_code) from None
