"""What the steps need of GitHub around deployments: check runs, deployments, environments and our protection rule.

Every method may raise `UpstreamError`: `Unreachable` of a write may mean that it took effect all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.model.check_run import CheckReport
from bot.model.deployment import DeploymentState, Environment, PendingDeployment, Verdict
from bot.model.repository import Repository


class CheckRuns(Protocol):
    """Check runs of our App: what we say about a commit, where people review it."""

    async def create(self, repository: Repository, sha: str, report: CheckReport) -> int:
        """Make one on that commit; its id. Look first with `find`. Raises `Refused` without the permission."""

    async def update(self, repository: Repository, check_run: int, report: CheckReport) -> None:
        """Say something else; annotations add to those that are there. Raises `NotFound` when it is gone."""

    async def find(self, repository: Repository, sha: str, external_id: str, *, name: str | None = None) -> int | None:
        """The newest one of our App on that commit with this key, whatever anybody else calls theirs."""

    async def tell(self, repository: Repository, sha: str, report: CheckReport) -> int:
        """Find the one with this name and key and bring it up to date, or create it; its id. Twice is once."""


class Deployments(Protocol):
    """GitHub's record of what went where."""

    async def create(
        self,
        repository: Repository,
        sha: str,
        environment: str,
        *,
        key: str,
        description: str = "",
        task: str = "deploy",
    ) -> int:
        """Record one of this commit; its id. `key` goes along in its payload. GitHub merges nothing and waits for no
        status: the gates are ours. Raises `Refused` when GitHub does not take it (409, 422)."""

    async def find(
        self, repository: Repository, sha: str, environment: str, *, key: str, since: datetime, task: str = "deploy"
    ) -> int | None:
        """The one that our App recorded since then with this key; anybody else's does not count (T11)."""

    async def status(
        self,
        repository: Repository,
        deployment: int,
        state: DeploymentState,
        *,
        log_url: str | None = None,
        environment_url: str | None = None,
        description: str = "",
        auto_inactive: bool = True,
    ) -> None:
        """Say how it stands. A success makes older ones of the environment inactive, unless `auto_inactive` is off; in
        `production`, where GitHub does not do so by itself, those of ours."""

    async def environment_url(self, repository: Repository, run: int, sha: str, environment: str) -> str | None:
        """The address that the run's own job gave (`environment: {url: ...}`), if GitHub made a deployment for it.

        `sha` is the run's own commit, which is the default branch's where a pinned one was handed over.
        """


class Environments(Protocol):
    """Environments of a repository, with what GitHub itself enforces there."""

    async def of(self, repository: Repository) -> Sequence[Environment] | None:
        """All of them; None when our App may not read them, which is not the same as none."""

    async def enforced(self, repository: Repository, name: str) -> bool | None:
        """Whether our App's protection rule is on this one; None when there is no such one, or it may not be read."""

    async def pending(self, repository: Repository, run: int) -> Sequence[PendingDeployment]:
        """What the run waits for now, and whom GitHub itself asks."""


class ProtectionRule(Protocol):
    """Our word on jobs that wait for an environment which our App guards (T10)."""

    async def answer(
        self, repository: Repository, run: int, environment: str, state: Verdict | None, comment: str = ""
    ) -> None:
        """Let the job go on, reject it, or with None only say how things are, at most ten times.

        Raises `Refused` when nothing of ours waits there (any more): it was answered before, or the run is over.
        """
