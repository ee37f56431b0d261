"""Owns pull requests and their reviews, as GraphQL shows them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.github.callers import Caller
from bot.sandbox.github.graphql.actors import Actor
from bot.sandbox.github.graphql.connections import Connection, connection
from bot.sandbox.github.graphql.refs import GitCommit, Ref
from bot.sandbox.github.ids import stamp, stamp_or_none
from bot.sandbox.github.protection import decision, merge_state, mergeable
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.reviews import Review, latest_opinions
from bot.sandbox.github.shapes.repositories import html_url

if TYPE_CHECKING:
    from bot.sandbox.github.graphql.repositories import Repo


@dataclass(frozen=True, slots=True)
class PullReview:
    """A `PullRequestReview`."""

    caller: Caller
    review: Review

    @property
    def database_id(self) -> int:
        return self.review.id

    @property
    def full_database_id(self) -> str:
        return str(self.review.id)

    @property
    def author(self) -> Actor:
        return Actor(self.review.author, self.review.pull.repository.world.html)

    @property
    def author_can_push_to_repository(self) -> bool:
        return self.review.can_push

    @property
    def body(self) -> str:
        return self.review.body

    @property
    def commit(self) -> GitCommit:
        repository = self.review.pull.repository
        return GitCommit(self.caller, repository, repository.git.objects[self.review.sha])

    @property
    def state(self) -> str:
        return self.review.state

    @property
    def submitted_at(self) -> str:
        return stamp(self.review.submitted_at)


@dataclass(frozen=True, slots=True)
class Pull:
    """A `PullRequest`."""

    caller: Caller
    pull: PullRequest

    @property
    def database_id(self) -> int:
        return self.pull.id

    @property
    def full_database_id(self) -> str:
        return str(self.pull.id)

    @property
    def number(self) -> int:
        return self.pull.number

    @property
    def title(self) -> str:
        return self.pull.issue.title

    @property
    def url(self) -> str:
        return f"{html_url(self.pull.repository)}/pull/{self.pull.number}"

    @property
    def state(self) -> str:
        return "MERGED" if self.merged else self.pull.issue.state.upper()

    @property
    def closed(self) -> bool:
        return self.pull.issue.state != "open"

    @property
    def merged(self) -> bool:
        return self.pull.merged_at is not None

    @property
    def merged_at(self) -> str | None:
        return stamp_or_none(self.pull.merged_at)

    @property
    def is_draft(self) -> bool:
        return self.pull.draft

    @property
    def author(self) -> Actor:
        return Actor(self.pull.author, self.pull.repository.world.html)

    @property
    def head_ref(self) -> Ref | None:
        home = self.pull.head_repository
        return None if home is None else ref_of(self.caller, home, self.pull.head)

    @property
    def head_ref_name(self) -> str:
        return self.pull.head

    @property
    def head_ref_oid(self) -> str:
        return self.pull.head_sha

    @property
    def head_repository(self) -> "Repo | None":
        """Null for a fork that was deleted, or that the asker may not see."""
        home = self.pull.head_repository
        return self._repository(home) if home is not None and self.caller.sees(home) else None

    @property
    def is_cross_repository(self) -> bool:
        return self.pull.head_repository is not self.pull.repository

    @property
    def base_ref(self) -> Ref | None:
        return ref_of(self.caller, self.pull.repository, self.pull.base)

    @property
    def base_ref_name(self) -> str:
        return self.pull.base

    @property
    def base_ref_oid(self) -> str:
        return self.pull.base_commit.sha

    @property
    def base_repository(self) -> "Repo":
        return self._repository(self.pull.repository)

    @property
    def mergeable(self) -> str:
        return mergeable(self.pull)

    @property
    def merge_state_status(self) -> str:
        return merge_state(self.pull)

    @property
    def review_decision(self) -> str | None:
        return decision(self.pull)

    def latest_opinionated_reviews(
        self,
        first: int | None = None,
        last: int | None = None,
        after: str | None = None,
        before: str | None = None,
        writers_only: bool = False,
    ) -> Connection[PullReview]:
        found = [PullReview(self.caller, each) for each in latest_opinions(self.pull, writers_only=writers_only)]
        return connection("latestOpinionatedReviews", found, first=first, last=last, after=after, before=before)

    def _repository(self, repository: Repository) -> "Repo":
        from bot.sandbox.github.graphql.repositories import Repo

        return Repo(self.caller, repository)


def ref_of(caller: Caller, repository: Repository, branch: str) -> Ref | None:
    """Null for a branch that was deleted."""
    return Ref(caller, repository, f"refs/heads/{branch}") if branch in repository.git.branches else None
