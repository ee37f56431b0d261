"""Owns what counts while Signalbox is looked over after a restore, and what is too old to count after it (T23)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.model.decision import Gate, Reason
from bot.model.inbound import (
    ButtonPressed,
    CheckButtonPressed,
    CheckRerunWanted,
    CommandReceived,
    FormWanted,
    Inbound,
    SlackCommandReceived,
)
from bot.model.intent import Intent, Link, Query

VOIDED: Final = (
    "Signalbox was restored from a backup in which this was still waiting, so it is void. "
    "What it became after that backup was made is not known here"
)


def asks_only(intent: Intent) -> bool:
    """Whether it changes nothing; and links have to be made anew, so that goes on as well."""
    return isinstance(intent, Query | Link)


def maintenance(at: datetime) -> Gate:
    """The gate that is shut for all other commands until an operator ends maintenance."""
    return Gate(
        name="maintenance",
        passed=False,
        seen=f"Signalbox was restored from a backup at {at:%Y-%m-%d %H:%M} UTC and is being looked over",
        reason=Reason.MAINTENANCE,
        next_step="Type it again when whoever runs Signalbox has ended the maintenance.",
    )


def outdated(said: Inbound, restored_at: datetime) -> bool:
    """Whether somebody asked for it before the restore: it may have happened, and the backup does not know."""
    if isinstance(said, CommandReceived | SlackCommandReceived | ButtonPressed | FormWanted):
        return said.origin.created_at <= restored_at
    return isinstance(said, CheckButtonPressed | CheckRerunWanted) and said.at <= restored_at
