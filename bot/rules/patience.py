"""Owns how long something waits for an upstream that does not answer, and how soon it is asked again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.errors import RateLimited, UpstreamError

OUTAGE: Final = timedelta(hours=4)
"""What starts a run waits this long, and what follows from one. Whether it may still run is judged then (T4)."""

TYPED: Final = timedelta(minutes=15)
"""Everything else that somebody typed: a later answer is one that nobody looks for any more."""

BLIP: Final = timedelta(seconds=6)
"""Nobody is told of less, and by then it was asked twice at least."""

DRAGS: Final = timedelta(seconds=30)
"""Short pauses that follow each other are told of once they come to this. An edit costs as much as what waits here, and
it would often be undone by the next one."""

SHORTEST: Final = timedelta(seconds=5)
LONGEST: Final = timedelta(seconds=60)


def again(
    error: UpstreamError, *, since: datetime, now: datetime, jitter: float, limit: timedelta = OUTAGE
) -> datetime | None:
    """When to ask again after this error; None when it has waited for longer than `limit` since `since`.

    The pauses grow with the time that it has waited already, from 5 s to 60 s, and are shortened by up to a half, so
    that what failed together does not come back together; `jitter` is in 0..1. Where the upstream itself says when to
    come back, it is that. The last question falls on the end of the limit.
    """
    end = since + limit
    if now >= end:
        return None
    if error.retry_after is not None:
        return min(now + timedelta(seconds=error.retry_after + jitter), end)
    longest = min(max((now - since) / 2, SHORTEST), LONGEST)
    return min(now + longest * (0.5 + jitter / 2), end)


def lasts(error: UpstreamError, waited: timedelta) -> bool:
    """Whether whoever asked should read what it waits for.

    Where it is known how long the pause is, that decides: one shorter than `BLIP` is over before a message about it is
    read. Else it is how long it has `waited` already.
    """
    if error.retry_after is None:
        return waited >= BLIP
    return timedelta(seconds=error.retry_after) >= BLIP or waited >= DRAGS


def own_pace(error: Exception) -> bool:
    """Whether nobody was asked and nothing went wrong: we keep the pace that an upstream wants of us."""
    return isinstance(error, RateLimited) and error.status is None
