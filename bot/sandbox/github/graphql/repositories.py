"""Owns the way in: a repository by its name, and what can be asked of it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.sandbox.github.callers import Caller
from bot.sandbox.github.graphql.actors import Actor
from bot.sandbox.github.graphql.problems import check, missing
from bot.sandbox.github.graphql.pulls import Pull, ref_of
from bot.sandbox.github.graphql.refs import GitCommit, Ref
from bot.sandbox.github.heads import head_of
from bot.sandbox.github.ids import stamp
from bot.sandbox.github.limits import LIMIT, reset_at
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.shapes.repositories import html_url
from bot.sandbox.github.world import World


@dataclass(frozen=True, slots=True)
class Repo:
    """A `Repository`."""

    caller: Caller
    repository: Repository

    @property
    def database_id(self) -> int:
        return self.repository.id

    @property
    def name(self) -> str:
        return self.repository.name

    @property
    def name_with_owner(self) -> str:
        return self.repository.full_name

    @property
    def owner(self) -> Actor:
        return Actor(self.repository.owner, self.repository.world.html)

    @property
    def is_fork(self) -> bool:
        return self.repository.parent is not None

    @property
    def is_private(self) -> bool:
        return self.repository.private

    @property
    def url(self) -> str:
        return html_url(self.repository)

    @property
    def default_branch_ref(self) -> Ref | None:
        check(self.caller, self.repository, "contents=read")
        return ref_of(self.caller, self.repository, self.repository.default_branch)

    def ref(self, qualified_name: str) -> Ref | None:
        """By its full name, or a branch or tag by its short one."""
        check(self.caller, self.repository, "contents=read")
        named = self.repository.git.named(qualified_name)
        return None if named is None else Ref(self.caller, self.repository, named[0])

    def object(self, oid: str | None = None, expression: str | None = None) -> GitCommit | None:
        check(self.caller, self.repository, "contents=read")
        git = self.repository.git
        found = git.objects.get(oid) if oid else head_of(self.repository, expression or "")
        return None if found is None else GitCommit(self.caller, self.repository, found)

    def pull_request(self, number: int) -> Pull:
        check(self.caller, self.repository, "pull_requests=read")
        issue = self.repository.issues.get(number)
        if issue is None or issue.pull is None:
            missing("PullRequest", f"number of {number}")
        return Pull(self.caller, issue.pull)


@dataclass(frozen=True, slots=True)
class RateLimit:
    reset_at: str
    cost: int = 1
    limit: int = LIMIT
    node_count: int = 1
    used: int = 1
    remaining: int = LIMIT - 1


@dataclass(frozen=True, slots=True)
class Query:
    """The root."""

    world: World
    caller: Caller

    def repository(self, owner: str, name: str, follow_renames: bool = True) -> Repo:
        """Hidden is missing; a former name leads on unless the asker says no."""
        found = self.world.find_repository(owner, name)
        if found is None and follow_renames:
            found = self.world.moved_repository(owner, name)
        if found is None or not self.caller.sees(found):
            missing("Repository", f"name '{owner}/{name}'")
        return Repo(self.caller, found)

    def rate_limit(self, dry_run: bool = False) -> RateLimit | None:
        """Null where there are no limits."""
        return RateLimit(reset_time(self.world)) if self.world.limits.told else None


def reset_time(world: World) -> str:
    return stamp(datetime.fromtimestamp(reset_at(world.clock()), UTC))
