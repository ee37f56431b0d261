"""Owns knowing that the database was restored from a backup: until an operator says otherwise, nothing is started."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.flow.keep import moment
from bot.flow.ports import Clock, Unit, Units
from bot.model.decision import Denied
from bot.model.inbound import Inbound
from bot.model.intent import Intent
from bot.rules import policy, restoring
from bot.terminal import operator

log = logging.getLogger(__name__)

GENERATION: Final = "restore.generation"
RESTORED_AT: Final = "restore.at"
UNDER_WAY: Final = "restore.maintenance"


@dataclass(slots=True)
class Maintenance:
    """The marks that a restore leaves. A restore needs that nobody serves, so once it is over it stays over."""

    units: Units
    _over: bool = field(default=False, init=False)
    _restored_at: datetime | None = field(default=None, init=False)

    async def refuses(self, intent: Intent) -> Denied | None:
        """Why this may not be done now; None when it may."""
        if restoring.asks_only(intent) or not await self._lasts() or self._restored_at is None:
            return None
        decision = policy.decide([restoring.maintenance(self._restored_at)])
        assert isinstance(decision, Denied)
        return decision

    async def skips(self, said: Inbound) -> bool:
        """Whether it was asked for before the restore, so that it may have happened already."""
        await self._lasts()
        if self._restored_at is None or not restoring.outdated(said, self._restored_at):
            return False
        log.warning("A delivery from before the restore is skipped", extra={"action": "delivery_skipped"})
        return True

    async def _lasts(self) -> bool:
        if not self._over:
            async with self.units.read() as unit:
                marks = await unit.marks.values([UNDER_WAY, RESTORED_AT])
            self._over = not marks.get(UNDER_WAY, 0)
            self._restored_at = moment(marks[RESTORED_AT]) if RESTORED_AT in marks else None
        return not self._over


async def end(units: Units, clock: Clock) -> bool:
    """Commands count again; False when there was no maintenance."""
    async with units.write() as unit:
        if not await unit.marks.value(UNDER_WAY):
            return False
        now = clock.now()
        await unit.marks.put(UNDER_WAY, 0, now)
        await note_generation(unit, "maintenance_ended", now, await unit.marks.value(GENERATION))
    return True


async def note_generation(
    unit: Unit, action: str, at: datetime, generation: int | None, facts: Mapping[str, int] | None = None
) -> None:
    """One audit row about a generation as a whole, in the caller's transaction: an operator began or ended it."""
    await unit.audit.write(
        action=action,
        at=at,
        person=None,
        connection=None,
        repository=None,
        request=None,
        reason=None,
        facts={"operator": operator(), "generation": generation, **(facts or {})},
    )


async def note_pruning(unit: Unit, at: datetime, older_than: timedelta | None, gone: Mapping[str, int]) -> None:
    """One audit row: an operator threw away what is too old, and how much of what went."""
    days = None if older_than is None else older_than.days
    await unit.audit.write(
        action="pruned",
        at=at,
        person=None,
        connection=None,
        repository=None,
        request=None,
        reason=None,
        facts={"operator": operator(), "older_than_days": days, "gone": dict(gone)},
    )
