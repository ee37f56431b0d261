"""Owns how long things are kept. docs/operating.md gives the reason of each; a test holds the two equal.

What is not named here is kept for good: requests, runs, votes, locks, the audit, people and their links, heads,
and the natural keys of answers, without which an old delivery could be replayed (T20).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

KEPT_FOR: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "delivery_facts": timedelta(days=3),
        # GitHub repeats a delivery for three days, GHES for seven, Slack for an hour.
        # https://docs.github.com/en/enterprise-server/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
        "deliveries": timedelta(days=8),
        "answers": timedelta(days=1),
        "unsaid_answers": timedelta(days=7),
        "link_attempts": timedelta(days=1),
        "sessions": timedelta(days=1),
        "trusts": timedelta(days=100),
        # GitHub keeps logs for 90 days unless it is told otherwise, and we find them by their jobs.
        "run_jobs": timedelta(days=100),
        "repository_events": timedelta(days=400),
    }
)
"""After receipt, after it was said, after the attempt began, after the sign-in ended, after trust was said, after the
request ended. In the order of pruning."""

SHORTENED: Final = frozenset({"run_jobs", "repository_events"})
"""What `signalbox prune --older-than` may shorten: history that no step of ours looks at."""

_DAYS: Final = re.compile(r"([1-9][0-9]{0,4})d")


def days(text: str) -> timedelta | None:
    """`90d` as a span; None for anything else."""
    found = _DAYS.fullmatch(text)
    return timedelta(days=int(found[1])) if found else None


def kept_for(older_than: timedelta | None) -> Mapping[str, timedelta]:
    """How long each is kept when an operator asks for less of the history; never longer than by default."""
    if older_than is None:
        return KEPT_FOR
    return {name: min(span, older_than) if name in SHORTENED else span for name, span in KEPT_FOR.items()}
