"""Owns credentials: app JWTs are verified, tokens are made, narrowed, looked up and run out after an hour."""

import base64
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import jwt

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import App, Installation, public_key, suffices
from bot.sandbox.github.callers import AppCaller, Caller, ClientCaller, InstallationCaller, Nobody, PersonCaller
from bot.sandbox.github.refusals import Refused, bad_credentials, unprocessable

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

TOKEN_LIFETIME = timedelta(hours=1)
JWT_LIFETIME = timedelta(minutes=10)
CLOCK_SKEW = timedelta(seconds=60)
UNREADABLE_JWT = "A JSON web token could not be decoded"


class Tokens:
    """Every token that was handed out. Times come from a clock of their own: time travel must not sign people out."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._callers: dict[str, InstallationCaller | PersonCaller] = {}

    def authenticate(self, header: str | None) -> Caller:
        if not header:
            return Nobody()
        scheme, _, credential = header.strip().partition(" ")
        if scheme.lower() == "basic":
            return ClientCaller(verify_client(credential, self.world.apps))
        if scheme.lower() not in ("bearer", "token") or not credential:
            bad_credentials()
        if credential.count(".") == 2 and credential.startswith("eyJ"):
            return AppCaller(verify_jwt(credential, self.world.apps, self.world.auth_clock()))
        return self._holder(credential)

    def _holder(self, credential: str) -> Caller:
        caller = self._callers.get(credential)
        if caller is None:
            bad_credentials()
        if isinstance(caller, InstallationCaller):
            if caller.expires_at <= self.world.auth_clock() or caller.installation.id not in caller.app.installations:
                bad_credentials()
            if caller.installation.suspended_at is not None:
                raise Refused(403, "This installation has been suspended")
        return caller

    def for_installation(
        self,
        installation: Installation,
        *,
        repository_ids: Iterable[int] | None = None,
        permissions: Mapping[str, str] | None = None,
    ) -> InstallationCaller:
        if installation.suspended_at is not None:
            raise Refused(403, "This installation has been suspended")
        caller = InstallationCaller(
            token=self._spell(installation.app),
            installation=installation,
            repository_ids=None if repository_ids is None else frozenset(repository_ids),
            permissions=narrowed(installation, permissions),
            expires_at=(self.world.auth_clock() + TOKEN_LIFETIME).replace(microsecond=0),
        )
        self._callers[caller.token] = caller
        return caller

    def for_person(self, person: Account, via: App | None = None) -> PersonCaller:
        caller = PersonCaller(token=f"ghu_{secrets.token_hex(18)}", person=person, via=via)
        self._callers[caller.token] = caller
        return caller

    def revoke(self, token: str) -> None:
        self._callers.pop(token, None)

    def revoke_of(self, app: App, token: str) -> bool:
        """A person's token that this app's sign-in made; False when there is no such token."""
        caller = self._callers.get(token)
        if not isinstance(caller, PersonCaller) or caller.via is not app:
            return False
        self.revoke(token)
        return True

    def _spell(self, app: App) -> str:
        """Cloud tokens carry the app's id and are long: a client that counts characters breaks here first."""
        if self.world.enterprise:
            return f"ghs_{secrets.token_hex(18)}"
        return f"ghs_{app.id}_{secrets.token_urlsafe(240)}"


def narrowed(installation: Installation, wanted: Mapping[str, str] | None) -> dict[str, str]:
    """Only what the installation has; metadata always comes along."""
    if not wanted:
        return dict(installation.permissions)
    for permission, needed in wanted.items():
        if not suffices(installation.permissions.get(permission), needed):
            unprocessable("The permissions requested are not granted to this installation.")
    return {"metadata": "read"} | dict(wanted)


def verify_jwt(credential: str, apps: Mapping[int, App], now: datetime) -> App:
    """Signature first, then the claims in the order GitHub complains about them."""
    app = claimed_app(credential, apps)
    unchecked = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_iss": False}
    try:
        claims = jwt.decode(credential, public_key(app.private_key_pem), algorithms=["RS256"], options=unchecked)  # type: ignore[arg-type]
    except jwt.InvalidTokenError as error:
        raise Refused(401, UNREADABLE_JWT) from error
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(expires, int | float) or expires <= now.timestamp():
        raise Refused(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time")
    if expires > (now + JWT_LIFETIME).timestamp():
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")
    if not isinstance(issued, int | float) or issued > (now + CLOCK_SKEW).timestamp():
        raise Refused(401, "'Issued at' claim ('iat') must be an Integer representing the time of the assertion")
    return app


def verify_client(credential: str, apps: Mapping[int, App]) -> App:
    try:
        client_id, _, secret = base64.b64decode(credential, validate=True).decode().partition(":")
    except ValueError:
        bad_credentials()
    found = next((app for app in apps.values() if app.client_id == client_id), None)
    if found is None or not secrets.compare_digest(found.client_secret.encode(), secret.encode()):
        bad_credentials()
    return found


def claimed_app(credential: str, apps: Mapping[int, App]) -> App:
    """`iss` is the app's number or its client id."""
    try:
        claims = jwt.decode(credential, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise Refused(401, UNREADABLE_JWT) from error
    issuer = str(claims.get("iss"))
    found = next((app for app in apps.values() if issuer in (str(app.id), app.client_id)), None)
    if found is None:
        raise Refused(404, "Integration not found")
    return found
