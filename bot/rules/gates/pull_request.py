"""Owns the gates about the pull request itself: it is open, it goes where people look, it is no draft."""

from __future__ import annotations

from bot.model.decision import Gate, Reason
from bot.model.repository import PullRequest


def still_open(pull_request: PullRequest) -> Gate:
    """A closed pull request is history; what it would run is no longer what people look at."""
    return Gate(
        name="pull request open",
        passed=pull_request.open,
        seen=f"#{pull_request.number} is {'open' if pull_request.open else 'closed'}",
        reason=None if pull_request.open else Reason.CLOSED,
        next_step="" if pull_request.open else "Reopen it, or run the workflow on a branch with ref=<branch>.",
    )


def into_the_default_branch(
    pull_request: PullRequest, *, default_branch: str, any_base: bool = False, rule: str = ""
) -> Gate:
    """What goes into another branch is compared with that one, and says little about the default branch."""
    passed = any_base or pull_request.base_ref == default_branch
    goes = f"#{pull_request.number} goes into {pull_request.base_ref}"
    return Gate(
        name="base",
        passed=passed,
        seen=goes if passed else f"{goes}, not into {default_branch}",
        reason=None if passed else Reason.BASE,
        next_step="" if passed else f"Change its base to {default_branch}.",
        rule=rule,
    )


def ready(pull_request: PullRequest, *, drafts: bool = False, environment: str = "", rule: str = "") -> Gate:
    """A draft says of itself that it is not finished."""
    passed = drafts or not pull_request.draft
    allowed = f", which {environment or 'this'} allows" if pull_request.draft and passed else ""
    return Gate(
        name="draft",
        passed=passed,
        seen=f"#{pull_request.number} is {'a draft' if pull_request.draft else 'no draft'}{allowed}",
        reason=None if passed else Reason.DRAFT,
        next_step="" if passed else "Mark it as ready for review.",
        rule=rule,
    )
