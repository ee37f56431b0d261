"""Owns how an input of a workflow is written as the argument of a proposed command."""

from __future__ import annotations

import re
from typing import Final

from bot.model.command import Argument, ArgumentType
from bot.rules.inputs import is_reserved
from bot.rules.plain_yaml import prose, written
from bot.rules.values import Misfit, fit

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")
LONGEST_VALUE: Final = 1000
MOST_CHOICES: Final = 200


def can_be_given(declared: Argument) -> bool:
    """Whether the input may be an argument: `ref` names a branch on every command line, and some names are ours."""
    if is_reserved(declared.name) or declared.name.casefold() == "ref" or not NAME.fullmatch(declared.name):
        return False
    return declared.type is not ArgumentType.CHOICE or bool(choices(declared))


def choices(declared: Argument) -> tuple[str, ...]:
    """Those that can be written, each once."""
    fine = [each for each in declared.choices if _fits(each)]
    return tuple(dict.fromkeys(fine))[:MOST_CHOICES]


def argument(declared: Argument) -> str:
    """`{type: choice, choices: [staging, production]}`; in one line."""
    pairs = [] if declared.type is ArgumentType.STRING else [f"type: {declared.type.value}"]
    offered = choices(declared) if declared.type is ArgumentType.CHOICE else ()
    if offered:
        pairs.append(f"choices: [{', '.join(map(written, offered))}]")
    default = _default(declared, offered)
    if default is not None:
        pairs.append(f"default: {written(default)}")
    elif not declared.required or declared.default is not None:
        pairs.append("required: false")
    if about := prose(declared.description):
        pairs.append(f"description: {written(about)}")
    return "{" + ", ".join(pairs) + "}"


def _default(declared: Argument, offered: tuple[str, ...]) -> str | None:
    """The workflow's own, where it can be written; else it is left to the workflow."""
    value = declared.default
    if value is None or not _fits(value) or (declared.type is ArgumentType.CHOICE and value not in offered):
        return None
    found = fit(declared, value)
    return None if isinstance(found, Misfit) else found


def _fits(value: str) -> bool:
    return len(value) <= LONGEST_VALUE and all(char.isprintable() for char in value)
