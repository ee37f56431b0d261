"""What GitHub says about a pull request's commit in one answer, for the gates to look at."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from bot.model.repository import PullRequest


class CheckState(enum.StrEnum):
    """How a check stands. Skipped and neutral count as passed, as they do for GitHub."""

    PASSED = "passed"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check run or a commit status."""

    name: str
    app: int | None
    """The id of the app that reported it; None for a commit status, which anybody with push can set."""
    state: CheckState
    at: datetime | None
    """When it was last heard of: of two with the same name and app the later one counts."""
    required: bool
    """Whether branch protection requires it for this pull request."""
    url: str = ""


class ReviewState(enum.StrEnum):
    """GitHub's words. https://docs.github.com/en/graphql/reference/enums#pullrequestreviewstate"""

    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    COMMENTED = "COMMENTED"
    DISMISSED = "DISMISSED"
    PENDING = "PENDING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The newest review of one person that says yes or no."""

    author: int | None
    """GitHub's numeric id; None for an account that is gone."""
    login: str
    state: ReviewState
    sha: str
    """The commit that was reviewed."""
    can_push: bool
    """Whether the reviewer has write, as GitHub says."""


class ReviewDecision(enum.StrEnum):
    """GitHub's own verdict over all reviews, code owners included, where branch protection asks for reviews."""

    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    REVIEW_REQUIRED = "REVIEW_REQUIRED"


class Mergeable(enum.StrEnum):
    """Whether GitHub could merge it."""

    MERGEABLE = "MERGEABLE"
    CONFLICTING = "CONFLICTING"
    UNKNOWN = "UNKNOWN"
    """Not computed yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One moment of a pull request. None anywhere means that GitHub did not say: never a yes."""

    pull_request: PullRequest
    author: int | None
    """Whose pull request it is."""
    sha: str
    """The commit that `checks` and `reviews` were asked about."""
    checks: tuple[Check, ...] | None
    """Every one, all pages, none thrown away; None where they could not be read to the end."""
    required: frozenset[str] | None
    """Names of checks that the base branch's protection requires, whether or not they ran; None where not told."""
    reviews: tuple[Review, ...] | None
    decision: ReviewDecision | None
    mergeable: Mergeable
    behind_base: int | None
    """How many commits of the base branch the head lacks."""
    behind_default: int | None
