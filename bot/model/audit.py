"""Entries of the audit trail as they lie in the database, and what the chain of their seals is made of (T25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSeal:
    """What makes an entry a link of the chain."""

    position: int
    """Its place in the chain: 1, 2, 3, ... without a gap. Given when it is sealed, unlike its number."""
    key: str
    """The short id of the key that sealed it."""
    seal: str
    """HMAC-SHA256 in hex over the entry, its position and the seal before it."""
    sealed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was asked, decided or done."""

    number: int
    """Given when it is written. PostgreSQL leaves gaps where a transaction was rolled back."""
    action: str
    at: datetime
    person: UUID | None
    connection: UUID | None
    repository: int | None
    request: UUID | None
    reason: str | None
    facts: Mapping[str, Any]
    """Plain JSON."""
    sealed: AuditSeal | None = None
    """None until the next round of sealing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditKey:
    """A key of the chain. It is derived from SECRET_KEY and is never in the database."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"<AuditKey {self.id}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """How far the chain goes: whoever keeps one elsewhere finds out when the end of the chain is cut off."""

    position: int = 0
    seal: str = ""

    def __str__(self) -> str:
        return f"{self.position}:{self.seal}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditStanding:
    """How the trail stands just now."""

    position: int
    """Of the newest link; 0 without one."""
    unsealed: int
    oldest: datetime | None
    """Since when the oldest entry waits for its seal; None when none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries somebody wants to read; what is None does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    """That moment itself is not included."""
    people: Sequence[UUID] | None = None
    """What one of them did, and whatever became of requests of theirs."""
    repositories: Sequence[tuple[UUID, int]] | None = None
    requests: Sequence[UUID] | None = None
