"""Owns what is known of a kind of job: who handles it, how often it is tried, how long between two tries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.errors import UpstreamError

FIRST_BACKOFF_SECONDS = 1.0

Handler = Callable[[Mapping[str, Any]], Awaitable[datetime | None]]
"""Does the work of a payload, perhaps for the second time: a crash repeats it, so it looks before it acts.

Returns None when it is done, or the aware datetime at which to go on; that counts as no attempt and forgets earlier
failures. Any exception is a failed attempt.
"""

OnHeld = Callable[[Mapping[str, Any], Exception], Awaitable[None]]
"""Told that the last attempt at this payload failed, and how, so that the person hears of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How hard to try."""

    attempts: int = 8
    """Failures in a row after which the job is held."""
    backoff_cap_seconds: float = 300.0
    deadline_seconds: float = 120.0
    """How long one attempt may take; past that it has failed."""

    def pause(self, failures: int, error: Exception, jitter: float) -> timedelta:
        """How long to wait after so many failures in a row, the last of them this one; `jitter` is in 0..1.

        Exponential with full jitter, so that jobs that failed together do not come back together. An upstream's own
        `retry_after` is waited for before that.
        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        """
        ceiling = min(self.backoff_cap_seconds, FIRST_BACKOFF_SECONDS * 2.0 ** (failures - 1))
        asked = error.retry_after or 0.0 if isinstance(error, UpstreamError) else 0.0
        return timedelta(seconds=asked + ceiling * jitter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of job that this process knows."""

    name: str
    handler: Handler
    versions: frozenset[int]
    """The payload versions that the handler reads; jobs of others are left alone."""
    policy: Policy
    on_held: OnHeld | None
