"""Owns the patience of jobs: an upstream that does not answer costs time, and is no failed attempt."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import RateLimited, Unreachable, UpstreamError
from bot.flow.ports import Clock
from bot.rules import patience

log = logging.getLogger(__name__)

Away = (Unreachable, RateLimited)
"""The errors that another try may help."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Does work that needs GitHub or Slack, or says when to go on."""

    clock: Clock
    jitter: Callable[[], float]
    """Numbers in 0..1, so that what failed together does not come back together."""

    async def __call__(
        self, work: Awaitable[datetime | None], since: datetime, limit: timedelta = patience.OUTAGE
    ) -> datetime | None:
        """What the work says; while an upstream is away, or our own pace towards it full, when to do it again.

        `since` is when the work came up. Raises the `UpstreamError` once that is longer ago than `limit`: from then on
        every try is a failed attempt, and after the last one the job is held. Keeping our own pace is never one.
        """
        try:
            return await work
        except Away as error:
            if patience.own_pace(error):
                return self.clock.now() + timedelta(seconds=(error.retry_after or 1.0) + self.jitter())
            again = self.again(error, since, limit)
            if again is None:
                raise
            return again

    def again(self, error: UpstreamError, since: datetime, limit: timedelta = patience.OUTAGE) -> datetime | None:
        """When to ask again after this error; None when patience is over."""
        due = patience.again(error, since=since, now=self.clock.now(), jitter=self.jitter(), limit=limit)
        if due is not None:
            facts = {"action": "upstream_awaited", "due": due.isoformat()}
            log.warning("An upstream is away, asked again at %s: %s", due.isoformat(), error, extra=facts)
        return due
