"""Owns signing in through an app: who is asked for what, codes that work once, and the tokens they become.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bot.sandbox.github.accounts import Account, Kind
from bot.sandbox.github.apps import App
from bot.sandbox.github.refusals import Refused, not_found

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

CODE_LIFETIME = timedelta(minutes=10)
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url without padding
DOCUMENTATION = (
    "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/"
)
SENTENCES = {
    "incorrect_client_credentials": "The client_id and/or client_secret passed are incorrect.",
    "redirect_uri_mismatch": "The redirect_uri MUST match the registered callback URL for this application.",
    "bad_verification_code": "The code passed is incorrect or expired.",
    "unsupported_grant_type": "The grant_type passed is not supported.",
    "access_denied": "The user has denied your application access.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an app sent a browser to the sign-in page with."""

    app: App
    redirect_uri: str
    state: str | None
    challenge: str | None

    def back(self, **fields: str) -> str:
        """Where the browser goes from here."""
        told = fields | ({} if self.state is None else {"state": self.state})
        return f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{urlencode(told)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    ask: Ask
    person: Account
    ends_at: datetime


class SignIn:
    """Everything between the sign-in page and the token. Codes follow the same clock as tokens."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._grants: dict[str, Grant] = {}

    def people(self) -> list[Account]:
        """Whoever could be signed in here."""
        return [each for each in self.world.accounts.values() if each.kind is Kind.USER]

    def ask(self, fields: Mapping[str, str]) -> Ask:
        """An address that was not registered is never gone to, whatever is wrong."""
        app = self._app(fields.get("client_id")) or not_found()
        redirect_uri = fields.get("redirect_uri") or next(iter(app.callback_urls), "")
        if redirect_uri not in app.callback_urls:
            raise Refused(400, "The redirect_uri is not associated with this application.")
        challenge, method = fields.get("code_challenge"), fields.get("code_challenge_method")
        if challenge is not None and (method != "S256" or not CHALLENGE.fullmatch(challenge)):
            raise Refused(400, "code_challenge must be the SHA-256 of a verifier, and code_challenge_method S256.")
        if challenge is None and method is not None:
            raise Refused(400, "code_challenge_method comes without a code_challenge.")
        return Ask(app=app, redirect_uri=redirect_uri, state=fields.get("state"), challenge=challenge)

    def grant(self, ask: Ask, login: str) -> str:
        """Somebody goes on; returns where to."""
        person = self.world.find_account(login)
        if person is None or person.kind is not Kind.USER:
            not_found()
        code = secrets.token_hex(10)
        self._grants[code] = Grant(ask=ask, person=person, ends_at=self.world.auth_clock() + CODE_LIFETIME)
        return ask.back(code=code)

    def deny(self, ask: Ask) -> str:
        """Somebody does not; returns where to."""
        return ask.back(error="access_denied", error_description=SENTENCES["access_denied"], error_uri=DOCUMENTATION)

    def exchange(self, fields: Mapping[str, str]) -> dict[str, object]:
        """A token for a code. A code is gone once it was shown by its app, whatever else is wrong."""
        if fields.get("grant_type", "authorization_code") != "authorization_code":
            return error("unsupported_grant_type")
        app = self._app(fields.get("client_id"))
        if app is None or not secrets.compare_digest(
            app.client_secret.encode(), fields.get("client_secret", "").encode()
        ):
            return error("incorrect_client_credentials")
        grant = self._grants.get(fields.get("code", ""))
        if grant is None or grant.ask.app is not app:
            return error("bad_verification_code")
        del self._grants[fields["code"]]
        if grant.ends_at <= self.world.auth_clock() or not proven(grant.ask.challenge, fields.get("code_verifier")):
            return error("bad_verification_code")
        if fields.get("redirect_uri", grant.ask.redirect_uri) != grant.ask.redirect_uri:
            return error("redirect_uri_mismatch")
        token = self.world.tokens.for_person(grant.person, app).token
        return {"access_token": token, "token_type": "bearer", "scope": ""}

    def _app(self, client_id: str | None) -> App | None:
        return next((app for app in self.world.apps.values() if app.client_id == client_id), None)


def proven(challenge: str | None, verifier: str | None) -> bool:
    """https://datatracker.ietf.org/doc/html/rfc7636#section-4.6 - a verifier without a challenge proves nothing."""
    if challenge is None or verifier is None:
        return challenge is verifier
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return secrets.compare_digest(digest, challenge)


def error(name: str) -> dict[str, object]:
    return {
        "error": name,
        "error_description": SENTENCES[name],
        "error_uri": f"{DOCUMENTATION}#{name.replace('_', '-')}",
    }
