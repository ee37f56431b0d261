"""What the steps need of Slack. Every method may raise `UpstreamError`; `RateLimited` says when to come back."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.model.address import SlackPlace
from bot.model.message import SlackText
from bot.model.slack import SlackChannel, SlackUser


class SlackUsers(Protocol):
    """Slack's own word on who somebody is."""

    async def get(self, connection: UUID, user: str) -> SlackUser:
        """The user as Slack knows them now, at most a minute old.

        Raises `NotFound` for nobody, and `Refused` when their home is not told (T21): unknown is never a yes.
        """


class SlackChannels(Protocol):
    """Channels."""

    async def get(self, connection: UUID, channel: str) -> SlackChannel | None:
        """The channel as it is now, at most a minute old; None when the bot can not see it."""

    async def has(self, connection: UUID, channel: str, user: str) -> bool:
        """Whether the user is in the channel; no when the bot can not see it."""

    async def direct(self, connection: UUID, user: str) -> str:
        """The id of the direct message with this user, opened if need be."""


class SlackMessages(Protocol):
    """Messages, found again by a tag that travels in the first block's id."""

    async def post(self, place: SlackPlace, text: SlackText, tag: UUID) -> str:
        """Post where everybody there sees it; the message's `ts`. Raises `NotFound` when the bot is not there."""

    async def edit(self, place: SlackPlace, message: str, text: SlackText, tag: UUID, *, urgent: bool) -> None:
        """Raises `NotFound` when somebody deleted the message. For `urgent` edits some of Slack's pace is kept free."""

    async def find(self, place: SlackPlace, tag: UUID, since: datetime) -> str | None:
        """The `ts` of our own message with this tag; anybody else's does not count."""

    async def whisper(self, place: SlackPlace, text: SlackText) -> None:
        """Show it to `place.only_for` alone: by the response URL if there is one and it works, else as an ephemeral
        message, else as a direct message."""

    async def permalink(self, place: SlackPlace, message: str) -> str | None:
        """The address of a message for browsers; None when it is gone."""


class SlackViews(Protocol):
    """The Home tab and modals."""

    async def show_home(self, connection: UUID, user: str, text: SlackText) -> None: ...
    async def ask_command(self, connection: UUID, trigger: str, channel: str) -> None:
        """Open the form for a command. Raises `Refused` when the three seconds of the trigger are over."""
