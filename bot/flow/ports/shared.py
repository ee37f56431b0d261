"""What the steps need of the database where several people have a hand in: votes, locks, guarded environments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from bot.model.approval import Vote
from bot.model.lock import Lock
from bot.model.protection import Protection
from bot.model.request import Request


class Votes(Protocol):
    """What people said to requests."""

    async def add(self, vote: Vote) -> bool:
        """False, and nothing written, when this person or this very press has voted on it before."""

    async def of_request(self, request: UUID) -> Sequence[Vote]:
        """The first one first."""


class Locks(Protocol):
    """Who holds what."""

    async def take(self, lock: Lock) -> bool:
        """False, and nothing written, when another one of its kind is held on the same environment."""

    async def held(self, connection: UUID, repository: int) -> Sequence[Lock]:
        """All that are held in the repository, by environment; expired ones too until somebody releases them."""

    async def of_people(self) -> Sequence[Lock]:
        """All that people hold, in whatever repository."""

    async def of_request(self, request: UUID) -> Sequence[Lock]:
        """Those that it holds."""

    async def get(self, lock: UUID) -> Lock | None:
        """Also one that was released."""

    async def change(self, lock: UUID, *, reason: str, expires_at: datetime | None) -> None:
        """It is held for another reason, or until another moment."""

    async def release(self, lock: UUID, by: UUID | None, at: datetime) -> bool:
        """False when it was released before; `by` is None where nobody did it."""


class LockQueue(Protocol):
    """Who waits for a lock, and what one who has none may be in the way of."""

    async def waiting(self, connection: UUID, repository: int) -> Sequence[Request]:
        """Those in the repository that wait for a lock, the one that asked first first."""

    async def everywhere(self) -> Sequence[tuple[UUID, int]]:
        """Connection and id of the repositories in which somebody waits for a lock."""

    async def unrecorded(
        self, connection: UUID, repository: int, environment: str, other_than: UUID | None
    ) -> Request | None:
        """The oldest of those on their way there that never had a lock: from before locks were written down, or from
        before the configuration asked for one. Lost ones count for as long as they would keep a lock."""

    async def took(
        self, connection: UUID, repository: int, workflow_path: str, environment: str | None, limit: int
    ) -> Sequence[timedelta]:
        """How long the newest that succeeded there took, from dispatch to end."""


class Protections(Protocol):
    """What GitHub asked about guarded environments, and what we said."""

    async def of_run(
        self, connection: UUID, repository: int, run: int, attempt: int, environment: str
    ) -> Protection | None:
        """What there is about this attempt at this environment, folded."""

    async def add(self, protection: Protection) -> bool:
        """False, and nothing written, when there is one about this attempt at this environment."""

    async def save(self, protection: Protection) -> None:
        """What we say now, and whether GitHub heard it."""
