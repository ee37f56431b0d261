"""Owns what stays of a delivery: who did what in which repository, in the narrow table that insights will read.

Deliveries are copied there in bulk, minutes after they came: a row each on the way in would be a commit each. Nothing
is pruned before it was copied, and what is copied twice is there once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.errors import BadPayload
from bot.flow.ports import Clock, ReadEvent, Units
from bot.model.delivery import Delivery
from bot.model.repository_event import RepositoryEvent

log = logging.getLogger(__name__)

KEEP: Final = "keep_facts"
EVERY_SECONDS: Final = 300

READ_UNTIL: Final = "repository_events.read_until"
"""The mark: microseconds since 1970, of the newest delivery that was copied."""

SETTLED: Final = timedelta(minutes=1)
"""A delivery that was received longer ago than this is committed, or never will be; replicas' clocks differ, too."""

BATCH: Final = 50
"""Deliveries in one transaction: it takes about three milliseconds, and the inbox waits for it."""

ROUNDS: Final = 200
"""Batches in one attempt at the job; then others have their turn."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Keep:
    """The cron job `keep_facts`."""

    units: Units
    readers: Mapping[UUID, ReadEvent]
    """By connection; what came over another one is about no repository."""
    clock: Clock

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Copy what came since the last time. Running it twice changes nothing."""
        now = self.clock.now()
        async with self.units.write() as unit:
            await unit.partitions.make_ahead(now)
        limit = BATCH
        for _ in range(ROUNDS):
            async with self.units.read() as unit:
                since = moment(await unit.marks.value(READ_UNTIL) or 0)
                came = await unit.deliveries.between(since, now - SETTLED, limit)
            if not came:
                return None
            full = len(came) == limit
            if full and came[0].received_at == came[-1].received_at:
                limit *= 2  # the mark is a moment, so all of one moment go together
                continue
            # Others of the last one's moment may lie beyond a batch that is full.
            await self._copy(came, came[-1].received_at - _TICK if full else came[-1].received_at)
            limit = BATCH
        return now

    async def _copy(self, came: Sequence[Delivery], reached: datetime) -> None:
        events = [event for event in map(self._read, came) if event is not None]
        async with self.units.write() as unit:
            await unit.repository_events.add(events)
            await unit.marks.put(READ_UNTIL, microseconds(reached), self.clock.now())

    def _read(self, delivery: Delivery) -> RepositoryEvent | None:
        reader = self.readers.get(delivery.connection)
        if reader is None or not delivery.facts:
            return None
        try:
            return reader(delivery)
        except BadPayload as error:
            # The job `delivery` fails on it as well, and is held: somebody sees it there.
            log.warning("A delivery can not be read: %s", error, extra={"action": "facts_not_kept"})
            return None


def microseconds(moment: datetime) -> int:
    """A moment, as marks keep it."""
    return (moment - _EPOCH) // _TICK


def moment(microseconds: int) -> datetime:
    """What the mark says, as a moment."""
    return _EPOCH + microseconds * _TICK
