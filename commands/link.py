"""`link`: tell Signalbox which GitHub account is yours."""

from __future__ import annotations

from bot.api import Argument, Arguments, Intent, Link, LinkStep, Role, Surface, declare


@declare(
    name="link",
    summary="Link your Slack account with your GitHub account.",
    usage="link [code]",
    permission=Role.NONE,
    arguments=[Argument(name="code", description="The code that the browser shows, where it shows one.")],
    examples=["link", "link ABCD-EFGH"],
    where=[Surface.SLACK],
    anywhere=True,
)
def command(arguments: Arguments) -> Intent:
    """Begin, or finish with the browser's code."""
    code = arguments.get("code")
    return Link(step=LinkStep.REDEEM if code else LinkStep.BEGIN, code=code)
