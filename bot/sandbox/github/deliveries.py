"""Owns what is known of one webhook delivery: the letter, the answer, and the mishaps that can befall it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from bot.sandbox.github.apps import App

MishapKind = Literal["lose", "drop", "duplicate"]


@dataclass(frozen=True, slots=True)
class Answered:
    """How the receiver answered; `status` is GitHub's sentence about it."""

    status_code: int
    status: str
    headers: Mapping[str, str]
    body: str

    @classmethod
    def failed(cls, status_code: int, status: str) -> "Answered":
        return cls(status_code, status, {}, "")

    @classmethod
    def without_us(cls, status_code: int) -> "Answered":
        """What GitHub notes when the receiver's door was never reached: nobody there, silence, or a broken proxy."""
        status = {502: "failed to connect to host", 504: "timed out"}
        return cls.failed(status_code, status.get(status_code, f"Invalid HTTP Response: {status_code}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An event on its way to an app: the bytes that are signed are the bytes that are sent."""

    app: App
    url: str
    guid: str
    event: str
    action: str | None
    installation_id: int | None
    repository_id: int | None
    body: bytes
    redelivery: bool = False
    lost: Answered | None = None
    """What befalls it on its way, instead of arriving."""

    @classmethod
    def of(cls, app: App, event: str, payload: Mapping[str, object], *, guid: str) -> "Letter":
        action = payload.get("action")
        return cls(
            app=app,
            url=app.webhook_url or "",
            guid=guid,
            event=event,
            action=action if isinstance(action, str) else None,
            installation_id=id_in(payload, "installation"),
            repository_id=id_in(payload, "repository"),
            body=msgspec.json.encode(payload),
        )


def id_in(payload: Mapping[str, object], key: str) -> int | None:
    inside = payload.get(key)
    number = inside.get("id") if isinstance(inside, dict) else None
    return number if isinstance(number, int) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    id: int
    letter: Letter
    delivered_at: datetime
    duration: float
    request_headers: Mapping[str, str]
    answered: Answered

    @property
    def guid(self) -> str:
        return self.letter.guid

    @property
    def event(self) -> str:
        return self.letter.event

    @property
    def action(self) -> str | None:
        return self.letter.action

    @property
    def status_code(self) -> int:
        return self.answered.status_code

    @property
    def ok(self) -> bool:
        return 200 <= self.status_code < 300

    @property
    def payload(self) -> dict[str, object]:
        decoded = msgspec.json.decode(self.letter.body)
        return decoded if isinstance(decoded, dict) else {}


@dataclass(slots=True)
class Mishap:
    """Something that goes wrong with the next few letters of a kind."""

    kind: MishapKind
    event: str | None
    action: str | None
    times: int
    answered: Answered | None = None
    """What GitHub notes about a letter that is lost."""

    def strikes(self, letter: Letter) -> bool:
        matches = self.event in (None, letter.event) and self.action in (None, letter.action)
        if not matches or self.times <= 0:
            return False
        self.times -= 1
        return True
