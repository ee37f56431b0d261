"""`trust`: let a commit of a fork's pull request run, after somebody with write has looked at it."""

from __future__ import annotations

import re

from bot.api import Argument, Arguments, ArgumentType, Intent, Role, Trust, UserError, declare

USAGE = "trust <commit>"
REVOKE = "/trust --revoke"
COMMIT = re.compile(r"[0-9a-fA-F]{12,64}")


@declare(
    name="trust",
    summary="Let a commit of a fork's pull request run.",
    usage=USAGE,
    permission=Role.WRITE,
    arguments=[
        Argument(name="commit", description="Its id, twelve letters at least: the one that you have looked at."),
        Argument(
            name="remember",
            type=ArgumentType.CHOICE,
            choices=("sha", "pr"),
            description="The word pr: later commits of the pull request too, where the configuration allows that.",
        ),
        Argument(name="revoke", type=ArgumentType.BOOLEAN, description="Take back what was trusted here."),
    ],
    examples=["trust 0d1a26e67d8f", "trust 0d1a26e67d8f --remember pr", "trust --revoke"],
)
def command(arguments: Arguments) -> Intent:
    """Trust one commit, or take back all trust of the pull request."""
    commit, remember = arguments.get("commit"), arguments.get("remember")
    if arguments.get("revoke") == "true":
        if commit is not None or remember is not None:
            raise UserError("All that was trusted here is taken back at once.", usage=f"/{USAGE}", nearest=REVOKE)
        return Trust(sha=None)
    if commit is None:
        raise UserError("It has to be said which commit.", usage=f"/{USAGE}")
    if COMMIT.fullmatch(commit) is None:
        raise UserError("A commit is named by twelve letters of its id at least.", usage=f"/{USAGE}")
    return Trust(sha=commit.lower(), later_ones=remember == "pr")
