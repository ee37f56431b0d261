"""`lock`: keep everybody else's requests from an environment for a while."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.api import Argument, Arguments, ArgumentType, Intent, Lock, Role, UserError, declare

USAGE = 'lock [environment] [--reason "why"] [--for 2h] [--all]'
LONGEST = timedelta(days=30)
SPAN = re.compile(r"([1-9][0-9]{0,4})([mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@declare(
    name="lock",
    summary="Keep everybody else's requests from an environment.",
    usage=USAGE,
    permission=Role.WRITE,
    arguments=[
        Argument(name="environment", description="Which one; without it, the only one of the configuration."),
        Argument(name="reason", description="What the others read."),
        Argument(name="for", description="How long: 30m, 2h, 3d, at most 30 days; without it, until you unlock it."),
        Argument(name="all", type=ArgumentType.BOOLEAN, description="The whole repository."),
    ],
    examples=["lock production", 'lock production --reason "database upgrade" --for 2h', "lock --all --for 30m"],
)
def command(arguments: Arguments) -> Intent:
    """Lock an environment, or all of the repository."""
    environment, everything = arguments.get("environment"), arguments.get("all") == "true"
    if everything and environment is not None:
        raise UserError("It is one environment or all of the repository.", usage=f"/{USAGE}", nearest="/lock --all")
    written = arguments.get("for")
    return Lock(
        environment=environment,
        everything=everything,
        reason=(arguments.get("reason") or "").strip(),
        lasts=None if written is None else _span(written),
    )


def _span(written: str) -> timedelta:
    match = SPAN.fullmatch(written.strip().lower())
    if match is None:
        raise UserError("How long is written as 30m, 2h or 3d.", usage=f"/{USAGE}")
    span = timedelta(**{UNITS[match[2]]: int(match[1])})
    if span > LONGEST:
        raise UserError("A lock lasts 30 days at most.", usage=f"/{USAGE}")
    return span
