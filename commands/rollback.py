"""`rollback`: put back what succeeded in an environment before."""

from __future__ import annotations

from bot.api import Argument, Arguments, Intent, Role, Rollback, declare


@declare(
    name="rollback",
    summary="Put back what succeeded in an environment before.",
    usage="rollback <environment> [to]",
    permission=Role.WRITE,
    arguments=[
        Argument(name="environment", required=True, description="Where."),
        Argument(
            name="to",
            description="A request's six-letter code, or seven letters of a commit; without it, the one before.",
        ),
    ],
    examples=["rollback production", "rollback production 0d1a26e", "rollback production K7QX2M"],
)
def command(arguments: Arguments) -> Intent:
    """Ask for the earlier success."""
    environment = arguments.get("environment")
    assert environment is not None  # it is declared as required
    return Rollback(environment=environment.casefold(), to=arguments.get("to"))
