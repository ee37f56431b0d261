"""Owns what a change of a command's arguments means in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from bot.model.command import Argument, ArgumentType
from bot.model.config import ConfiguredCommand
from bot.rules.loosened import FREE, looser_argument, looser_pattern
from bot.rules.said import Said
from bot.rules.wording import listed, quoted


def arguments(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Said]:
    """Every difference between the arguments of the two."""
    had, has = ({each.name: each for each in command.arguments} for command in (before, after))
    for name in had:
        if name not in has:
            yield f"{after.name} no longer takes {quoted(name)}", False
    for name, argument in has.items():
        if name not in had:
            yield _new(after.name, argument)
            continue
        for judge in JUDGES.values():
            yield from ((f"{after.name}: {quoted(name)} {words}", wider) for words, wider in judge(had[name], argument))
    if [name for name in had if name in has] != [name for name in has if name in had]:
        yield f"{after.name} takes its arguments in another order now: {listed(has)}", False


def _new(verb: str, argument: Argument) -> Said:
    what = f"{verb} takes {quoted(argument.name)} now"
    if argument.pattern is None:
        return what, False
    return f"{what}, any text that matches {quoted(argument.pattern)}", looser_argument(None, argument)


def _type(before: Argument, after: Argument) -> Iterator[Said]:
    if before.type is not after.type:
        article = "an" if after.type is ArgumentType.ENVIRONMENT else "a"
        wider = after.type in FREE and before.type not in FREE
        yield f"is {article} {after.type} now, it was a {before.type}".replace("was a e", "was an e"), wider


def _required(before: Argument, after: Argument) -> Iterator[Said]:
    if before.required is not after.required:
        yield f"{'has to' if after.required else 'need not'} be given now", False


def _default(before: Argument, after: Argument) -> Iterator[Said]:
    if before.default != after.default:
        yield f"has {'no default' if after.default is None else f'the default {quoted(after.default)}'} now", False


def _choices(before: Argument, after: Argument) -> Iterator[Said]:
    """More choices name more environments, whose gates hold; no gate gets lost by naming them."""
    if more := [each for each in after.choices if each not in before.choices]:
        yield f"may be {listed(map(quoted, more), last='or')} now, too", False
    if less := [each for each in before.choices if each not in after.choices]:
        yield f"may no longer be {listed(map(quoted, less), last='or')}", False


def _description(before: Argument, after: Argument) -> Iterator[Said]:
    if before.description != after.description:
        yield f"is described as {quoted(after.description)} now", False


def _pattern(before: Argument, after: Argument) -> Iterator[Said]:
    if before.pattern != after.pattern:
        what = "safe text" if after.pattern is None else quoted(after.pattern)
        yield f"has to match {what} now", looser_pattern(before.pattern, after.pattern)


JUDGES: Final[Mapping[str, Callable[[Argument, Argument], Iterator[Said]]]] = {
    "type": _type,
    "required": _required,
    "default": _default,
    "choices": _choices,
    "description": _description,
    "pattern": _pattern,
}
UNJUDGED: Final[Mapping[str, str]] = {"name": "an argument is compared with the one of the same name"}
