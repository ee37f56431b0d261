"""Where something is shown. A closed union: one class per kind of place."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

GITHUB = "github"
SLACK = "slack"
CHECK = "check"
DEPLOYMENT = "deployment"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPlace:
    """A check run of ours on a commit, where people review it."""

    connection: UUID
    repository: int
    sha: str

    @property
    def surface(self) -> str:
        """Whose manners and templates apply."""
        return CHECK

    @property
    def key(self) -> str:
        """The same place has the same key."""
        return f"{self.connection}:{self.repository}:{self.sha}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPlace:
    """GitHub's record of what went to an environment."""

    connection: UUID
    repository: int
    sha: str
    environment: str
    """As the configuration or whoever typed it spells it; GitHub ignores case."""

    @property
    def surface(self) -> str:
        """Whose manners and templates apply."""
        return DEPLOYMENT

    @property
    def key(self) -> str:
        """The same place has the same key."""
        return f"{self.connection}:{self.repository}:{self.sha}:{self.environment.casefold()}"


Record = CheckPlace | DeploymentPlace
"""What GitHub keeps of a request beside what people say to each other."""

Address = GitHubThread | SlackPlace | Record
