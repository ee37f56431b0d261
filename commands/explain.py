"""`explain`: judge a command without running it, gate by gate."""

from __future__ import annotations

from bot.api import Argument, Arguments, Intent, Query, Question, Role, UserError, declare

USAGE = "explain <command ...> [as @<login>]"


@declare(
    name="explain",
    summary="Show each gate that a command would have to pass, without running it.",
    usage=USAGE,
    permission=Role.READ,
    arguments=[
        Argument(
            name="line",
            required=True,
            description="The command, as you would type it; behind it, as @login for somebody else (admins).",
        )
    ],
    whole_line=True,
    examples=["explain run deploy.yml environment=staging", "explain run deploy.yml as @octocat"],
)
def command(arguments: Arguments) -> Intent:
    """Ask about a command."""
    line = (arguments.get("line") or "").strip()
    if not line:
        raise UserError("Name the command to explain.", usage=f"/{USAGE}", nearest="/explain run deploy.yml")
    return Query(question=Question.EXPLAIN, arguments={"line": f"/{line.lstrip('/')}"})
