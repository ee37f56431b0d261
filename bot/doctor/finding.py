"""Owns what a finding is: one thing that was looked at, and how grave it is."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Grade(enum.StrEnum):
    """How grave it is."""

    FINE = "ok"
    LOOK = "look"
    """Works, or is not wanted; somebody should know."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    grade: Grade
    about: str
    text: str


def complete(about: str, missing: Iterable[str]) -> Finding:
    """What of it is missing, if anything."""
    names = ", ".join(missing)
    if not names:
        return Finding(grade=Grade.FINE, about=about, text="all there")
    return Finding(grade=Grade.WRONG, about=about, text=f"missing: {names}; docs/operating.md says what for")
