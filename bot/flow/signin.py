"""Owns signing in to the pages with GitHub: who somebody is, for twelve hours, in one browser.

What a browser needs to come back with lies in its own cookie until then, so that a visit costs no row and any replica
can take it up. A session says who somebody is and nothing else: what they may see GitHub is asked each time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.errors import SignalboxError, UpstreamError
from bot.flow.link import digest, same
from bot.flow.link_browser import GITHUB_CALLBACK, Callback
from bot.flow.ports import Clock, GitHubSignIn, Mint, Units
from bot.model.people import GitHubAccount
from bot.model.session import Session

LIFETIME: Final = timedelta(hours=12)
PURPOSE: Final = "session"
HOME: Final = "/"

_STEP: Final = r"[A-Za-z0-9._~%#?=&+-]+"
_LOCAL: Final = re.compile(rf"/(?:{_STEP}(?:/{_STEP})*/?)?")
LONGEST_PATH: Final = 500


class NotSignedIn(SignalboxError):
    """The way through GitHub's sign-in ended without one."""

    def __init__(self, why: str, *, service_away: bool = False) -> None:
        """`why` is a sentence for the person; `service_away` says that GitHub did not answer."""
        super().__init__(why)
        self.why = why
        self.service_away = service_away


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Off to GitHub."""

    url: str
    kept: str
    """What the browser keeps until it comes back, where no script and no other site can read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Signed in."""

    secret: str
    """For the cookie; only its hash is kept here."""
    where: str
    """The local path that somebody wanted to see."""


def local(path: str | None) -> str:
    """The path if it leads nowhere but to our own pages, else the start page."""
    if path is None or len(path) > LONGEST_PATH or not _LOCAL.fullmatch(path) or ".." in path:
        return HOME
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The steps of a sign-in, and what comes of it."""

    units: Units
    github: GitHubSignIn
    clock: Clock
    mint: Mint
    public_url: str

    def leave(self, where: str | None) -> Departure:
        """To GitHub's sign-in page, and later to `where`."""
        state, verifier = self.mint.nonce(), self.mint.nonce()
        challenge = _unpadded(hashlib.sha256(verifier.encode()).digest())
        url = self.github.authorize_url(state=state, challenge=challenge, redirect_uri=self._callback)
        return Departure(url=url, kept=".".join((state, verifier, _unpadded(local(where).encode()))))

    def expects(self, kept: str, state: str) -> bool:
        """Whether the browser that holds `kept` left with this `state`."""
        own = kept.split(".")[0]
        return bool(own) and bool(state) and same(digest(own, "state"), digest(state, "state"))

    async def arrive(self, kept: str, callback: Callback) -> Arrival:
        """Who came back from GitHub, remembered. Raises `NotSignedIn`."""
        parts = kept.split(".")
        if len(parts) != 3 or not self.expects(kept, callback.state):
            raise NotSignedIn("This sign-in was used before, or began in another browser.")
        if callback.error or not callback.code:
            raise NotSignedIn("GitHub did not sign you in.")
        try:
            account = await self.github.who(code=callback.code, verifier=parts[1], redirect_uri=self._callback)
        except UpstreamError as error:
            raise NotSignedIn(str(error), service_away=error.retryable) from error
        secret, now = self.mint.nonce(), self.clock.now()
        session = Session(id_hash=digest(secret, PURPOSE), account=account, created_at=now, expires_at=now + LIFETIME)
        async with self.units.write() as unit:
            await unit.sessions.add(session)
        return Arrival(secret=secret, where=local(_text(parts[2])))

    async def who(self, secret: str) -> GitHubAccount | None:
        """Who is signed in with this cookie; None for nobody, and once the twelve hours are over."""
        if not secret:
            return None
        async with self.units.read() as unit:
            session = await unit.sessions.get(digest(secret, PURPOSE))
        return session.account if session is not None and self.clock.now() < session.expires_at else None

    async def end(self, secret: str) -> None:
        """Signed out: the cookie is worth nothing any more."""
        async with self.units.write() as unit:
            await unit.sessions.end(digest(secret, PURPOSE))

    @property
    def _callback(self) -> str:
        return self.public_url + GITHUB_CALLBACK


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _text(unpadded: str) -> str | None:
    try:
        return base64.urlsafe_b64decode(unpadded + "=" * (-len(unpadded) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
