"""What the steps need of GitHub. Every method that leaves the house may raise `UpstreamError`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.model.approval import Ships
from bot.model.config import ConfigFile
from bot.model.delivery import Attempts, Delivery
from bot.model.inbound import Inbound
from bot.model.merge import Merge
from bot.model.people import GitHubAccount, Role
from bot.model.repository import Head, PullRequest, Repository
from bot.model.run import JobLog, RunJob, RunReport
from bot.model.snapshot import Snapshot
from bot.model.workflow import Workflow


class ReadDelivery(Protocol):
    """Reads what a recorded delivery means."""

    def __call__(self, delivery: Delivery) -> Sequence[Inbound]: ...


class Ourselves(Protocol):
    """Who we are at GitHub."""

    async def login(self, connection: UUID) -> str:
        """`<slug>[bot]`, the actor of the runs that we dispatch."""


class Permissions(Protocol):
    """GitHub's own word on who may do what."""

    async def role(self, repository: Repository, account: GitHubAccount, *, fresh: bool) -> Role:
        """The effective role; `NONE` for no access. `fresh` goes past the cache (T28).

        Raises `Unreachable` or `RateLimited` when GitHub did not answer, and `Refused` when its answer is about
        somebody else (T8): unknown is never a yes.
        """

    def drop(self, connection: UUID, repository: int | None) -> None:
        """Forget what was cached."""


class Accounts(Protocol):
    """Users by the names that people type."""

    async def by_login(self, repository: Repository, login: str) -> GitHubAccount | None:
        """Who has this login now, on the host of the repository; None for nobody, and for what is no person."""


class PullRequests(Protocol):
    """Pull requests as they are now, and where their heads have been."""

    async def get(self, repository: Repository, number: int) -> PullRequest: ...
    async def head_before(self, repository: Repository, branch: str, moment: datetime) -> Head | None:
        """From the activity log of a branch of this repository: the head as of before `moment`, None if not told.

        `pull_request` of the result is 0: the log knows branches only.
        """


class Workflows(Protocol):
    """Workflow files, and starting them."""

    async def read(self, repository: Repository, file: str) -> Workflow:
        """The file under `.github/workflows` on the default branch. Raises `NotFound`."""

    async def names(self, repository: Repository) -> Sequence[str]:
        """File names under `.github/workflows` on the default branch, sorted."""

    async def blob_at(self, repository: Repository, path: str, commit: str) -> str | None:
        """The blob SHA of a workflow file in that commit; None when it is not there."""

    async def head_of(self, repository: Repository, ref: str) -> str:
        """The commit that a branch or tag (`refs/...`) names now. Raises `NotFound`."""

    async def commit(self, repository: Repository, named: str) -> str | None:
        """The full id of the commit that begins so; None when there is none, or several. It may lie in a fork."""

    async def dispatch(self, repository: Repository, path: str, *, ref: str, inputs: Mapping[str, str]) -> int | None:
        """Start it; the run's id where the host tells, else None (T31). Never retried inside."""


class WorkflowRuns(Protocol):
    """Runs."""

    async def get(self, repository: Repository, run: int, *, attempt: int | None = None) -> RunReport:
        """The run's newest attempt, or the one that is named."""

    async def jobs(self, repository: Repository, run: int, attempt: int) -> Sequence[RunJob]: ...
    async def dispatched_since(self, repository: Repository, path: str, since: datetime) -> Sequence[RunReport]:
        """Runs of this workflow that our App dispatched since then: candidates for T31."""

    async def started_since(self, repository: Repository, since: datetime) -> Sequence[RunReport]:
        """The newest attempts of runs of all workflows, whoever started them, created since then or that very day."""

    async def rerun(self, repository: Repository, run: int, *, failed_only: bool) -> None:
        """Start its next attempt. Never retried inside."""

    async def cancel(self, repository: Repository, run: int) -> None:
        """Ask GitHub to cancel. A run that is completed already is not an error."""


class FindRepository(Protocol):
    """Repositories by the names that people type."""

    async def find(self, connection: UUID, owner: str, name: str) -> Repository | None:
        """The repository under its present labels; None when it is not there, or not for our App."""


class Logs(Protocol):
    """Logs of jobs."""

    async def of_job(self, repository: Repository, job: int) -> JobLog | None:
        """The end of the job's log; None when GitHub has none (any more)."""


class Comments(Protocol):
    """Comments and reactions in a thread."""

    async def create(self, repository: Repository, number: int, body: str) -> int: ...
    async def edit(self, repository: Repository, comment: int, body: str, *, urgent: bool = False) -> None:
        """`urgent` for a final state, which others make room for."""

    async def find(self, repository: Repository, number: int, marker: str, since: datetime) -> int | None:
        """The id of our App's own comment that ends with `marker`; anybody else's does not count."""

    async def react(self, repository: Repository, comment: int, reaction: str) -> None:
        """GitHub's reaction words: `eyes`, `rocket`, `-1`, `confused`, ... Doing it twice is a no-op at GitHub."""


class HookDeliveries(Protocol):
    """GitHub's own record of what it sent to us."""

    async def failed(self, connection: UUID, cursor: str | None) -> Attempts:
        """A page of the attempts that failed; `cursor` is where the page before said that older ones are."""

    async def redeliver(self, connection: UUID, attempt: int) -> None:
        """Have it sent again under the same GUID; GitHub does so a little later. Never retried inside."""


class ConfigFiles(Protocol):
    """Configuration files as GitHub has them now. None only when GitHub says that there is none (T13)."""

    async def of_repository(self, repository: Repository, *, commit: str | None = None) -> ConfigFile | None:
        """`.github/signalbox.yml` on the default branch, or in that commit (also of a fork's pull request).

        Any other answer than the file or a definite 404 raises `UpstreamError`: unreadable is not absent.
        """

    async def of_organisation(self, repository: Repository) -> ConfigFile | None:
        """The same path in the repository `.github` of the same owner; None when that is not there or not ours."""


class Teams(Protocol):
    """Teams of the repository owner's organisation; of another one's nobody is a member (T13)."""

    async def member(self, repository: Repository, team: str, account: GitHubAccount, *, fresh: bool = True) -> bool:
        """Whether the account is an active member of `owner/slug`, child teams included: now, or, where nothing hangs
        on it but what is shown, within the last minute.

        Raises `UpstreamError` when GitHub does not say so, and `Refused` when it says it about somebody else (T8).
        """


class Owners(Protocol):
    """Whose repositories are."""

    async def owns(self, repository: Repository, account: GitHubAccount) -> bool:
        """Whether the account owns the repository, or its organisation, now. Raises `UpstreamError`."""


class Snapshots(Protocol):
    """What the gates look at, in one question."""

    async def of(self, repository: Repository, number: int, sha: str) -> Snapshot:
        """The pull request with the checks and reviews of that commit. Raises `NotFound`, and `UpstreamError`."""


class Comparisons(Protocol):
    """What lies between two commits."""

    async def between(self, repository: Repository, live: str, sha: str) -> Ships:
        """What `sha` has beyond `live`. Raises `NotFound`, and `UpstreamError`."""


class Proposals(Protocol):
    """Pull requests of ours."""

    async def open(self, repository: Repository, *, branch: str, path: str, data: bytes, title: str, body: str) -> str:
        """A pull request into the default branch that adds this one file; its address.

        The same branch twice is the same pull request. Raises `Refused` when the App may not write contents.
        """


class ConfigHistory(Protocol):
    """How the configuration file of a repository came to be as it is, and who else could have had a say (T13)."""

    async def merge(self, repository: Repository) -> Merge | None:
        """The pull request that brought the newest change of the file onto the default branch; None when there was
        none, or GitHub does not tell which one it was."""

    async def touched(self, repository: Repository, number: int) -> bool:
        """Whether this pull request adds, changes or removes the file."""

    async def others(self, repository: Repository, account: int) -> bool:
        """Whether any human besides this one has write."""
