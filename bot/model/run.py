"""A GitHub workflow run with GitHub's own words for its status, attempts and jobs.

https://docs.github.com/en/rest/actions/workflow-runs
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID


class RunStatus(enum.StrEnum):
    """GitHub's status of a run or job."""

    REQUESTED = "requested"
    PENDING = "pending"
    WAITING = "waiting"
    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


class Conclusion(enum.StrEnum):
    """GitHub's conclusion of a completed run or job."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    TIMED_OUT = "timed_out"
    ACTION_REQUIRED = "action_required"
    STALE = "stale"
    STARTUP_FAILURE = "startup_failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob:
    """One job of a run."""

    id: int
    name: str
    status: RunStatus
    conclusion: Conclusion | None
    started_at: datetime | None
    completed_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a job, as GitHub tells it: its times have whole seconds."""

    number: int
    name: str
    conclusion: Conclusion | None
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLog:
    """The end of a job's log as it came from GitHub: nothing in it is masked, cut or safe to show yet."""

    job: str
    """The job's name."""
    step: str | None
    """The name of the step that failed first; None where none did."""
    text: str
    url: str
    """The job's page, for people."""
    failed: Step | None = None
    """The step of that name, with its times: by these its part of the text is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What GitHub said about a run, by webhook or when asked. Facts that GitHub left out are None."""

    id: int
    attempt: int
    status: RunStatus
    conclusion: Conclusion | None
    event: str | None
    workflow_id: int | None
    path: str | None
    """`.github/workflows/deploy.yml`, without the `@ref` that GitHub sometimes adds."""
    head_sha: str | None
    actor_id: int | None
    actor_login: str | None
    display_title: str | None
    url: str
    created_at: datetime | None
    updated_at: datetime
    triggering_actor_id: int | None = None
    """Who started this attempt; `actor` stays who started the first."""
    triggering_actor_login: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that a request started: the newest that we know of one attempt."""

    id: UUID
    connection: UUID
    repository: int
    github_id: int
    attempt: int
    request: UUID
    status: RunStatus
    conclusion: Conclusion | None
    url: str
    verified: bool
    """Whether head_sha, path and actor were compared with the record (T1)."""
    jobs: tuple[RunJob, ...]
    updated_at: datetime
    """GitHub's time of the newest report taken in: older reports are no-ops."""
    checked_at: datetime
    """Our time of the last news, by webhook or sweep, or of the last question that was not answered."""


class Doubt(enum.StrEnum):
    """What is not known of a request that has been silent for long."""

    SENT = "sent"
    """Whether its dispatch got through."""
    WHICH = "which"
    """Which run is its."""
    HOW = "how"
    """How its run stands."""
    WHETHER = "whether"
    """Whether it still has to wait for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A request that has had no news for longer than its age allows."""

    request: UUID
    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How long silence is allowed to last: a tenth of the request's age, within these bounds."""

    shortest: timedelta
    longest: timedelta
    lost: timedelta
    """Instead of `longest` where the request was given up."""
    lost_for: timedelta
    """After this much time as lost it is asked about no more."""
