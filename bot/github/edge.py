"""Owns the door for GitHub's webhooks: who sent the bytes, what they are, and which few facts of them are kept.

It runs before anything durable happens, so it is quick: one HMAC over the raw body, one decode of the needed fields.
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec
from msgspec import structs

from bot.clock import Clock, Mint
from bot.errors import BadPayload, BadSignature
from bot.github import happened
from bot.github.comment_text import may_hold_command
from bot.github.facts import CommentEvent, Envelope
from bot.github.shapes import SHAPES
from bot.model.delivery import Delivery

SIGNATURE: Final = "X-Hub-Signature-256"
EVENT: Final = "X-GitHub-Event"
GUID: Final = "X-GitHub-Delivery"

_EVENT_NAME: Final = re.compile(r"[a-z][a-z_]{0,63}")
_GUID_SHAPE: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Door:
    """Admits what one connection's GitHub signed with the shared secret, and nothing else."""

    def __init__(self, connection_id: UUID, secret: str, clock: Clock, mint: Mint) -> None:
        """`secret` must not be empty: anybody can sign with an empty one."""
        if not secret:
            raise ValueError("A door needs a secret")
        self._connection = connection_id
        self._key = hmac.new(secret.encode(), digestmod="sha256")
        self._clock = clock
        self._mint = mint
        self._encoder = msgspec.json.Encoder()

    def __repr__(self) -> str:
        return f"<Door of {self._connection}>"

    def admit(self, headers: Mapping[str, str], body: bytes) -> Delivery | None:
        """The delivery to keep, or None when it means nothing to us.

        Raises `BadSignature` before anything of the body is looked at, and `BadPayload` when a signed body is not
        JSON or does not have the shape of its event.
        """
        self._verify(headers.get(SIGNATURE, ""), body)
        event, guid = _named(headers)
        shape = SHAPES.get(event)
        found = shape.decode(body) if shape else happened.glance(event, body)
        if found is None:
            return None
        for_facts_only = shape is None or (shape.actions is not None and found.action not in shape.actions)
        if for_facts_only and not happened.keeps(event, found):
            return None
        if isinstance(found, CommentEvent):
            if not _worth_keeping(found):
                return None
            found = found if found.action == "created" else _without_words(found)
        return self._delivery(event, guid, found)

    def _verify(self, signature: str, body: bytes) -> None:
        key = self._key.copy()
        key.update(body)
        expected = b"sha256=" + key.hexdigest().encode()
        if not hmac.compare_digest(expected, signature.encode("utf-8", "surrogateescape")):
            raise BadSignature

    def _delivery(self, event: str, guid: str, found: Envelope) -> Delivery:
        return Delivery(
            id=self._mint.id(),
            connection=self._connection,
            guid=guid.lower(),
            event=event,
            action=found.action,
            facts=self._encoder.encode(found),
            received_at=self._clock.now(),
        )


def _named(headers: Mapping[str, str]) -> tuple[str, str]:
    event, guid = headers.get(EVENT, ""), headers.get(GUID, "")
    if not _EVENT_NAME.fullmatch(event):
        raise BadPayload(f"{EVENT} is missing or is no name of an event")
    if not _GUID_SHAPE.fullmatch(guid):
        raise BadPayload(f"{GUID} is missing or is no GUID")
    return event, guid


def _worth_keeping(found: CommentEvent) -> bool:
    """A cheap look that may keep too much, never too little; `bot.github.inbound` decides.

    Of a change it is asked whether there was a command before: what is written later is none.
    """
    comment = found.comment
    if comment is None or comment.user is None or comment.user.type != "User":
        return False
    if found.action == "edited":
        was = found.changes.body if found.changes else None
        return was is None or was.before is None or may_hold_command(was.before)
    return may_hold_command(comment.body or "")


def _without_words(found: CommentEvent) -> CommentEvent:
    """What a change is about, and not what was said: only new comments are commands."""
    if found.comment is None:
        return found
    return structs.replace(found, comment=structs.replace(found.comment, body=None), changes=None)
