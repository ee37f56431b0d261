"""Owns throwing away what nobody needs any more, a little at a time, so that nobody who writes has to wait for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.flow.keep import READ_UNTIL, moment
from bot.flow.ports import Clock, Units

log = logging.getLogger(__name__)

PRUNE: Final = "prune"
EVERY_SECONDS: Final = 24 * 60 * 60

BATCH: Final = 50
"""Rows in one transaction: four milliseconds at the median (docs/operating.md), and the inbox waits for it."""

PAGES: Final = 50
"""Of a SQLite file, given back in one transaction."""

MOST: Final = 20_000
"""Rows in one attempt at the job; then others have their turn."""

AGAIN: Final = timedelta(seconds=1)

READ_FIRST: Final = frozenset({"delivery_facts", "deliveries"})
"""What is copied into the table of repositories' events before it may go, and stays while its job is not done."""

DELIVERY: Final = "delivery"


@dataclass(frozen=True, slots=True)
class Prune:
    """The cron job `prune`, and the same for the command line."""

    units: Units
    clock: Clock
    kept_for: Mapping[str, timedelta]
    """As bot/rules/retention.py has it."""

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Throw away what is too old; goes on a moment later when there is much of it."""
        left, gone = MOST, dict.fromkeys(self.kept_for, 0)
        for what, before in (await self._limits()).items():
            gone[what] = await self._drop(what, before, left)
            left -= gone[what]
        if left <= 0:
            return self.clock.now() + AGAIN
        await self._shrink()
        log.info("Pruned %d rows", sum(gone.values()), extra={"action": "pruned", **gone})
        return None

    async def all(self) -> None:
        """Until there is nothing left that is too old."""
        while await self({}) is not None:
            pass

    async def counts(self) -> Mapping[str, int]:
        """How much there is that is too old. Deliveries whose job is not done are counted, and stay."""
        limits = await self._limits()
        async with self.units.read() as unit:
            return {what: await unit.pruning.count(what, before) for what, before in limits.items()}

    async def _limits(self) -> Mapping[str, datetime]:
        now = self.clock.now()
        async with self.units.read() as unit:
            copied = moment((await unit.marks.value(READ_UNTIL) or 0) + 1)
        limits = {what: now - span for what, span in self.kept_for.items()}
        return {what: min(before, copied) if what in READ_FIRST else before for what, before in limits.items()}

    async def _drop(self, what: str, before: datetime, most: int) -> int:
        if what == "repository_events":
            async with self.units.write() as unit:
                await unit.partitions.drop(before)
        dropped, after = 0, None
        while dropped < most:
            async with self.units.read() as unit:
                keys = await unit.pruning.old(what, before, after=after, limit=BATCH)
            if not keys:
                break
            after = keys[-1]
            dropped += await self._go(what, keys)
        return dropped

    async def _go(self, what: str, keys: Sequence[tuple[Any, ...]]) -> int:
        async with self.units.write() as unit:
            if what in READ_FIRST:
                needed = await unit.unfinished(DELIVERY, [str(key[-1]) for key in keys])
                keys = [key for key in keys if str(key[-1]) not in needed]
            await unit.pruning.drop(what, keys)
        return len(keys)

    async def _shrink(self) -> None:
        left = 1
        while left:
            async with self.units.write() as unit:
                before, left = left, await unit.pruning.shrink(PAGES)
            if left == before:  # a file from before this was possible; `signalbox migrate` makes it so
                return
