"""Owns calls to one Slack in the app's name: what may be called, how often, and what a refusal means.

Nothing is called that `bot.slack.scopes` does not list, nothing is asked again, and nothing waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Hashable
from random import random
from typing import Any, Final, TypeVar, cast
from uuid import UUID

import msgspec

from bot.clock import Clock
from bot.errors import BotError, RateLimited, Refused, Unreachable, UpstreamError
from bot.flights import Flights
from bot.lanes import Lane
from bot.slack import failures, hooks
from bot.slack.pacing import Pacing
from bot.slack.scopes import METHODS
from bot.slack.wire import CALL_SECONDS, Answer, Wire, is_loopback

OnCall = Callable[[str, str, float], None]
"""Told of each exchange: method, result (`ok`, Slack's error word, the HTTP status, or `no_answer`), seconds."""

HOOK: Final = "response_url"
"""What a post to a response URL is counted as."""

BOT_TOKEN: Final = "SLACK_BOT_TOKEN"
USER_TOKEN: Final = "the token of the person who signed in"

T = TypeVar("T")


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who we are in the workspace. https://docs.slack.dev/reference/methods/auth.test"""

    team: str = msgspec.field(name="team_id")
    user: str = msgspec.field(name="user_id")
    bot: str | None = msgspec.field(name="bot_id", default=None)
    enterprise: str | None = msgspec.field(name="enterprise_id", default=None)


class SlackApi:
    """The app in one workspace. Make one per connection inside the loop, and close it."""

    def __init__(
        self,
        *,
        connection: UUID,
        api_url: str,
        token: str,
        clock: Clock,
        user_agent: str = "signalbox",
        on_call: OnCall | None = None,
        timeout_seconds: float = CALL_SECONDS,
        jitter: Callable[[], float] = random,
    ) -> None:
        """`token` is the bot's; `api_url` ends with a slash; `on_call` hears of every exchange; `jitter` gives numbers
        in 0..1."""
        self.connection = connection
        self.api_url = api_url
        self._token = token
        self._wire = Wire(api_url, user_agent, timeout_seconds)
        self._pacing = Pacing(clock, jitter=jitter)
        self._on_call = on_call
        self._flights: Flights[Hashable, Any] = Flights()
        self._lane = Lane("Slack")
        self._identity: Identity | None = None

    def __repr__(self) -> str:
        return f"<SlackApi at {self.api_url}>"

    @property
    def is_sandbox(self) -> bool:
        """Whether this Slack is on this machine."""
        return is_loopback(self.api_url)

    async def call(self, method: str, *, urgent: bool = False, **arguments: object) -> dict[str, Any]:
        """Call a method with the bot's token; what is None is left out, lists and objects go as JSON.

        `urgent` may use the share of the pace that is kept for it. Raises `RateLimited` (also before the call goes
        out), `Unreachable` (it may have taken effect), `NotFound` or `Refused`, and `BotError` for a method that is
        not in the table.
        """
        return await self._call(method, self._token, arguments, urgent=urgent)

    async def call_as(self, token: str | None, method: str, **arguments: object) -> dict[str, Any]:
        """The same with somebody else's token, or with none. Raises as `call` does."""
        return await self._call(method, token, arguments, urgent=False)

    async def identity(self) -> Identity:
        """Who we are; asked once. Raises as `call` does, and `Refused` when the token is not a bot's."""
        if self._identity is None:
            self._identity = await self.once("auth.test", self._ask_identity)
        return self._identity

    async def once(self, key: Hashable, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """`ask()`, or the answer of the same question if it is out already."""
        async with self._lane.call():  # many may wait for one answer
            return cast(T, await self._flights.join(key, ask))

    async def respond(self, url: str, body: dict[str, Any]) -> bool:
        """Post to a response URL; False when it is not Slack's (nothing was sent then) or does not work (any more).

        Raises `Unreachable` and `RateLimited`.
        """
        if not hooks.is_trusted(url, self.api_url):
            return False
        start, result = time.perf_counter(), "no_answer"
        try:
            async with self._lane.call():
                status, headers, said = await self._wire.post(url, body)
            result = "ok" if status == 200 else str(status)
            return hooks.delivered(status, headers, said)
        finally:
            self._count(HOOK, result, start)

    async def aclose(self) -> None:
        """Call off what is being asked, and close the connections."""
        await self._flights.aclose()
        await self._wire.aclose()

    async def _call(
        self, method: str, token: str | None, arguments: dict[str, object], *, urgent: bool
    ) -> dict[str, Any]:
        if method not in METHODS:
            raise BotError(f"{method} is not among the methods that the app asks scopes for")
        self._pacing.take(method, str(arguments.get("channel", "")), urgent=urgent)
        start, result = time.perf_counter(), "no_answer"
        try:
            async with self._lane.call():
                answer = await self._wire.send(method, token, arguments)
            result = _result(answer)
        finally:
            self._count(method, result, start)
        if result == "ok":
            return answer.body
        error = self._failure(method, answer, token)
        if isinstance(error, RateLimited):
            self._pacing.hold(method, error.retry_after or failures.WAIT_SECONDS)
        raise error

    def _failure(self, method: str, answer: Answer, token: str | None) -> UpstreamError:
        whose = BOT_TOKEN if token == self._token else USER_TOKEN
        secrets = (self._token, token or "")
        return failures.failure(method, answer.status, answer.headers, answer.body, whose, secrets)

    def _count(self, method: str, result: str, start: float) -> None:
        if self._on_call is not None:
            self._on_call(method, result, time.perf_counter() - start)

    async def _ask_identity(self) -> Identity:
        identity = read(await self.call("auth.test"), Identity)
        if identity.bot is None:
            raise Refused(f"{BOT_TOKEN} is not the token of a bot")
        return identity


def read(answer: dict[str, Any], shape: type[T]) -> T:
    """The answer's needed fields. Raises `Unreachable` when it does not have Slack's shape."""
    try:
        return msgspec.convert(answer, type=shape)
    except msgspec.ValidationError as error:
        raise Unreachable("The answer does not have Slack's shape") from error


def _result(answer: Answer) -> str:
    if answer.status == 200 and answer.body.get("ok") is True:
        return "ok"
    return failures.word(answer.body) or str(answer.status)
