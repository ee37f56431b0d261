"""Owns the count behind the flood gate: what one person typed lately, with what is being judged at this very moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from bot.flow.ports import Unit
from bot.model.origin import Origin
from bot.rules import floods

PREFIX: Final = "typed:"
LINES: Final = f"{PREFIX}line:"
KEPT: Final = timedelta(minutes=1)
"""How long the number of a line is kept: far longer than `AT_ONCE`, after which nobody asks for it."""

AT_ONCE: Final = timedelta(seconds=2)
"""What is judged later than this after it came is judged again, or late: it took its number, or is written down."""


async def lately(unit: Unit, person: UUID, repository: int, origin: Origin, now: datetime, *, came_at: datetime) -> int:
    """How many commands this person typed for this repository before the one that came then, within the window (T26).

    A command is written down when it is answered, and until then the others would not see it: sixteen that come at once
    would each be the first. So each takes a number in the transaction that counts, and keeps it when it is judged again
    because a race was lost. The numbers begin anew with each window, and never tell more than was typed within one.
    """
    written = await unit.audit.count_commands(person, repository, now - floods.WINDOW)
    if now - came_at > AT_ONCE:
        return written
    mine = f"{LINES}{origin.natural_key}"
    number = await unit.marks.value(mine)
    if number is not None:
        return max(written, number - 1)
    window = int(now.timestamp() // floods.WINDOW.total_seconds())
    number = await unit.marks.bump(f"{PREFIX}{person}:{repository}:{window}", now)
    await unit.marks.put(mine, number, now)
    if number == 1:
        await unit.marks.forget(PREFIX, now - floods.WINDOW)
        await unit.marks.forget(LINES, now - KEPT)
    return max(written, number - 1)
