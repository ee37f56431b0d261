"""`locks`: what is locked in the repository, by whom, and who waits for it."""

from __future__ import annotations

from bot.api import Arguments, Intent, Query, Question, Role, declare


@declare(
    name="locks",
    summary="Show what is locked here, by whom, and who waits.",
    usage="locks",
    permission=Role.READ,
    examples=["locks"],
)
def command(arguments: Arguments) -> Intent:
    """Ask about the repository."""
    return Query(question=Question.LOCKS, arguments=dict(arguments.values))
