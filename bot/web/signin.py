"""Owns signing in to the pages: cookies and redirects around the steps of flow, and the way out.

Two cookies: one for the minutes at GitHub, one for the session. Neither can be read by scripts, sent over plain http or
set by another host; only their hashes reach the database.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

from aiohttp import web

from bot.flow.link_browser import GITHUB_CALLBACK, Callback
from bot.flow.signin import HOME, LIFETIME, NotSignedIn, SignIn, local
from bot.model.people import GitHubAccount
from bot.web import pages

log = logging.getLogger(__name__)

LOGIN: Final = "/login/github"
LOGOUT: Final = "/logout"
SESSION: Final = "signalbox-session"
LEAVING: Final = "signalbox-signin"
LEAVING_SECONDS: Final = 600
ABOUT: Final = "sign-out"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SignInPages:
    """`/login/github`, where GitHub sends people back to, and `/logout`."""

    def __init__(self, signin: SignIn, *, https: bool, linking: dict[str, Handler]) -> None:
        """`linking` are the handlers of the two shared addresses for people who link their Slack account."""
        self._signin = signin
        self._https = https
        self._linking = linking
        prefix = "__Host-" if https else ""
        self._session, self._leaving = f"{prefix}{SESSION}", f"{prefix}{LEAVING}"

    def routes(self) -> list[web.RouteDef]:
        """For `bot.web.app.create`."""
        return [
            web.get(LOGIN, self.to_github, allow_head=False),
            web.get(GITHUB_CALLBACK, self.from_github, allow_head=False),
            web.post(LOGOUT, self.out),
        ]

    async def account(self, request: web.Request) -> GitHubAccount | None:
        """Who is signed in in this browser."""
        return await self._signin.who(self._secret(request))

    def first(self, request: web.Request) -> web.Response:
        """Sign in first, then come back to this very address."""
        return _see(f"{LOGIN}?next={quote(local(request.path), safe='/')}")

    def token(self, request: web.Request) -> str:
        """For the form that signs out: only who reads this browser's cookie can make it."""
        return hmac.new(self._secret(request).encode(), ABOUT.encode(), hashlib.sha256).hexdigest()

    async def to_github(self, request: web.Request) -> web.StreamResponse:
        """To GitHub's sign-in; without `next` it is the way of those who link their accounts, where there is one."""
        if "next" not in request.query and LOGIN in self._linking:
            return await self._linking[LOGIN](request)
        leaving = self._signin.leave(request.query.get("next"))
        return self._set(_see(leaving.url), self._leaving, leaving.kept, LEAVING_SECONDS)

    async def from_github(self, request: web.Request) -> web.StreamResponse:
        """Back from GitHub, with a session; whoever left to link their accounts is not ours."""
        query, kept = request.query, request.cookies.get(self._leaving, "")
        if not self._signin.expects(kept, query.get("state", "")) and GITHUB_CALLBACK in self._linking:
            return await self._linking[GITHUB_CALLBACK](request)
        callback = Callback(state=query.get("state", ""), code=query.get("code", ""), error=query.get("error", ""))
        try:
            arrived = await self._signin.arrive(kept, callback)
        except NotSignedIn as error:
            log.info("Somebody did not sign in", extra={"action": "sign_in_stopped"})
            page = pages.html("signin_stopped.html.j2", 503 if error.service_away else 403, why=error.why, again=LOGIN)
            return self._set(page, self._leaving, "", 0)
        response = self._set(_see(arrived.where), self._leaving, "", 0)
        return self._set(response, self._session, arrived.secret, int(LIFETIME.total_seconds()))

    async def out(self, request: web.Request) -> web.Response:
        """The button; a form that is not ours signs nobody out."""
        form = await request.post() if request.content_type == "application/x-www-form-urlencoded" else {}
        if not hmac.compare_digest(str(form.get("token", "")).encode(), self.token(request).encode()):
            raise web.HTTPForbidden
        await self._signin.end(self._secret(request))
        return self._set(_see(HOME), self._session, "", 0)

    def _secret(self, request: web.Request) -> str:
        return request.cookies.get(self._session, "")

    def _set(self, response: web.Response, name: str, value: str, seconds: int) -> web.Response:
        # Lax: the way back from GitHub begins on GitHub's page, and a strict cookie would stay behind.
        response.set_cookie(name, value, max_age=seconds, path="/", secure=self._https, httponly=True, samesite="Lax")
        return response


def _see(address: str) -> web.Response:
    """Go there with GET. https://www.rfc-editor.org/rfc/rfc9110#section-15.4.4"""
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
