"""Owns what the store needs of time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where `now` comes from, so that tests can travel."""

    def now(self) -> datetime:
        """This moment, aware UTC."""
        ...
