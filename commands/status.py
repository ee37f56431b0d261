"""`status`: how the requests of this thread stand."""

from __future__ import annotations

from bot.api import Argument, Arguments, Intent, Query, Question, Role, declare


@declare(
    name="status",
    summary="Show how the requests of this thread stand.",
    usage="status [request]",
    permission=Role.READ,
    arguments=[Argument(name="request", description="The six-letter code of one request.")],
    examples=["status", "status K7QX2M"],
)
def command(arguments: Arguments) -> Intent:
    """Ask about this thread, or about one request."""
    return Query(question=Question.STATUS, arguments=dict(arguments.values))
