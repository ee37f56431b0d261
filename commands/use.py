"""`use`: give a channel a repository of its own."""

from __future__ import annotations

from bot.api import Argument, Arguments, ArgumentType, Intent, Role, Surface, Use, UserError, declare

USAGE = "use <owner/repo> [guests=true]"


@declare(
    name="use",
    summary="Make a repository the one that commands in this channel are about.",
    usage=USAGE,
    permission=Role.MAINTAIN,
    arguments=[
        Argument(name="nothing", description="The word none: the channel has no repository any more."),
        Argument(
            name="guests",
            type=ArgumentType.BOOLEAN,
            description="Whether guests and people from other workspaces who are linked may act here.",
        ),
    ],
    examples=["use acme/shop", "use acme/shop guests=true", "use none"],
    where=[Surface.SLACK],
)
def command(arguments: Arguments) -> Intent:
    """Bind the channel to the target, or unbind it."""
    word, guests = arguments.get("nothing"), arguments.get("guests")
    if word not in (None, "none"):
        raise UserError("A repository is named by its owner and its name.", usage=f"/{USAGE}", nearest="/use none")
    return Use(remove=word == "none", guests=None if guests is None else guests == "true")
