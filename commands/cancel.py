"""`cancel`: stop a request, whether it waits, is queued or runs."""

from __future__ import annotations

from bot.api import Argument, Arguments, Decide, Intent, Role, Verdict, declare


@declare(
    name="cancel",
    summary="Stop a request and its run.",
    usage="cancel [request]",
    permission=Role.WRITE,
    arguments=[
        Argument(name="request", description="Its six-letter code; without it, the newest unfinished one here.")
    ],
    examples=["cancel", "cancel K7QX2M"],
)
def command(arguments: Arguments) -> Intent:
    """Decide to stop it."""
    return Decide(verdict=Verdict.CANCEL, request=arguments.get("request"))
