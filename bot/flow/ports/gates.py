"""What the gates need of the database: configurations in force, and trust in forks' commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.model.config import KeptConfig, Layer
from bot.model.trust import Trust


class Configs(Protocol):
    """Configuration files as they are in force."""

    async def get(self, connection: UUID, repository: int, layer: Layer) -> KeptConfig | None: ...
    async def save(self, kept: KeptConfig) -> None:
        """Insert or replace."""

    async def repositories(self) -> Sequence[tuple[UUID, int]]:
        """Connection and number of every repository whose configuration was ever looked at."""


class Trusts(Protocol):
    """Who trusted which fork's commits."""

    async def add(self, trust: Trust) -> None: ...
    async def of_pull_request(self, connection: UUID, repository: int, number: int) -> Sequence[Trust]:
        """Those that nobody revoked, newest first."""

    async def revoke(self, trust: UUID, by: UUID, at: datetime) -> None: ...
