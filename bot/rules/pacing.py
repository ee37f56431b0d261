"""Owns when a living message may be edited next.

Every edit costs GitHub's patience (80 writes a minute, 500 an hour for all of an installation's threads) and a line of
somebody's attention, so the first news and the last are shown at once and what lies between is gathered for longer and
longer. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

INTERVALS: Final = tuple(timedelta(seconds=seconds) for seconds in (2, 8, 20, 45, 90, 180, 300))
"""How long the first, second, ... edit stands before the next one; the last holds for all that follow."""

URGENT: Final = timedelta(seconds=5)
"""How long an edit stands at least before bad news, the first failed job."""


def next_edit(
    *, now: datetime, created_at: datetime, edited_at: datetime | None, edits: int, urgent: bool, final: bool
) -> datetime:
    """The moment from which on the message may be edited, never before `now`; all news until then go into that edit.

    `edits` counts the edits that were made, the posting not among them; `edited_at` is when the message was last
    written, `created_at` when its request began. `urgent` may come sooner than its turn, so the caller says it once
    per message. A final state never waits.
    """
    if final or edits == 0:
        return now
    wait = INTERVALS[min(edits, len(INTERVALS)) - 1]
    last = min(edited_at or created_at, now)  # a clock that was set back must not silence the message
    return max(now, last + (min(wait, URGENT) if urgent else wait))
