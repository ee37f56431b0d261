"""`logs`: the last lines of what failed."""

from __future__ import annotations

from bot.api import Argument, Arguments, Intent, Query, Question, Role, declare


@declare(
    name="logs",
    summary="Show the last lines of the failed steps.",
    usage="logs [request]",
    permission=Role.READ,
    arguments=[Argument(name="request", description="Its six-letter code; without it, the newest one here.")],
    examples=["logs", "logs K7QX2M"],
)
def command(arguments: Arguments) -> Intent:
    """Ask about one request."""
    return Query(question=Question.LOGS, arguments=dict(arguments.values))
