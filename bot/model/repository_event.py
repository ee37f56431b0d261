"""Something that happened in a repository: who did what to which thing, and when. Delivery insights count these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryEvent:
    """The facts of one GitHub delivery that are kept for long: ids and GitHub's words, no text that people wrote."""

    delivery: UUID
    """Ours."""
    connection: UUID
    repository: int
    received_at: datetime
    event: str
    action: str | None
    actor: int | None
    """GitHub's id of who did it."""
    number: int | None = None
    """Of the issue or pull request."""
    thing: int | None = None
    """Its id: of the run, job, deployment, review, check, release, ..."""
    parent: int | None = None
    """What the thing belongs to: a run's workflow, a job's run, a status's deployment, a check's suite."""
    attempt: int | None = None
    sha: str | None = None
    ref: str | None = None
    environment: str | None = None
    state: str | None = None
    """A conclusion or else a status, in GitHub's words; `merged` for a pull request that was."""
    happened_at: datetime | None = None
    """GitHub's own time, where the body has one."""
