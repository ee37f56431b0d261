"""Lost races, as on PostgreSQL where transactions run side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.errors import Conflict
from bot.store.unit import Unit, Units


@dataclass
class Loses:
    """Some of its transactions lose a race in the very moment in which they would be written."""

    units: Units
    when: tuple[int, ...] = (1,)
    """Which, the first being 1; those that see what is newest never lose."""
    begun: int = 0

    @asynccontextmanager
    async def write(self, *, newest: bool = False) -> AsyncIterator[Unit]:
        async with self.units.write(newest=newest) as unit:
            yield unit
            if newest:
                return
            self.begun += 1
            if self.begun in self.when:
                raise Conflict("Somebody else changed a row of this transaction meanwhile.")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.units, name)
