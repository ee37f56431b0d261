"""A question of GitHub's about an environment that our protection rule guards, and what came of it (T10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.model.deployment import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What we say to a job that waits at the environment."""

    verdict: Verdict | None
    """None: not known yet, so the job goes on waiting."""
    note: str
    """Why, in a sentence for whoever looks at the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What we said, or are about to say. A grant is for exactly this run, attempt, commit, workflow and environment."""

    id: UUID
    connection: UUID
    repository: int
    run: int
    attempt: int
    environment: str
    """Folded, as gates bind to it (T2)."""
    environment_name: str
    """As GitHub spells it."""
    sha: str
    """The commit that the run reports."""
    workflow_path: str
    request: UUID | None
    """Whose run it is; None for one that nobody asked us for."""
    word: Word
    comments: int
    """How many comments that decide nothing GitHub took of us about it."""
    asked_at: datetime
    answered_at: datetime | None
    """When GitHub took what we decided; None while it may not have heard it, which a run that is over leaves so."""
