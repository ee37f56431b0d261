"""Owns requests as Slack sends and signs them."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from bot.model.delivery import Delivery
from bot.slack.edge import SlackDoor
from tests.support.clock import START, FakeClock
from tests.support.make import CONNECTION

SECRET = "0123456789abcdef-of-the-tests"
NOWHERE = "http://127.0.0.1:1/api/"
"""Refuses every connection: the door asks nothing."""
BOT = "UBOT"
FORM = "application/x-www-form-urlencoded"
TRIGGER = "13345224609.738474920.8088930838d88f008e0"

COMMAND: Mapping[str, str] = {
    "token": "verification-token",
    "team_id": "T1",
    "team_domain": "acme",
    "channel_id": "C1",
    "channel_name": "deploys",
    "user_id": "U1",
    "user_name": "alice",
    "command": "/ops",
    "text": "run acme/shop#7 deploy.yml environment=staging",
    "api_app_id": "A1",
    "is_enterprise_install": "false",
    "response_url": "https://hooks.slack.com/commands/T1/2/xyz",
    "trigger_id": TRIGGER,
}

Answer = tuple[int, Mapping[str, str], bytes]


class Mint:
    """Ids that are known beforehand."""

    def id(self) -> UUID:
        return UUID(int=7)


class Inbox:
    """Keeps each guid once, as the real one does."""

    def __init__(self) -> None:
        self.kept: list[Delivery] = []
        self.error: Exception | None = None

    async def record(self, delivery: Delivery) -> bool:
        if self.error is not None:
            raise self.error
        new = all(delivery.guid != other.guid for other in self.kept)
        self.kept += [delivery] if new else []
        return new


class House:
    """A door with an inbox behind it."""

    def __init__(self, *, signing_secret: str | None = SECRET, api_url: str = NOWHERE) -> None:
        self.clock = FakeClock()
        self.inbox = Inbox()
        self.told: list[tuple[str, str]] = []
        self.door = SlackDoor(
            connection=CONNECTION,
            api_url=api_url,
            command="/ops",
            signing_secret=signing_secret,
            record=lambda delivery: self.inbox.record(delivery),
            clock=self.clock,
            mint=Mint(),
            on_outcome=lambda event, result: self.told.append((event, result)),
        )

    async def sends(self, body: bytes, kind: str = FORM, **headers: str) -> Answer:
        return await self.door.answer(signed(body, kind, self.clock.now()) | headers, body)

    async def types(self, **changes: str) -> Answer:
        return await self.sends(urlencode({**COMMAND, **changes}).encode())

    async def interacts(self, payload: Mapping[str, Any]) -> Answer:
        return await self.sends(urlencode({"payload": json.dumps(payload)}).encode())

    async def tells(self, payload: Mapping[str, Any], **headers: str) -> Answer:
        return await self.sends(json.dumps(payload).encode(), "application/json", **headers)

    def only(self) -> Delivery:
        [delivery] = self.inbox.kept
        return delivery


def signed(body: bytes, kind: str = FORM, at: datetime = START, secret: str = SECRET) -> dict[str, str]:
    """The headers under which Slack sends `body`."""
    seconds = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), b"v0:" + seconds.encode() + b":" + body, "sha256").hexdigest()
    return {"Content-Type": kind, "X-Slack-Request-Timestamp": seconds, "X-Slack-Signature": f"v0={digest}"}


def event(event: Mapping[str, Any], **outer: Any) -> dict[str, Any]:
    """An event in its envelope."""
    return {
        "token": "verification-token",
        "team_id": "T1",
        "api_app_id": "A1",
        "event": dict(event),
        "type": "event_callback",
        "event_id": "Ev1",
        "event_time": 1795251600,
        "authorizations": [
            {"enterprise_id": None, "team_id": "T1", "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
        ],
        "is_ext_shared_channel": False,
        **outer,
    }


def mention(text: str = f"<@{BOT}> status", **changes: Any) -> dict[str, Any]:
    """Somebody mentions us."""
    inner = {"type": "app_mention", "user": "U1", "team": "T1", "channel": "C1", "ts": "1795251600.000200"}
    return event({**inner, "event_ts": "1795251600.000200", "text": text, **changes})


def direct(text: str = "status", **changes: Any) -> dict[str, Any]:
    """Somebody writes to us alone."""
    return mention(text, **{"type": "message", "channel": "D1", "channel_type": "im", **changes})


def press(action: str = "cancel", **changes: Any) -> dict[str, Any]:
    """Somebody presses a button below a message."""
    return {
        "type": "block_actions",
        "user": {"id": "U1", "username": "alice", "name": "alice", "team_id": "T1"},
        "api_app_id": "A1",
        "token": "verification-token",
        "container": {
            "type": "message",
            "message_ts": "1795251600.000300",
            "channel_id": "C1",
            "is_ephemeral": False,
            "thread_ts": "1795251600.000100",
        },
        "trigger_id": TRIGGER,
        "team": {"id": "T1", "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "C1", "name": "deploys"},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T1/2/xyz",
        "actions": [
            {
                "type": "button",
                "action_id": action,
                "block_id": "b",
                "value": "0192",
                "action_ts": "1795251601.1",
                "text": {"type": "plain_text", "text": "Cancel"},
            }
        ],
        **changes,
    }


def form(command: str | None = "run deploy.yml", channel: str | None = "C2", **changes: Any) -> dict[str, Any]:
    """Somebody sends the form for a command."""
    values = {
        "command": {"command": {"type": "plain_text_input", "value": command}},
        "channel": {"channel": {"type": "conversations_select", "selected_conversation": channel}},
    }
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "run_command",
        "private_metadata": "C1",
        "state": {"values": values},
        "hash": "1.x",
        **changes,
    }
    return {
        "type": "view_submission",
        "team": {"id": "T1", "domain": "acme"},
        "user": {"id": "U1", "name": "alice", "team_id": "T1"},
        "trigger_id": TRIGGER,
        "view": view,
        "response_urls": [],
    }
