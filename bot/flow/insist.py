"""Owns the writing down of what was done outside: that is not undone because a race for its row was lost, and who began
anew would have to look for it, or do it once more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

from bot.errors import Conflict

T = TypeVar("T")

ROUNDS: Final = 20
"""Each lost one means that somebody else has written, so there is no need to pause."""


async def insist(write: Callable[[], Awaitable[T]]) -> T:
    """What `write` says, which reads and decides anew in a transaction of its own each time.

    Raises `Conflict` when it lost every race.
    """
    for _ in range(1, ROUNDS):
        with suppress(Conflict):
            return await write()
    return await write()
