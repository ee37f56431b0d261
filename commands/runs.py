"""`runs`: the newest requests of the repository."""

from __future__ import annotations

from bot.api import Arguments, Intent, Query, Question, Role, declare


@declare(
    name="runs",
    summary="Show the newest requests of this repository.",
    usage="runs",
    permission=Role.READ,
    examples=["runs"],
)
def command(arguments: Arguments) -> Intent:
    """Ask about the repository."""
    return Query(question=Question.RUNS, arguments=dict(arguments.values))
