"""Owns telling those who are asked what they say yes to: what lies between what is live and what would run.

It is for reading only, so GitHub's silence about it holds up nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from bot.errors import UpstreamError
from bot.flow.ports import Comparisons, Units
from bot.model.approval import Ships
from bot.model.repository import Repository

REMEMBERED: Final = 256
"""Comparisons that are kept: two commits never differ in another way, and each look at what waits would ask again."""


@dataclass(frozen=True, slots=True)
class TellShips:
    """Asks once for each pair."""

    units: Units
    comparisons: Comparisons
    known: OrderedDict[tuple[int, str, str], Ships] = field(default_factory=OrderedDict)

    async def __call__(self, repository: Repository, environment: str | None, sha: str) -> Ships | None:
        """None where nothing is live yet, or GitHub does not say."""
        if environment is None:
            return None
        async with self.units.read() as unit:
            newest = await unit.requests.successes(repository.connection, repository.id, environment, 1)
        pin = newest[0].pin if newest else None
        if pin is None:
            return None
        key = (repository.id, pin.sha, sha)
        if key not in self.known:
            try:
                self.known[key] = await self.comparisons.between(repository, pin.sha, sha)
            except UpstreamError:
                return None
            while len(self.known) > REMEMBERED:
                self.known.popitem(last=False)
        return self.known[key]
