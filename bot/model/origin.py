"""Where a command came from. A closed union: each way in is one class here, and every `match` over it is exhaustive."""

from __future__ import annotations

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


Origin = CommentOrigin
