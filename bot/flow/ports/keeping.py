"""What keeping and throwing away need: facts of repositories' events, and rows that are old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.model.delivery import Delivery
from bot.model.repository_event import RepositoryEvent
from bot.model.request import Answer


class ReadEvent(Protocol):
    """Reads what a recorded delivery says about its repository; None when it names none. Raises `BadPayload`."""

    def __call__(self, delivery: Delivery) -> RepositoryEvent | None: ...


class RepositoryEvents(Protocol):
    """What happened in repositories."""

    async def add(self, events: Sequence[RepositoryEvent]) -> None:
        """One whose delivery was kept before changes nothing."""


class Partitions(Protocol):
    """Months of what happened, where the database keeps them apart."""

    async def make_ahead(self, now: datetime) -> Sequence[str]:
        """See that this month and the next ones have a place; the names of new ones."""

    async def drop(self, before: datetime) -> Sequence[str]:
        """Months that were over by then go; their names."""


class Renewal(Protocol):
    """What a backup remembers and must not be believed any more (T23). What changes rows says how many."""

    async def end_link_attempts(self, at: datetime) -> int: ...
    async def end_sessions(self) -> int: ...
    async def end_trusts(self, at: datetime) -> int: ...
    async def unconfirm_links(self) -> int:
        """Open links of Slack accounts count only when they are made anew."""

    async def look_first(self) -> int:
        """Whatever was not posted by then may have been since: it is looked for before it is posted."""

    async def unanswered(self, suffix: str, within: timedelta) -> Sequence[Answer]:
        """Answers whose key has this suffix, where the key without it is neither a request's nor another answer's.

        Only those that were written so shortly before the newest delivery: of older ones nothing came.
        """


class Pruning(Protocol):
    """Throwing away. `what` is one of bot/rules/retention.py; keys are the store's own."""

    async def count(self, what: str, before: datetime) -> int: ...
    async def old(
        self, what: str, before: datetime, *, after: tuple[Any, ...] | None, limit: int
    ) -> Sequence[tuple[Any, ...]]:
        """The keys of some that are from before that moment, in order, beyond `after`; a delivery's ends in its id."""

    async def drop(self, what: str, keys: Sequence[tuple[Any, ...]]) -> None: ...
    async def shrink(self, pages: int) -> int:
        """Give free space back to the file system; how much is left to give."""
