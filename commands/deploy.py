"""`deploy`: what is live where. A configuration gives it a meaning of its own (bot/rules/catalog.py), and then this one
is what is left of it without any words."""

from __future__ import annotations

from bot.api import Argument, Arguments, Intent, Query, Question, Role, UserError, declare


@declare(
    name="deploy",
    summary="Show what is live in each environment.",
    usage="deploy",
    permission=Role.READ,
    arguments=[Argument(name="environment", description="For the command that a configuration calls deploy.")],
    examples=["deploy"],
)
def command(arguments: Arguments) -> Intent:
    """Ask about all environments; starting something is for a configured command."""
    if arguments.get("environment") is not None:
        sentence = "No command deploy is configured here, so it only shows what is live."
        raise UserError(sentence, usage="/deploy", nearest="/deploy")
    return Query(question=Question.ENVIRONMENTS)
