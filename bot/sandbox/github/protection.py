"""Owns branch protection, and what GitHub makes of it: which checks are required, the verdict over all reviews, and
whether a pull request could be merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.github.reviews import latest_opinions

if TYPE_CHECKING:
    from bot.sandbox.github.pulls import PullRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """The rule of one branch."""

    pattern: str
    required: tuple[tuple[str, int | None], ...]  # the name, and the app that has to report it
    strict: bool  # the head must have everything of the base
    reviews: int
    code_owners: tuple[str, ...]  # logins; one of them has to approve
    dismiss_stale: bool

    @property
    def asks_for_reviews(self) -> bool:
        return self.reviews > 0 or bool(self.code_owners)

    def requires(self, name: str, app: int | None) -> bool:
        return any(name == wanted and of in (None, app) for wanted, of in self.required)


def protection(
    pattern: str,
    *,
    required: Sequence[str],
    strict: bool,
    reviews: int,
    code_owners: Sequence[str],
    dismiss_stale: bool,
) -> Protection:
    """`required` are names, with `@` and the app's number where only that app counts."""
    wanted = [(name, int(app) if app else None) for name, _, app in (each.partition("@") for each in required)]
    return Protection(
        pattern=pattern,
        required=tuple(wanted),
        strict=strict,
        reviews=reviews,
        code_owners=tuple(code_owners),
        dismiss_stale=dismiss_stale,
    )


def decision(pull: "PullRequest") -> str | None:
    """GitHub's verdict where reviews are required; only those of people with write count."""
    rule = pull.protection
    if rule is None or not rule.asks_for_reviews:
        return None
    opinions = latest_opinions(pull, writers_only=True)
    if any(each.state == "CHANGES_REQUESTED" for each in opinions):
        return "CHANGES_REQUESTED"
    approved = [each.author.login for each in opinions if each.state == "APPROVED"]
    owned = not rule.code_owners or bool(set(approved) & set(rule.code_owners))
    return "APPROVED" if owned and len(approved) >= rule.reviews else "REVIEW_REQUIRED"


def mergeable(pull: "PullRequest") -> str:
    """`UNKNOWN` while GitHub computes it, which `pull.computing` prolongs, and for what is closed."""
    if pull.issue.state != "open" or pull.computing:
        return "UNKNOWN"
    return "CONFLICTING" if pull.conflicts else "MERGEABLE"


def merge_state(pull: "PullRequest") -> str:
    """https://docs.github.com/en/graphql/reference/enums#mergestatestatus"""
    known = {"UNKNOWN": "UNKNOWN", "CONFLICTING": "DIRTY"}.get(mergeable(pull))
    if known is not None:
        return known
    if pull.draft:
        return "DRAFT"
    if is_blocked(pull):
        return "BLOCKED"
    if pull.protection is not None and pull.protection.strict and is_behind(pull):
        return "BEHIND"
    return "CLEAN" if all(passed for _, _, passed in reports(pull)) else "UNSTABLE"


def is_behind(pull: "PullRequest") -> bool:
    return pull.repository.git.compare(pull.base_commit.sha, pull.head_sha)[1] > 0


def is_blocked(pull: "PullRequest") -> bool:
    rule = pull.protection
    if rule is None:
        return False
    told = reports(pull)
    for wanted, of in rule.required:
        found = [passed for name, app, passed in told if name == wanted and of in (None, app)]
        if not found or not all(found):
            return True
    return decision(pull) not in (None, "APPROVED")


def reports(pull: "PullRequest") -> list[tuple[str, int | None, bool]]:
    """What was reported about the head: its name, the app, whether it passed."""
    checks = pull.repository.checks
    runs = [(run.name, run.app.id, run.passed) for run in checks.of(pull.head_sha)]
    return [*runs, *((each.context, None, each.state == "success") for each in checks.statuses_of(pull.head_sha))]
