"""Owns how much of one person's typing is answered in writing (T26)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.model.people import Role

WINDOW: Final = timedelta(minutes=10)
"""What is counted: commands of one person in one repository within this time."""

WITHOUT_WRITE: Final = 3
"""Answers in writing for people who can not run anything: enough to learn why, too few to fill a thread."""

WITH_WRITE: Final = 60


def most(role: Role) -> int:
    """How many commands are taken within `WINDOW`; the next one gets a reaction at most."""
    return WITH_WRITE if role >= Role.WRITE else WITHOUT_WRITE
