"""What the steps need of the audit trail: writing to it, and sealing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from bot.model.audit import AuditEntry, AuditFilter, AuditHead, AuditStanding
from bot.model.decision import Reason


class Audit(Protocol):
    """What was asked, decided and done: written in the transaction that does it (T25)."""

    async def write(
        self,
        *,
        action: str,
        at: datetime,
        person: UUID | None,
        connection: UUID | None,
        repository: int | None,
        request: UUID | None,
        reason: Reason | None,
        facts: Mapping[str, Any],
    ) -> None: ...
    async def count_commands(self, person: UUID, repository: int, since: datetime) -> int:
        """How many commands of this person were written down for this repository since then (T26)."""

    async def run_of(self, request: UUID) -> tuple[int, int] | None:
        """GitHub's id and the attempt of the request's newest run; None before it has one."""

    async def unsealed(self, most: int) -> Sequence[AuditEntry]:
        """Entries that wait for their seal, the oldest number first."""

    async def head(self) -> AuditHead:
        """How far the chain goes."""

    async def seal(self, entries: Sequence[AuditEntry]) -> None:
        """Keep the seals of entries that have none."""

    async def links(self, after: int, most: int) -> Sequence[AuditEntry]:
        """Sealed entries beyond a position, in the order of the chain."""

    async def standing(self) -> AuditStanding:
        """How the trail stands."""

    async def told(self, wanted: AuditFilter, after: int, most: int) -> Sequence[AuditEntry]:
        """Entries that the filter lets through, beyond a number, in the order in which they were numbered."""
