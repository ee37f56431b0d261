"""Owns one API call: who asks for what, and the answer, before and after HTTP."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import msgspec

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import App
from bot.sandbox.github.callers import AppCaller, Caller
from bot.sandbox.github.refusals import Refused, invalid_request, not_found
from bot.sandbox.github.repositories import Repository

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

T = TypeVar("T", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Answer:
    body: object = None  # None: an empty answer
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    world: "World"
    caller: Caller
    method: str
    url: str  # as the client sees it, for links
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    repository_found: Repository | None = None

    @property
    def repository(self) -> Repository:
        """The repository of the path; the guard has already looked who may see it."""
        return self.repository_found or not_found()

    @property
    def account(self) -> Account:
        account = self.caller.account
        if account is None:
            raise self.caller.refusal()
        return account

    @property
    def app(self) -> App:
        """The app itself, by JWT; a token is no app."""
        if not isinstance(self.caller, AppCaller):
            raise Refused(401, "A JSON web token could not be decoded")
        return self.caller.app

    def number(self, name: str) -> int:
        text = self.params[name]
        return int(text) if text.isdecimal() else not_found()

    def json(self, shape: type[T]) -> T:
        """The body as a struct, with GitHub's sentences about what is wrong with it. Unknown fields are refused:
        the real one mostly ignores them, and would hide our spelling mistakes."""
        decoded = decode(self.body)
        if not isinstance(decoded, dict):
            invalid_request("For 'links/0/schema', nil is not an object.")
        fields = {each.encode_name: each for each in msgspec.structs.fields(shape)}
        unknown = [name for name in decoded if name not in fields]
        if unknown:
            invalid_request(", ".join(f'"{name}"' for name in unknown) + f" {is_or_are(unknown)}.")
        missing = [name for name, each in fields.items() if each.required and name not in decoded]
        if missing:
            invalid_request(", ".join(f'"{name}"' for name in missing) + " wasn't supplied.")
        try:
            return msgspec.convert(decoded, shape, strict=True)
        except msgspec.ValidationError as error:
            return invalid_request(str(error))


def is_or_are(unknown: Sequence[str]) -> str:
    return "is not a permitted key" if len(unknown) == 1 else "are not permitted keys"


def decode(body: bytes) -> object:
    if not body:
        return {}
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise Refused(400, "Problems parsing JSON") from error


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A path of the API. `needs` are permissions of which one suffices, such as `issues=write`."""

    method: str
    path: str
    handle: Handler
    needs: tuple[str, ...] = ()
    prefixed: bool = True  # below `/api/v3` on an Enterprise Server
