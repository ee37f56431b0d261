"""Owns the pages by which two accounts are linked: cookie, form token and policy around the steps of flow (T5).

A cookie holds the secret of the one browser that an attempt belongs to. Forms carry a token made from it, so no other
site can send them; the token of the last form also names the attempt's version, so a yes is to what was seen.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from bot.flow.link_attempt import SECONDS, Stopped, Why, until
from bot.flow.link_browser import GITHUB_CALLBACK, SLACK_CALLBACK, Browser, Callback
from bot.flow.link_confirm import Review
from bot.web import pages

log = logging.getLogger(__name__)

COOKIE: Final = "signalbox-link"
CONFIRM: Final = "/link/confirm"
LOGIN_GITHUB: Final = "/login/github"
LOGIN_SLACK: Final = "/login/slack"

STATUS: Final = {
    Why.UNKNOWN: 404,
    Why.ENDED: 410,
    Why.EXPIRED: 410,
    Why.OTHER_BROWSER: 403,
    Why.STALE: 400,
    Why.CHANGED: 409,
    Why.DENIED: 200,
    Why.UNREACHABLE: 503,
    Why.REFUSED: 403,
    Why.WRONG_SLACK_USER: 403,
    Why.OBJECTION: 409,
}

AGAIN: Final = frozenset({Why.STALE, Why.CHANGED, Why.DENIED, Why.UNREACHABLE, Why.REFUSED})
"""The attempt lives, so the person can go on from where they are."""

Handler = Callable[[web.Request], Awaitable[web.Response]]


class LinkPages:
    """The routes of linking."""

    def __init__(self, browser: Browser, *, https: bool, command: str) -> None:
        """`https` says how people reach us; `command` is the slash command that they type."""
        self._browser = browser
        self._confirm = browser.question
        self._https = https
        self._command = command
        # No other host and no page without TLS can set a cookie of this name.
        # https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
        self._cookie = f"__Host-{COOKIE}" if https else COOKIE

    def routes(self) -> list[web.RouteDef]:
        """For `bot.web.app.create`."""
        return [
            web.get("/link/slack/{nonce}", self._page(self.offer)),
            web.post("/link/slack/{nonce}", self._page(self.open)),
            web.get(LOGIN_GITHUB, self._page(self.to_github), allow_head=False),
            web.get(GITHUB_CALLBACK, self._page(self.from_github), allow_head=False),
            web.get(LOGIN_SLACK, self._page(self.to_slack), allow_head=False),
            web.get(SLACK_CALLBACK, self._page(self.from_slack), allow_head=False),
            web.get(CONFIRM, self._page(self.ask)),
            web.post(CONFIRM, self._page(self.answer)),
        ]

    async def offer(self, request: web.Request) -> web.Response:
        """`GET` of the private address: what will happen, and a button. Nothing is used up by it."""
        nonce, secret = request.match_info["nonce"], self._secret(request)
        attempt = await self._browser.look(nonce, secret)
        secret = secret or secrets.token_urlsafe()
        token = _token(secret, nonce)
        page = self._html("link_opened.html.j2", slack=attempt.slack, until=until(attempt), token=token)
        # Browsers hold the redirect that answers a form against this too: https://www.w3.org/TR/CSP3/#form-action
        _forms(page, f"'self' {self._browser.sign_in_origin}")
        return self._remember(page, secret)

    async def open(self, request: web.Request) -> web.Response:
        """The button: the attempt belongs to this browser from now on, and GitHub is asked who this is."""
        nonce, secret = request.match_info["nonce"], self._secret(request)
        await _check(request, secret, nonce)
        return self._remember(_see(LOGIN_GITHUB), await self._browser.open(nonce, secret))

    async def to_github(self, request: web.Request) -> web.Response:
        """To GitHub's sign-in."""
        return _see(await self._browser.to_github(self._secret(request)))

    async def from_github(self, request: web.Request) -> web.Response:
        """Back from GitHub. The page to go on with is another one, so that the code does not stay in the address."""
        await self._browser.from_github(self._secret(request), _callback(request))
        return _see(CONFIRM)

    async def to_slack(self, request: web.Request) -> web.Response:
        """To Slack's sign-in."""
        return _see(await self._browser.to_slack(self._secret(request)))

    async def from_slack(self, request: web.Request) -> web.Response:
        """Back from Slack."""
        await self._browser.from_slack(self._secret(request), _callback(request))
        return _see(CONFIRM)

    async def ask(self, request: web.Request) -> web.Response:
        """What is still missing; once nothing is, both accounts and the question."""
        secret = self._secret(request)
        review = await self._confirm.review(secret)
        if review.github is None:
            return _see(LOGIN_GITHUB)
        if review.slack_first:
            return self._html("link_proven.html.j2", review=review, slack_url=LOGIN_SLACK)
        token = _token(secret, _version(review))
        page = self._html("link_asked.html.j2", review=review, token=token, github_url=LOGIN_GITHUB)
        return _forms(page, "'self'")

    async def answer(self, request: web.Request) -> web.Response:
        """Yes: the accounts are linked, or the code is shown that does it."""
        secret = self._secret(request)
        review = await self._confirm.review(secret)
        await _check(request, secret, _version(review))
        done = await self._confirm.confirm(review)
        if done.code is not None:
            return self._html("link_coded.html.j2", review=review, code=done.code, until=until(review.attempt))
        return self._forget(self._html("link_finished.html.j2", review=review))

    def _page(self, handler: Handler) -> Handler:
        """The one place where a way that ended becomes a page."""

        async def page(request: web.Request) -> web.Response:
            try:
                return await handler(request)
            except Stopped as stop:
                log.info("A link was not made", extra={"action": "link_stopped", "reason": stop.why.value})
                again = CONFIRM if stop.why in AGAIN and self._secret(request) else None
                return self._html("link_stopped.html.j2", STATUS[stop.why], stop=stop, again=again)

        return page

    def _html(self, template: str, status: int = 200, **fields: object) -> web.Response:
        return pages.html(template, status, command=self._command, **fields)

    def _secret(self, request: web.Request) -> str:
        return request.cookies.get(self._cookie, "")

    def _remember(self, response: web.Response, secret: str) -> web.Response:
        self._set(response, secret, SECONDS)
        return response

    def _forget(self, response: web.Response) -> web.Response:
        self._set(response, "", 0)
        return response

    def _set(self, response: web.Response, secret: str, seconds: int) -> None:
        # Lax: the way back from GitHub begins on GitHub's page, and a strict cookie would stay behind.
        response.set_cookie(
            self._cookie, secret, max_age=seconds, path="/", secure=self._https, httponly=True, samesite="Lax"
        )


def _version(review: Review) -> str:
    return f"{review.attempt.id}:{review.attempt.version}"


def _token(secret: str, about: str) -> str:
    """Only who reads this browser's cookie can make it, and it is good for one thing."""
    return hmac.new(secret.encode(), about.encode(), hashlib.sha256).hexdigest()


async def _check(request: web.Request, secret: str, about: str) -> None:
    try:
        form = await request.post() if secret else {}
    except (LookupError, ValueError) as error:  # no form, or one in an encoding that nobody knows
        raise Stopped(Why.CHANGED) from error
    if not hmac.compare_digest(str(form.get("token", "")).encode(), _token(secret, about).encode()):
        raise Stopped(Why.CHANGED)


def _callback(request: web.Request) -> Callback:
    query = request.query
    return Callback(state=query.get("state", ""), code=query.get("code", ""), error=query.get("error", ""))


def _see(address: str) -> web.Response:
    """Go there with GET. https://www.rfc-editor.org/rfc/rfc9110#section-15.4.4"""
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})


def _forms(page: web.Response, where: str) -> web.Response:
    page.headers[pages.POLICY] = pages.HEADERS[pages.POLICY].replace("form-action 'none'", f"form-action {where}")
    return page
