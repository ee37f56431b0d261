"""`whoami`: who Signalbox takes you for, and what you may do here."""

from __future__ import annotations

from bot.api import Arguments, Intent, Query, Question, Role, declare


@declare(
    name="whoami",
    summary="Show who you are to Signalbox and what you may do here.",
    usage="whoami",
    permission=Role.READ,
    anywhere=True,
    examples=["whoami"],
)
def command(arguments: Arguments) -> Intent:
    """Ask about oneself."""
    return Query(question=Question.WHOAMI, arguments=dict(arguments.values))
