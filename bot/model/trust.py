"""Somebody's word that a fork's commit may run (T15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.model.config import Remember


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """One `trust`. It counts while whoever said it still has write, which is asked again at each use (T28)."""

    id: UUID
    connection: UUID
    repository: int
    pull_request: int
    sha: str
    """The whole commit id that was looked at."""
    person: UUID
    remember: Remember
    """Whether it holds for this commit, or for later ones of the pull request too."""
    at: datetime
    revoked_at: datetime | None = None
    revoked_by: UUID | None = None
