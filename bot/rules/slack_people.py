"""Owns which Slack users may ask for anything at all, before any right on GitHub is looked at (T21)."""

from __future__ import annotations

from bot.model.decision import Reason
from bot.model.message import Message
from bot.model.prose import marked
from bot.model.slack import Binding, SlackUser, Standing


def refused(user: SlackUser, *, anywhere: bool, bound: Binding | None) -> tuple[Reason, Message] | None:
    """Why this user may not ask, or None.

    Guests and external people may ask about themselves (`anywhere`: help, link) and, where the channel's binding lets
    them, about its repository too.
    """
    allowed = anywhere or (bound is not None and bound.guests)
    match user.standing:
        case Standing.DEACTIVATED:
            return Reason.GUEST, _message("Your Slack account is deactivated.", "Ask an admin of your workspace.")
        case Standing.BOT:
            return Reason.GUEST, _message("Bots can not ask for anything here.", "Have a person ask.")
        case Standing.GUEST | Standing.EXTERNAL if not allowed:
            kind = "Guests" if user.standing is Standing.GUEST else "People from other workspaces"
            return Reason.GUEST, _message(
                f"{kind} can not use Signalbox in this channel.",
                f"To allow it, somebody who maintains the repository can type {marked('/use owner/repo guests=true')}.",
            )
        case _:
            return None


def _message(sentence: str, next_step: str) -> Message:
    return Message(name="person_refused", fields={"sentence": sentence, "next_step": next_step})
