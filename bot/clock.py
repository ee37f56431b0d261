"""Owns what adapters and store need of time and names, so that stories can travel. Free to all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Time."""

    def now(self) -> datetime:
        """This moment, aware UTC."""
        ...


class Mint(Protocol):
    """Names for new things."""

    def id(self) -> UUID:
        """A UUIDv7."""
        ...
