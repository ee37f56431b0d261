"""Owns pull requests: where they come from, where their head is, and what moves it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.checks import CheckRun, Status
from bot.sandbox.github.git import Commit, merged
from bot.sandbox.github.refusals import Refused
from bot.sandbox.github.reporters import ACTIONS
from bot.sandbox.github.reviews import Review, add_review
from bot.sandbox.github.threads import Issue

if TYPE_CHECKING:
    from bot.sandbox.github.protection import Protection
    from bot.sandbox.github.repositories import Repository


@dataclass(slots=True, eq=False, kw_only=True)
class PullRequest:
    id: int
    issue: Issue
    base: str
    head: str
    head_repository: "Repository | None"  # None: the fork was deleted
    head_owner: Account
    head_commit: Commit  # outlives the branch and the fork
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: Account | None = None
    merge_sha: str | None = None
    reviews: list[Review] = field(default_factory=list)
    conflicts: bool = False
    computing: bool = False  # GitHub has not found out yet whether it could be merged

    @property
    def repository(self) -> "Repository":
        return self.issue.repository

    @property
    def number(self) -> int:
        return self.issue.number

    @property
    def author(self) -> Account:
        return self.issue.author

    @property
    def head_sha(self) -> str:
        return self.head_commit.sha

    @property
    def base_commit(self) -> Commit:
        return self.repository.git.head(self.base)

    @property
    def protection(self) -> "Protection | None":
        return self.repository.protections.get(self.base)

    def comes_from(self, repository: "Repository", branch: str) -> bool:
        return self.head_repository is repository and self.head == branch

    async def push(
        self,
        message: str | None = None,
        *,
        files: Mapping[str, str | bytes] | None = None,
        by: str | None = None,
        force: bool = False,
    ) -> str:
        """Somebody pushes to the head: `push` and `synchronize` go out. The new SHA comes back."""
        if self.head_repository is None:
            raise ValueError("the fork of this pull request was deleted, nobody can push to it")
        by = by or self.author.login
        return await self.head_repository.push(self.head, files=files, message=message, by=by, force=force)

    async def close(self, *, by: str | None = None) -> None:
        world = self.repository.world
        self.issue.closed_at = self.issue.updated_at = world.clock()
        world.events.pull("closed", self, world.account(by) if by else self.author)
        await world.webhooks.settled()

    async def reopen(self, *, by: str | None = None) -> None:
        world = self.repository.world
        self.issue.closed_at, self.issue.updated_at = None, world.clock()
        world.events.pull("reopened", self, world.account(by) if by else self.author)
        await world.webhooks.settled()

    async def ready(self, *, by: str | None = None) -> None:
        await self._redraft(False, "ready_for_review", by)

    async def to_draft(self, *, by: str | None = None) -> None:
        await self._redraft(True, "converted_to_draft", by)

    async def _redraft(self, draft: bool, action: str, by: str | None) -> None:
        world = self.repository.world
        self.draft, self.issue.updated_at = draft, world.clock()
        world.events.pull(action, self, world.account(by) if by else self.author)
        await world.webhooks.settled()

    async def merge(self, *, by: str, squash: bool = False) -> str:
        """What the head changed lands on the base branch, in a merge commit or in a plain one. Nobody is asked for
        checks and reviews here: an admin may merge without them."""
        if self.conflicts:
            raise Refused(405, "Merge conflict")
        world, person = self.repository.world, self.repository.world.account(by)
        title = f"Merge pull request #{self.number} from {self.head_owner.login}/{self.head}"
        message = f"{self.issue.title} (#{self.number})" if squash else title
        git, base, head = self.repository.git, self.base_commit, self.head_commit
        common = git.merge_base(base.sha, head.sha)
        files = merged(common.files if common else {}, base.files, head.files)
        parents = (base.sha,) if squash else (base.sha, head.sha)
        made = self.repository.commit(self.base, files, message, person, parents=parents, merging=True)
        self.merged_at = self.issue.closed_at = self.issue.updated_at = world.clock()
        self.merged_by, self.merge_sha = person, made.sha
        world.events.pull("closed", self, person)
        await world.webhooks.settled()
        return made.sha

    # What is said about it

    def check(self, name: str, state: str = "success", *, app: int = ACTIONS, **more: str) -> CheckRun:
        """An app reports about the head, with a conclusion or the state of a run that goes on."""
        return self.repository.check(self.head_sha, name, state, app=app, **more)

    def status(self, context: str, state: str = "success", *, by: str | None = None) -> Status:
        """Somebody who can push reports about the head."""
        return self.repository.status(self.head_sha, context, state, by=by)

    def review(self, login: str, state: str = "APPROVED", *, sha: str | None = None, body: str = "") -> Review:
        """Somebody says APPROVED, CHANGES_REQUESTED or COMMENTED, about the head or an older commit."""
        return add_review(self, login, state, sha=sha, body=body)

    def delete_fork(self) -> None:
        """The fork's account threw it away: `head.repo` is null from now on."""
        fork = self.head_repository
        if fork is None or fork is self.repository:
            raise ValueError("this pull request does not come from a fork")
        self.repository.world.forget(fork)
        self.head_repository = None
