"""What a newer configuration changes, one rule at a time."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.config import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference, for people to read and for T13 to judge."""

    sentence: str
    """Whole: `production: reviews are no longer required.`"""
    widens: bool
    """Whether it removes or widens a gate, so that a second person has to confirm it."""
    path: Path
    """The way to the rule, in the newer file or, where that lost it, in the older."""
