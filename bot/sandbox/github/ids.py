"""Owns numbers and times: 64-bit ids unique across all kinds, opaque node ids, timestamps as GitHub prints them."""

import base64
from datetime import UTC, datetime

# Above 2**32, so that a client which keeps ids in 32 bits fails here and not on the real GitHub.
FIRST_ID = 5_000_000_011
STEP = 7


class Ids:
    """Hands out every id once; a run never shares its number with a comment."""

    def __init__(self) -> None:
        self._next = FIRST_ID

    def new(self) -> int:
        number = self._next
        self._next += STEP
        return number


def node_id(kind: str, number: int) -> str:
    return base64.b64encode(f"{len(kind)}:{kind}{number}".encode()).decode()


def stamp(moment: datetime) -> str:
    """GitHub cuts to whole seconds: two events inside one second can not be ordered by their times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)
