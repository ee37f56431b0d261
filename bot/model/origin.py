"""Where a command came from. A closed union: each way in is one class here, and every `match` over it is exhaustive."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOrigin:
    """One line of a comment on an issue or pull request. (connection, repository, comment, line) happens once (T20)."""

    connection: UUID
    repository: int
    number: int
    """Of the issue or pull request."""
    on_pull_request: bool
    comment: int
    line: int
    """Counted from 1 in the comment's body."""
    created_at: datetime
    """When GitHub says the comment was written, aware UTC: the pin is the head as of before this (T4)."""
    url: str
    via_app: bool
    """Written through a GitHub App: such a comment can not approve, trust or override (T30)."""

    @property
    def natural_key(self) -> str:
        """The same line of the same comment, however often GitHub tells us of it."""
        return f"comment:{self.connection}:{self.repository}:{self.comment}:{self.line}"


class SlackVia(enum.StrEnum):
    """What somebody did in Slack."""

    COMMAND = "command"
    """Typed the slash command."""
    MESSAGE = "message"
    """Mentioned the app in a message, which also works in threads."""
    BUTTON = "button"
    FORM = "form"
    """Sent a modal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackOrigin:
    """Something that one Slack user did once, in one channel."""

    connection: UUID
    """The Slack app's, not the GitHub host's that the command is about."""
    via: SlackVia
    team: str
    """The workspace in which it happened, which need not be the user's home (T21)."""
    user: str
    channel: str
    """Empty where there is none, as on the Home tab."""
    thread: str | None
    """The `ts` of the thread's first message."""
    message: str | None
    """The `ts` of the message that was written, or that carries the button which was pressed."""
    occurrence: str
    """What Slack never says twice: the `trigger_id`, or `channel:ts` of a message (T20)."""
    created_at: datetime
    """Aware UTC: for messages Slack's own `ts`, else when the bytes reached us."""

    @property
    def natural_key(self) -> str:
        """The same deed, however often Slack tells us of it."""
        return f"slack_{self.via}:{self.connection}:{self.occurrence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOrigin:
    """A button of a check run of ours that somebody pressed."""

    connection: UUID
    repository: int
    number: int | None
    """Of the pull request whose commit it is."""
    check_run: int
    identifier: str
    """Of the button."""
    created_at: datetime
    """When we heard of it, aware UTC: GitHub does not say when it was pressed."""

    @property
    def natural_key(self) -> str:
        """The same press, however often we read its delivery."""
        return f"check:{self.connection}:{self.check_run}:{self.identifier}:{self.created_at.isoformat()}"


Origin = CommentOrigin | SlackOrigin | CheckOrigin
