"""Owns the way through the browser: one attempt, one browser, GitHub's sign-in, and Slack's where it can be had (T5).

No transaction is open while GitHub or Slack is asked. OAuth tokens never get here: the adapters use them once and
forget them.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from bot.errors import UpstreamError
from bot.flow.link import Linking, digest, same
from bot.flow.link_attempt import Attempts, Stopped, Why, upstream
from bot.flow.link_confirm import Confirm
from bot.flow.ports import Clock, GitHubSignIn, Mint, SlackSignIn, SlackUsers, Units
from bot.model.link import LinkAttempt

GITHUB_CALLBACK: Final = "/login/github/callback"
SLACK_CALLBACK: Final = "/login/slack/callback"

_GITHUB: Final = "github"
_SLACK: Final = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """What comes back from a sign-in page, in the address."""

    state: str
    code: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """The steps up to the question. Every one raises `Stopped`."""

    units: Units
    linking: Linking
    users: SlackUsers
    github: GitHubSignIn
    slack: SlackSignIn | None
    """None without Slack's client credentials: then a code proves the Slack user."""
    clock: Clock
    mint: Mint
    public_url: str

    @property
    def attempts(self) -> Attempts:
        """The attempts that browsers hold."""
        return Attempts(self.units, self.clock)

    @property
    def question(self) -> Confirm:
        """The step after these."""
        return Confirm(
            units=self.units,
            attempts=self.attempts,
            linking=self.linking,
            users=self.users,
            slack_signs_in=self.slack is not None,
            clock=self.clock,
            mint=self.mint,
        )

    @property
    def sign_in_origin(self) -> str:
        """Where GitHub's sign-in page is, for the page's policy."""
        parts = urlsplit(self.github.authorize_url(state="", challenge="", redirect_uri=""))
        return f"{parts.scheme}://{parts.netloc}"

    async def look(self, nonce: str, secret: str) -> LinkAttempt:
        """The attempt of a private address. Looking uses nothing up: chat programs open links to show a preview."""
        async with self.units.read() as unit:
            attempt = self.attempts.live(await unit.link_attempts.by_nonce(digest(nonce)))
        if attempt.browser_hash is not None and not _holds(secret, attempt):
            raise Stopped(Why.OTHER_BROWSER)
        return attempt

    async def open(self, nonce: str, secret: str) -> str:
        """Bind the attempt to this browser; the secret for its cookie comes back, `secret` is the one that it has.

        An address that two browsers open is in wrong hands, so the attempt ends if the first one had gone on.
        """
        async with self.attempts.writing() as unit:
            attempt = self.attempts.live(await unit.link_attempts.by_nonce(digest(nonce)))
            if _holds(secret, attempt):
                return secret
            if attempt.browser_hash is None:
                fresh = self.mint.nonce()
                await unit.link_attempts.save(replace(attempt, browser_hash=digest(fresh, "browser")))
                return fresh
            if attempt.state_hash is not None or attempt.github is not None:
                await self.linking.give_up(unit, attempt, "opened in a second browser")
        raise Stopped(Why.OTHER_BROWSER)

    async def to_github(self, secret: str) -> str:
        """The address of GitHub's sign-in for this attempt; whoever signed in before is forgotten."""
        verifier = self.mint.nonce()
        state = await self._depart(secret, _GITHUB, verifier=verifier)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        redirect_uri = self.public_url + GITHUB_CALLBACK
        return self.github.authorize_url(state=state, challenge=challenge, redirect_uri=redirect_uri)

    async def from_github(self, secret: str, callback: Callback) -> None:
        """Note who signed in to GitHub."""
        before, after = await self._arrive(secret, _GITHUB, callback)
        assert before.verifier is not None
        try:
            account = await self.github.who(
                code=callback.code, verifier=before.verifier, redirect_uri=self.public_url + GITHUB_CALLBACK
            )
        except UpstreamError as error:
            raise upstream(error, "GitHub") from error
        await self.attempts.save(replace(after, github=account))

    async def to_slack(self, secret: str) -> str:
        """The address of Slack's sign-in for this attempt."""
        if self.slack is None:
            raise Stopped(Why.UNKNOWN)
        attempt = await self.attempts.of_browser(secret)
        state = await self._depart(secret, _SLACK, verifier=None)
        return self.slack.authorize_url(
            state=state,
            nonce=digest(state, "openid"),
            team=attempt.slack.home,
            redirect_uri=self.public_url + SLACK_CALLBACK,
        )

    async def from_slack(self, secret: str, callback: Callback) -> None:
        """Note that the Slack user who asked is in this browser; anybody else ends the attempt (T5)."""
        if self.slack is None:
            raise Stopped(Why.UNKNOWN)
        _, attempt = await self._arrive(secret, _SLACK, callback)
        nonce = digest(callback.state, "openid")
        try:
            team, user = await self.slack.who(
                code=callback.code, nonce=nonce, redirect_uri=self.public_url + SLACK_CALLBACK
            )
        except UpstreamError as error:
            raise upstream(error, "Slack") from error
        if (team, user) != (attempt.slack.home, attempt.slack.user):
            async with self.attempts.writing() as unit:
                await self.linking.give_up(unit, attempt, "another Slack user signed in")
            raise Stopped(Why.WRONG_SLACK_USER)
        await self.attempts.save(replace(attempt, slack_proven=True))

    async def _depart(self, secret: str, service: str, *, verifier: str | None) -> str:
        """Make the `state` that the next callback has to bring; an earlier one is worthless now."""
        state = self.mint.nonce()
        async with self.attempts.writing() as unit:
            attempt = await self.attempts.within(unit, secret)
            leaving = replace(attempt, state_hash=digest(state, service), verifier=verifier, code_hash=None)
            if service == _GITHUB:
                leaving = replace(leaving, github=None)
            await unit.link_attempts.save(leaving)
        return state

    async def _arrive(self, secret: str, service: str, callback: Callback) -> tuple[LinkAttempt, LinkAttempt]:
        """The attempt before and after its `state` was used up, which comes before anything is asked with it."""
        async with self.attempts.writing() as unit:
            attempt = await self.attempts.within(unit, secret)
            if not same(digest(callback.state, service), attempt.state_hash):
                raise Stopped(Why.STALE)
            used = await unit.link_attempts.save(replace(attempt, state_hash=None, verifier=None))
        name = "GitHub" if service == _GITHUB else "Slack"
        if callback.error == "access_denied":
            raise Stopped(Why.DENIED, service=name)
        if callback.error or not callback.code:
            raise Stopped(Why.REFUSED, service=name)
        return attempt, used


def _holds(secret: str, attempt: LinkAttempt) -> bool:
    return same(digest(secret, "browser"), attempt.browser_hash)
