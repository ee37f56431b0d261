"""`unlock`: let requests through again. Whoever may lock may unlock; the owner is told."""

from __future__ import annotations

from bot.api import Argument, Arguments, ArgumentType, Intent, Role, Unlock, UserError, declare

USAGE = "unlock [environment] [--all]"


@declare(
    name="unlock",
    summary="Take a lock away, your own or somebody else's.",
    usage=USAGE,
    permission=Role.WRITE,
    arguments=[
        Argument(name="environment", description="Which one; without it, the only one of the configuration."),
        Argument(name="all", type=ArgumentType.BOOLEAN, description="The lock of the whole repository."),
    ],
    examples=["unlock production", "unlock --all"],
)
def command(arguments: Arguments) -> Intent:
    """Unlock an environment, or what is locked as a whole."""
    environment, everything = arguments.get("environment"), arguments.get("all") == "true"
    if everything and environment is not None:
        raise UserError("It is one environment or all of the repository.", usage=f"/{USAGE}", nearest="/unlock --all")
    return Unlock(environment=environment, everything=everything)
