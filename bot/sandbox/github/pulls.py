"""Owns pull requests: where they come from, where their head is, and what moves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.git import Commit
from bot.sandbox.github.threads import Issue

if TYPE_CHECKING:
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

    async def merge(self, *, by: str) -> str:
        """The head's files land on the base branch as a merge commit."""
        world, person = self.repository.world, self.repository.world.account(by)
        message = f"Merge pull request #{self.number} from {self.head_owner.login}/{self.head}"
        merged = self.repository.commit(
            self.base, self.head_commit.files, message, person, parents=(self.base_commit.sha, self.head_sha)
        )
        self.merged_at = self.issue.closed_at = self.issue.updated_at = world.clock()
        self.merged_by, self.merge_sha = person, merged.sha
        world.events.pull("closed", self, person)
        await world.webhooks.settled()
        return merged.sha

    def delete_fork(self) -> None:
        """The fork's account threw it away: `head.repo` is null from now on."""
        fork = self.head_repository
        if fork is None or fork is self.repository:
            raise ValueError("this pull request does not come from a fork")
        self.repository.world.forget(fork)
        self.head_repository = None
