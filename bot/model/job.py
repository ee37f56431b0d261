"""A piece of work that must happen, kept in the database until it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to do. `(kind, key)` is unique among unfinished and held jobs.

    Enqueueing a key that waits brings it forward; a key that is running just then runs once more afterwards.
    `payload` is plain JSON and carries its version as `v`.
    """

    kind: str
    key: str
    payload: Mapping[str, Any]
    run_at: datetime | None = None
    """Not before this moment (aware UTC); None means now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job as it lies in the database, for `signalbox jobs`, pages and metrics."""

    id: str
    kind: str
    key: str
    payload: Mapping[str, Any]
    state: str
    """`ready` or `held`."""
    run_at: datetime
    attempts: int
    last_error: str | None
    created_at: datetime
