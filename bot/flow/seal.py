"""Owns sealing the audit trail, a moment after it was written, and telling elsewhere how far its chain goes (T25).

Entries are written open, in the transaction of what they tell: nobody who acts waits for the chain. One transaction
seals some of them in the order of their numbers. An entry that becomes visible late, because its transaction took
longer than that of a later number, simply is a later link.

Replicas can not fork the chain: each reads its head and sets the mark of the newest position in one transaction, of
which the database lets only one through, and a position is there once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.flow.ports import Clock, Units
from bot.model.audit import AuditEntry, AuditHead, AuditKey
from bot.rules import audit_chain

log = logging.getLogger(__name__)

SEAL: Final = "seal_audit"
EVERY_SECONDS: Final = 5
"""So long at most an entry lies open, while somebody serves."""

POSITION: Final = "audit.position"
"""The mark: the newest position that was ever given."""

BATCH: Final = 25
"""Entries in one transaction: the inbox waits for it."""

ROUNDS: Final = 80
"""Batches in one attempt at the job; then others have their turn."""

AGAIN: Final = timedelta(seconds=1)

HEAD_EVERY: Final = timedelta(minutes=1)
"""How often the head is logged while the chain grows."""

HEAD_AT_REST: Final = timedelta(hours=1)
"""And while it does not."""


@dataclass(slots=True)
class Seal:
    """The cron job `seal_audit`."""

    units: Units
    clock: Clock
    key: AuditKey | None
    """None: there is no SECRET_KEY, so nothing is sealed."""
    _told: AuditHead = field(default_factory=AuditHead, init=False)
    _told_at: datetime | None = field(default=None, init=False)

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Seal what is open; goes on a moment later when there is much of it. Raises `Conflict` for a lost race."""
        if self.key is None:
            return None
        for _ in range(ROUNDS):
            if await self._batch(self.key) < BATCH:
                await self._tell()
                return None
        return self.clock.now() + AGAIN

    async def _batch(self, key: AuditKey) -> int:
        """How many were sealed. Nothing is written where nothing is open."""
        async with self.units.read() as unit:
            if not await unit.audit.unsealed(1):
                return 0
        async with self.units.write() as unit:
            open_ones = await unit.audit.unsealed(BATCH)
            if not open_ones:
                return 0
            head, reached = await unit.audit.head(), await unit.marks.value(POSITION) or 0
            if head.position < reached:
                head = _beyond(head, reached)
            links = _links(open_ones, head, key, self.clock.now())
            await unit.marks.put(POSITION, audit_chain.head_of(links[-1]).position, self.clock.now())
            await unit.audit.seal(links)
        return len(links)

    async def _tell(self) -> None:
        """Log the head: whoever keeps the log elsewhere can tell when the end of the chain is cut off."""
        now = self.clock.now()
        waited = now - self._told_at if self._told_at is not None else HEAD_AT_REST
        if waited < HEAD_EVERY:
            return
        async with self.units.read() as unit:
            head = await unit.audit.head()
        if not head.position or (head == self._told and waited < HEAD_AT_REST):
            return
        facts = {"action": "audit_head", "position": head.position, "seal": head.seal}
        log.info("The head of the audit trail is %s", head, extra=facts)
        self._told, self._told_at = head, now


def _links(entries: Sequence[AuditEntry], after: AuditHead, key: AuditKey, at: datetime) -> list[AuditEntry]:
    links = []
    for entry in entries:
        links.append(audit_chain.sealed(entry, after, key, at))
        after = audit_chain.head_of(links[-1])
    return links


def _beyond(head: AuditHead, reached: int) -> AuditHead:
    """Links are gone. The positions that they had are not given again, so that the gap stays for everybody to see."""
    log.error(
        "The audit trail was sealed up to position %d, and now ends at %d: run `signalbox audit verify`",
        reached,
        head.position,
        extra={"action": "audit_truncated", "position": head.position},
    )
    return AuditHead(position=reached, seal=head.seal)
