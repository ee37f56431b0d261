"""Owns the codes of sign-ins: one use, ten minutes, for one app and one address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.ids import Clock, secret
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.refusals import Refused

LIFETIME = timedelta(minutes=10)
Flow = Literal["oauth", "openid"]


@dataclass(slots=True, eq=False, kw_only=True)
class Grant:
    """What a person agreed to. `nonce` comes back in the id token."""

    flow: Flow
    app: App
    person: Person
    redirect_uri: str
    scopes: Sequence[str]
    user_scopes: Sequence[str]
    nonce: str | None
    made_at: datetime
    used: bool = False


class Codes:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[str, Grant] = {}

    def now(self) -> datetime:
        return self._clock()

    def new(self, grant: Grant) -> str:
        text = f"{len(self._made) + 1}.{secret(40).lower()}"
        self._made[text] = grant
        return text

    def use(self, text: str, flow: Flow, app: App, redirect_uri: str) -> Grant:
        """The grant behind a code. Raises Refused; a code that was shown wrongly is not used up by that."""
        grant = self._made.get(text)
        if grant is None or grant.app is not app or grant.flow != flow:
            raise Refused("invalid_code")
        if grant.used:
            raise Refused("code_already_used")
        if self._clock() - grant.made_at > LIFETIME:
            raise Refused("invalid_code")
        if redirect_uri != grant.redirect_uri:
            raise Refused("bad_redirect_uri")
        grant.used = True
        return grant
