"""Deployments and the environments they go to, as GitHub has them. https://docs.github.com/en/rest/deployments"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class DeploymentState(enum.StrEnum):
    """GitHub's words for how a deployment stands."""

    QUEUED = "queued"
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"
    INACTIVE = "inactive"
    """Something newer took its place, or it was taken down."""


class Verdict(enum.StrEnum):
    """What our protection rule says to a job that waits."""

    APPROVED = "approved"
    REJECTED = "rejected"


class ReviewerKind(enum.StrEnum):
    """What GitHub calls whoever may review a deployment."""

    USER = "User"
    TEAM = "Team"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """Somebody whom GitHub itself asks; one yes of all reviewers is enough for it."""

    kind: ReviewerKind
    id: int
    name: str
    """A login, or a team's slug: of the owner's organisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An environment of a repository, with the rules that GitHub enforces there."""

    id: int
    name: str
    """As it is written at GitHub, where case does not tell environments apart."""
    reviewers: tuple[Reviewer, ...]
    """Required ones; empty when nobody has to be asked."""
    prevent_self_review: bool
    """Whether whoever started the run may not be the one who approves it (T7)."""
    wait_minutes: int
    enforced: bool | None
    """Whether our App's protection rule is on it, so that nobody gets past us (T3). None when GitHub did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingDeployment:
    """An environment that a run waits for now."""

    environment_id: int
    environment: str
    reviewers: tuple[Reviewer, ...]
    wait_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentReport:
    """What a deployment of ours says."""

    state: DeploymentState
    log_url: str | None
    """The page of the run."""
    environment_url: str | None
    """Where what was deployed can be seen."""
