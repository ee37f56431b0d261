"""Owns what was sent to an app: each payload, every attempt, and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

from bot.sandbox.slack.apps import App

Json = dict[str, object]
Kind = Literal["slash_commands", "interactive", "events_api"]
# Slack's own words, in `X-Slack-Retry-Reason` and in envelopes.
Reason = Literal["", "http_timeout", "http_error", "connection_failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try; `number` 0 is the first. `reason` says why it failed."""

    number: int
    at: datetime
    reason: Reason
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def succeeded(self) -> bool:
        return self.reason == ""

    @property
    def forbids_retries(self) -> bool:
        return self.headers.get("X-Slack-No-Retry") == "1"


@dataclass(slots=True, eq=False, kw_only=True)
class Delivery:
    app: App
    kind: Kind
    payload: Json
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def succeeded(self) -> bool:
        return bool(self.attempts) and self.attempts[-1].succeeded

    @property
    def status(self) -> int:
        """HTTP's status of the last attempt; over a socket an ack counts as 200."""
        return self.attempts[-1].status if self.attempts else 0

    @property
    def failure(self) -> str | None:
        """What the person reads who typed or pressed: `operation_timeout`, `dispatch_failed`, or nothing."""
        if self.succeeded:
            return None
        return "operation_timeout" if self.attempts[-1].reason == "http_timeout" else "dispatch_failed"

    @property
    def answer(self) -> object:
        """What the app said in its ack: decoded JSON, text, or None."""
        body = self.attempts[-1].body if self.attempts else b""
        if not body.strip():
            return None
        try:
            decoded: object = msgspec.json.decode(body)
        except msgspec.DecodeError:
            return body.decode(errors="replace")
        return decoded if isinstance(decoded, dict) else body.decode(errors="replace")
