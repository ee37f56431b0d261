"""Owns what the arguments and the fixed inputs of a configured command mean, and which of them can not be."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from msgspec import UNSET

from bot.config import shape
from bot.config.faults import Faults, did_you_mean, shown
from bot.model.command import Argument, ArgumentType
from bot.model.config import Path
from bot.rules import patterns
from bot.rules.values import Misfit, fit

RESERVED_INPUTS: Final = "signalbox_"
"""Inputs of this beginning are filled by Signalbox itself."""
REF: Final = "ref"
"""`ref=` names a branch on every command line."""


def arguments(found: shape.Command, path: Path, faults: Faults) -> tuple[Argument, ...]:
    """The arguments of the command at `path`, in positional order; without those whose type is a fault."""
    given = found.arguments or {}
    here = (*path, "arguments")
    _distinct(list(given), here, faults)
    built = (_argument(name, each or shape.Argument(), (*here, name), faults) for name, each in given.items())
    return tuple(each for each in built if each is not None)


def fixed(found: shape.Command, path: Path, faults: Faults) -> dict[str, str]:
    """The inputs that are always sent so."""
    given = found.fixed or {}
    typed = {name.casefold() for name in found.arguments or {}}
    _distinct(list(given), (*path, "fixed"), faults)
    for name in given:
        here = (*path, "fixed", name)
        _free(name, here, faults)
        if name.casefold() in typed:
            faults.at_key(here, f"{shown(name)} is an argument too", "It is either typed or fixed.")
    return {name: str(value) for name, value in given.items()}


def _argument(name: str, found: shape.Argument, path: Path, faults: Faults) -> Argument | None:
    _free(name, path, faults)
    if found.type is UNSET and (*path, "type") in faults.keys:
        return None
    argument = Argument(
        name=name,
        type=ArgumentType(found.type or "string"),
        choices=tuple(str(each) for each in found.choices or ()),
        required=found.required if found.required is not UNSET else found.default is UNSET,
        default=None if found.default is UNSET else str(found.default),
        description=found.description or "",
        pattern=found.pattern or None,
    )
    _judge(argument, path, faults)
    return _spelt(argument)


def _distinct(names: Sequence[str], path: Path, faults: Faults) -> None:
    """Workflows read `inputs.x` without minding capitals, so names that differ in them alone are one input."""
    for index, name in enumerate(names):
        other = next((each for each in names[:index] if each.casefold() == name.casefold()), None)
        if other is not None:
            faults.at_key((*path, name), f"the input {shown(name)} is there already", f"It is {shown(other)}.")


def _free(name: str, path: Path, faults: Faults) -> None:
    if name.casefold().startswith(RESERVED_INPUTS):
        faults.at_key(path, f"{shown(name)} is filled by Signalbox itself", "Leave it out: the workflow declares it.")
    elif name.casefold() == REF:
        faults.at_key(path, '"ref" names a branch on every command line', "Give the input another name.")


def _judge(argument: Argument, path: Path, faults: Faults) -> None:
    choice, text = argument.type is ArgumentType.CHOICE, argument.type is ArgumentType.STRING
    if (*path, "choices") in faults.keys and not choice:
        faults.at_key((*path, "choices"), f"a {argument.type} has no choices", "Write `type: choice`.")
    if choice and (*path, "choices") not in faults.keys:
        faults.at_value(path, f"the choice {shown(argument.name)} has no choices", "Such as `choices: [staging]`.")
    for index, each in enumerate(argument.choices):
        if each in argument.choices[:index]:
            faults.at_value((*path, "choices"), f"the choice {shown(each)} is there twice")
    if argument.pattern is not None and not text:
        faults.at_key((*path, "pattern"), f"a {argument.type} has no pattern", "Only a string has one.")
    elif argument.pattern is not None and (problem := patterns.problem(argument.pattern)):
        faults.at_value((*path, "pattern"), problem)
    else:
        _judge_default(argument, path, faults)


def _judge_default(argument: Argument, path: Path, faults: Faults) -> None:
    if argument.default is None or (argument.type is ArgumentType.CHOICE and not argument.choices):
        return
    found = fit(argument, argument.default)
    if isinstance(found, Misfit):
        faults.at_value((*path, "default"), found.sentence.removesuffix("."), did_you_mean(found.better))
    elif argument.pattern is not None and not patterns.matches(argument.pattern, found):
        faults.at_value((*path, "default"), f"{shown(found)} does not match the pattern {shown(argument.pattern)}")


def _spelt(argument: Argument) -> Argument:
    """With a boolean default spelt as workflows read it: `yes` is true."""
    if argument.default is None or argument.type is not ArgumentType.BOOLEAN:
        return argument
    found = fit(argument, argument.default)
    return argument if isinstance(found, Misfit) else dataclasses.replace(argument, default=found)
