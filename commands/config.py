"""`config`: what the configuration says that is in force, and letting a newer one that lets through more be so."""

from __future__ import annotations

import re

from bot.api import Argument, Arguments, ArgumentType, Confirm, Intent, Query, Question, Role, UserError, declare

USAGE = "config [confirm <file id>]"
BLOB = re.compile(r"[0-9a-fA-F]{12,64}|gone")


@declare(
    name="config",
    summary="Show which configuration is in force here and what waits; an admin who is alone confirms it.",
    usage=USAGE,
    permission=Role.READ,
    arguments=[
        Argument(
            name="step",
            type=ArgumentType.CHOICE,
            choices=("confirm",),
            description="The word confirm: put in force what waits, where nobody else has write (admins).",
        ),
        Argument(name="file", description="Which file waits: twelve letters of its id, or gone for a removed one."),
    ],
    examples=["config", "config confirm 0d1a26e67d8f", "config confirm gone"],
)
def command(arguments: Arguments) -> Intent:
    """Ask what is in force, or put in force what waits."""
    step, file = arguments.get("step"), arguments.get("file")
    if step is None:
        return Query(question=Question.CONFIG)
    if file is None or BLOB.fullmatch(file) is None:
        raise UserError("A file is named by twelve letters of its id at least.", usage=f"/{USAGE}", nearest="/config")
    return Confirm(file=file.lower())
