"""What a delivery means, before anybody has judged it. Past tense: it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.model.origin import CommentOrigin, SlackOrigin
from bot.model.people import GitHubAccount
from bot.model.repository import PullRequest, Repository
from bot.model.run import RunJob, RunReport


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReceived:
    """A line that may be a command: it starts with a slash and a verb, outside quotes, code and HTML comments."""

    origin: CommentOrigin
    repository: Repository
    author: GitHubAccount
    line: str
    """From the slash on, as typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadMoved:
    """A pull request was opened, got a new head, was closed, ...: what its head is since when."""

    repository: Repository
    pull_request: PullRequest
    action: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReported:
    """GitHub said something about a workflow run."""

    connection: UUID
    repository: int
    run: RunReport


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReported:
    """GitHub said something about one job of a workflow run."""

    connection: UUID
    repository: int
    run_id: int
    attempt: int
    job: RunJob


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessChanged:
    """Somebody's rights may have changed: cached permissions are worth nothing now."""

    connection: UUID
    repository: int | None
    """None: anywhere on this connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryChanged:
    """A repository was renamed, transferred, made private or public, or was pushed to."""

    repository: Repository
    pushed_ref: str | None
    """The full ref that moved, for a push."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationChanged:
    """The App was installed, removed, suspended, or reaches other repositories now."""

    connection: UUID
    installation: int
    action: str
    repositories_removed: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackCommandReceived:
    """Somebody called us in Slack: by slash command, mention or form."""

    origin: SlackOrigin
    words: str
    """What follows the slash command or the mention: `run acme/shop#7 deploy.yml`; people and channels as ids."""
    response_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPressed:
    """Somebody pressed a button below one of our messages."""

    origin: SlackOrigin
    action: str
    value: str
    response_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWanted:
    """Somebody wants the form for a command; Slack takes it for three seconds only."""

    origin: SlackOrigin
    trigger: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeOpened:
    """Somebody opened our Home tab."""

    connection: UUID
    team: str
    user: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceLeft:
    """Slack took our access away: the app was uninstalled, or its bot token revoked."""

    connection: UUID
    team: str
    event: str
    """`app_uninstalled` or `tokens_revoked`."""


FromGitHub = (
    CommandReceived | HeadMoved | RunReported | JobReported | AccessChanged | RepositoryChanged | InstallationChanged
)
FromSlack = SlackCommandReceived | ButtonPressed | FormWanted | HomeOpened | WorkspaceLeft
Inbound = FromGitHub | FromSlack
