"""`help`: what can be typed here."""

from __future__ import annotations

from bot.api import Argument, Arguments, Intent, Query, Question, Role, declare


@declare(
    name="help",
    summary="Show what you can type here.",
    usage="help [command]",
    permission=Role.READ,
    anywhere=True,
    arguments=[Argument(name="command", description="The command to explain in full, or workflows.")],
    examples=["help", "help run", "help workflows"],
)
def command(arguments: Arguments) -> Intent:
    """Ask for the list, or for one command."""
    return Query(question=Question.HELP, arguments=dict(arguments.values))
