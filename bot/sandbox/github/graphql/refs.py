"""Owns branches, commits, how far one is from another, and the rules of a branch as far as the asker may know them."""

from dataclasses import dataclass

from bot.sandbox.github.callers import Caller, InstallationCaller
from bot.sandbox.github.git import Commit
from bot.sandbox.github.graphql.actors import Reporter
from bot.sandbox.github.graphql.checks import Rollup, rollup
from bot.sandbox.github.graphql.problems import Problem, forbidden
from bot.sandbox.github.heads import head_of
from bot.sandbox.github.ids import stamp
from bot.sandbox.github.protection import Protection
from bot.sandbox.github.reporters import reporter
from bot.sandbox.github.repositories import Repository


@dataclass(frozen=True, slots=True)
class GitCommit:
    """A `Commit`."""

    caller: Caller
    repository: Repository
    found: Commit
    type_name = "Commit"

    @property
    def oid(self) -> str:
        return self.found.sha

    @property
    def abbreviated_oid(self) -> str:
        return self.found.sha[:7]

    @property
    def committed_date(self) -> str:
        return stamp(self.found.at)

    @property
    def message_headline(self) -> str:
        return self.found.message.split("\n", 1)[0]

    @property
    def status_check_rollup(self) -> Rollup | None:
        return rollup(self.caller, self.repository, self.found)


@dataclass(frozen=True, slots=True)
class Comparison:
    ahead_by: int
    behind_by: int

    @property
    def status(self) -> str:
        if self.ahead_by and self.behind_by:
            return "DIVERGED"
        return "AHEAD" if self.ahead_by else "BEHIND" if self.behind_by else "IDENTICAL"


@dataclass(frozen=True, slots=True)
class RequiredCheck:
    context: str
    app: Reporter | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A `BranchProtectionRule`, or the part of it that everybody may know, a `RefUpdateRule`."""

    repository: Repository
    rule: Protection

    @property
    def pattern(self) -> str:
        return self.rule.pattern

    @property
    def dismisses_stale_reviews(self) -> bool:
        return self.rule.dismiss_stale

    @property
    def required_approving_review_count(self) -> int | None:
        return self.rule.reviews if self.rule.asks_for_reviews else None

    @property
    def required_status_check_contexts(self) -> list[str]:
        return [name for name, _ in self.rule.required]

    @property
    def required_status_checks(self) -> list[RequiredCheck]:
        world, required = self.repository.world, self.rule.required
        return [RequiredCheck(name, Reporter(reporter(world, app)) if app else None) for name, app in required]

    @property
    def requires_approving_reviews(self) -> bool:
        return self.rule.asks_for_reviews

    @property
    def requires_code_owner_reviews(self) -> bool:
        return bool(self.rule.code_owners)

    @property
    def requires_status_checks(self) -> bool:
        return bool(self.rule.required) or self.rule.strict

    @property
    def requires_strict_status_checks(self) -> bool:
        return self.rule.strict


@dataclass(frozen=True, slots=True)
class Ref:
    caller: Caller
    repository: Repository
    full_name: str

    @property
    def prefix(self) -> str:
        return "refs/tags/" if self.full_name.startswith("refs/tags/") else "refs/heads/"

    @property
    def name(self) -> str:
        return self.full_name.removeprefix(self.prefix)

    @property
    def found(self) -> Commit:
        named = self.repository.git.named(self.full_name)
        if named is None:
            raise Problem("NOT_FOUND", f"Could not resolve to a Ref with the name '{self.name}'.")
        return named[1]

    @property
    def target(self) -> GitCommit:
        return GitCommit(self.caller, self.repository, self.found)

    def compare(self, head_ref: str) -> Comparison | None:
        """From here to a branch, `owner:branch` of a fork, a tag, `refs/pull/7/head` or a commit; null for what is
        not there."""
        head = head_of(self.repository, head_ref)
        return None if head is None else Comparison(*self.repository.git.compare(self.found.sha, head.sha))

    @property
    def branch_protection_rule(self) -> Rule | None:
        """There is nothing to keep secret about a branch without one. Others need `administration: read`: an app is
        told so, a person sees nothing."""
        rule = self.repository.protections.get(self.name)
        if rule is None:
            return None
        is_app = isinstance(self.caller, InstallationCaller)
        problem = forbidden(self.caller, self.repository, f"administration={'read' if is_app else 'write'}")
        if problem is not None and is_app:
            raise problem
        return Rule(self.repository, rule) if problem is None else None

    @property
    def ref_update_rule(self) -> Rule | None:
        rule = self.repository.protections.get(self.name)
        return None if rule is None else Rule(self.repository, rule)
