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
    pusher: int | None = None
    """GitHub's numeric id of whoever pushed this head; None where the event does not tell (T9)."""


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
class CheckButtonPressed:
    """Somebody pressed a button of a check run of ours. GitHub shows it to people with write, which we ask anew."""

    repository: Repository
    check_run: int
    sha: str
    name: str
    external_id: str
    identifier: str
    """Of the button."""
    account: GitHubAccount
    at: datetime
    """When we heard of it: GitHub does not say when it was pressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRerunWanted:
    """Somebody pressed GitHub's own "Re-run" at a check run of ours."""

    repository: Repository
    check_run: int
    sha: str
    name: str
    external_id: str
    account: GitHubAccount
    at: datetime
    """When we heard of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionAsked:
    """A job waits for an environment that our protection rule guards: GitHub asks whether it may go on (T10).

    Which attempt of the run it is, GitHub does not say here; each attempt makes a deployment of its own.
    """

    repository: Repository
    run: int
    environment: str
    sha: str
    ref: str
    event: str
    """What started the run: `workflow_dispatch`, `push`, ..."""
    deployment: int
    """The one that GitHub made for the job; asked twice about the same one is asked once."""
    account: GitHubAccount | None
    """Whose deployment GitHub says it is; who counts as requester is read from the run."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentChanged:
    """A comment that held a command, or may have, is not what it was."""

    connection: UUID
    repository: int
    comment: int
    action: str
    """`edited` or `deleted`."""
    by: GitHubAccount | None
    """Whoever did it, who need not be its author."""
    at: datetime


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
    CommandReceived
    | HeadMoved
    | RunReported
    | JobReported
    | AccessChanged
    | RepositoryChanged
    | InstallationChanged
    | CheckButtonPressed
    | CheckRerunWanted
    | ProtectionAsked
    | CommentChanged
)
FromSlack = SlackCommandReceived | ButtonPressed | FormWanted | HomeOpened | WorkspaceLeft
Inbound = FromGitHub | FromSlack
