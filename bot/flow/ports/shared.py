"""What the steps need of the database where several people have a hand in: votes and locks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.model.approval import Vote
from bot.model.lock import Lock


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

    async def of_request(self, request: UUID) -> Sequence[Lock]:
        """Those that it holds."""

    async def get(self, lock: UUID) -> Lock | None:
        """Also one that was released."""

    async def release(self, lock: UUID, by: UUID | None, at: datetime) -> bool:
        """False when it was released before; `by` is None where nobody did it."""
