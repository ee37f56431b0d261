"""Owns one call of the Web API: its arguments however they were encoded, and what the caller may."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from bot.sandbox.slack.apps import App, Installation, Token, TokenKind
from bot.sandbox.slack.channels import SCOPE_PREFIX, Channel
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.refusals import Refused, invalid_arguments
from bot.sandbox.slack.tiers import Tier

if TYPE_CHECKING:
    from bot.sandbox.slack.outbox import Outbox
    from bot.sandbox.slack.sockets import Sockets
    from bot.sandbox.slack.world import World

Json = dict[str, object]
TRUE, FALSE = ("true", "1", True, 1), ("false", "0", False, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    world: "World"
    outbox: "Outbox"
    sockets: "Sockets"
    arguments: Mapping[str, object]
    credentials: tuple[str, str] | None  # client id and secret, from the header or the arguments
    token_found: Token | None

    @property
    def token(self) -> Token:
        if self.token_found is None:
            raise Refused("not_authed")
        return self.token_found

    @property
    def caller(self) -> Person:
        return self.token.owner

    @property
    def app(self) -> App:
        """Whose client id and secret came along. Raises Refused."""
        client_id, client_secret = self.credentials or ("", "")
        found = next((each for each in self.world.apps.values() if each.client_id == client_id), None)
        if found is None:
            raise Refused("invalid_client_id")
        if found.client_secret != client_secret:
            raise Refused("bad_client_secret")
        return found

    @property
    def installation(self) -> Installation:
        found = self.token.app.installed_in(self.token.workspace)
        if found is None:
            raise Refused("account_inactive")
        return found

    # Arguments

    def has(self, name: str) -> bool:
        return self.arguments.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            invalid_arguments(f"must be a string [json-pointer:/{name}]")
        return value

    def flag(self, name: str) -> bool:
        value = self.arguments.get(name)
        if value is None or value in FALSE:
            return False
        if value not in TRUE:
            invalid_arguments(f"must be a boolean [json-pointer:/{name}]")
        return True

    def number(self, name: str, default: int, *, most: int) -> int:
        value = str(self.arguments.get(name, default))
        if not value.isdecimal() or not 1 <= int(value) <= most:
            raise Refused("invalid_limit")
        return int(value)

    def json(self, name: str) -> object:
        """A structure; in a form it is JSON inside a text."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError as error:
            raise Refused("invalid_blocks_format" if name == "blocks" else "invalid_arguments") from error

    # What they name

    def channel(self, name: str = "channel", scope: str | None = None) -> Channel:
        """A channel by its id, when this caller may know of it; `scope` such as `read` is asked by its kind."""
        found = self.world.channels.get(self.text(name))
        if found is None or not found.known_to(self.caller):
            raise Refused("channel_not_found")
        if scope is not None:
            self.token.require(f"{SCOPE_PREFIX[found.kind]}:{scope}")
        return found

    def person(self, name: str = "user") -> Person:
        found = self.world.visible_person(self.text(name), self.token.workspace)
        if found is None:
            raise Refused("user_not_found")
        return found


Handler = Callable[[Call], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of the Web API: who may call it with which arguments, and how often.

    `scopes`: one of them will do. `token` None: signed in by client id and secret.
    """

    name: str
    handle: Handler
    tier: Tier
    token: Sequence[TokenKind] | None = ("bot",)
    scopes: Sequence[str] = ()
    required: Sequence[str] = ()
    optional: Sequence[str] = ()

    def check(self, arguments: Mapping[str, object]) -> None:
        """Unknown arguments are refused: the real one mostly ignores them, and would hide our spelling mistakes."""
        signed_in = {"token", "team_id"} if self.token else {"client_id", "client_secret"}
        known = {*self.required, *self.optional, *signed_in}
        wrong = [f"unknown argument: {name} [json-pointer:/{name}]" for name in arguments if name not in known]
        wrong += [f"missing required field: {name} [json-pointer:]" for name in self.required if name not in arguments]
        if wrong:
            invalid_arguments(*wrong)
