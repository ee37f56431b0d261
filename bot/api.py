"""The front door for `commands/`: what a command needs to declare itself, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bot.errors import UserError
from bot.model.command import Argument, Arguments, ArgumentType, Command, Surface
from bot.model.intent import (
    Confirm,
    Decide,
    Dispatch,
    Intent,
    Link,
    LinkStep,
    Lock,
    Query,
    Question,
    Rerun,
    Rollback,
    Trust,
    Unlock,
    Use,
    Verdict,
)
from bot.model.people import Role

__all__ = [
    "Argument",
    "ArgumentType",
    "Arguments",
    "Command",
    "Confirm",
    "Decide",
    "Dispatch",
    "Intent",
    "Link",
    "LinkStep",
    "Lock",
    "Query",
    "Question",
    "Rerun",
    "Role",
    "Rollback",
    "Surface",
    "Trust",
    "Unlock",
    "Use",
    "UserError",
    "Verdict",
    "declare",
]


def declare(
    *,
    name: str,
    summary: str,
    usage: str,
    permission: Role,
    examples: Sequence[str],
    arguments: Sequence[Argument] = (),
    open_ended: bool = False,
    whole_line: bool = False,
    where: Iterable[Surface] = Surface,
    anywhere: bool = False,
) -> Callable[[Callable[[Arguments], Intent]], Command]:
    """Turn a function from arguments to an intent into a command.

    A command proposes; flow alone acts, so no command can skip permission. The function may raise `UserError`.
    """

    def build(propose: Callable[[Arguments], Intent]) -> Command:
        return Command(
            name=name,
            summary=summary,
            usage=usage,
            permission=permission,
            arguments=tuple(arguments),
            open_ended=open_ended,
            whole_line=whole_line,
            examples=tuple(examples),
            propose=propose,
            where=frozenset(where),
            anywhere=anywhere,
        )

    return build
