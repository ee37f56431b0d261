"""`unlink`: end the link between this Slack account and GitHub."""

from __future__ import annotations

from bot.api import Arguments, Intent, Link, LinkStep, Role, Surface, declare


@declare(
    name="unlink",
    summary="End the link between your Slack account and your GitHub account.",
    usage="unlink",
    permission=Role.NONE,
    examples=["unlink"],
    where=[Surface.SLACK],
    anywhere=True,
)
def command(arguments: Arguments) -> Intent:
    """End it."""
    return Link(step=LinkStep.END)
