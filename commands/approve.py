"""`approve`: say yes to a request that waits for other people's word."""

from __future__ import annotations

from bot.api import Argument, Arguments, Decide, Intent, Role, Verdict, declare


@declare(
    name="approve",
    summary="Say yes to a request that waits for approval.",
    usage="approve [request]",
    permission=Role.READ,
    arguments=[Argument(name="request", description="Its six-letter code; without it, the one that waits here.")],
    examples=["approve", "approve K7QX2M"],
)
def command(arguments: Arguments) -> Intent:
    """Decide that it may run, as far as that is this person's to say."""
    return Decide(verdict=Verdict.APPROVE, request=arguments.get("request"))
