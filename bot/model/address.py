"""Where something is shown. A closed union: one class per kind of place."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

GITHUB = "github"
SLACK = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubThread:
    """The comments of an issue or pull request."""

    connection: UUID
    repository: int
    number: int

    @property
    def surface(self) -> str:
        """Whose manners and templates apply."""
        return GITHUB

    @property
    def key(self) -> str:
        """The same place has the same key."""
        return f"{self.connection}:{self.repository}:{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackPlace:
    """A channel, a thread in it, or what only one person sees there."""

    connection: UUID
    channel: str
    """A direct message is a channel too; empty where there is none and only `only_for` counts."""
    thread: str | None = None
    """The `ts` of the thread's first message."""
    only_for: str | None = None
    """The user who alone sees it: ephemeral, so it can neither be found again nor edited by its `ts`."""
    response_url: str | None = None
    """Works for thirty minutes and five times, also where the bot is not in the channel."""

    @property
    def surface(self) -> str:
        """Whose manners and templates apply."""
        return SLACK

    @property
    def key(self) -> str:
        """The same place has the same key."""
        return f"{self.connection}:{self.channel}:{self.thread or ''}:{self.only_for or ''}"


Address = GitHubThread | SlackPlace
