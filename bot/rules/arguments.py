"""Owns matching the words of a command with what the command declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.model.command import Argument, Arguments, Command, Problem
from bot.rules.line import Line, renamed, without, write
from bot.rules.nearest import likely
from bot.rules.values import Misfit, fit
from bot.rules.wording import listed, quoted


def match(
    command: Command, positional: Sequence[str], named: Mapping[str, str], *, head: str | None = None
) -> Arguments | Problem:
    """The values by name, defaults filled in, or the first thing that is wrong with them.

    `head` is how the command was called (`/ops run`), for the lines offered to copy; a slash and its name without it.
    """
    line = Line(head=head or f"/{command.name}", positional=tuple(positional), named=named)
    usage = f"{line.head} {command.usage.removeprefix(command.name).strip()}".strip()
    if problem := _twice(command, line) or _too_many(command, line) or _unknown(command, line):
        return replace(problem, usage=usage)
    values: dict[str, str] = {}
    for place, argument in enumerate(command.arguments):
        value = _value(argument, place, line)
        if isinstance(value, Problem):
            return replace(value, usage=usage)
        if value is not None:
            values[argument.name] = value
    for option in command.options:
        value = _value(option, len(line.positional), line)
        if isinstance(value, Problem):
            return replace(value, usage=usage)
        if value is not None:
            values[option.name] = value
    declared = {argument.name for argument in (*command.arguments, *command.options)}
    return Arguments(values=values, extra={name: value for name, value in named.items() if name not in declared})


def _twice(command: Command, line: Line) -> Problem | None:
    for argument, value in zip(command.arguments, line.positional, strict=False):
        if argument.name in line.named:
            same = line.named[argument.name] == value
            return Problem(
                sentence=f"{quoted(argument.name)} is given twice: by its place and by its name.",
                nearest=write(without(line, argument.name)) if same else None,
            )
    return None


def _too_many(command: Command, line: Line) -> Problem | None:
    places = len(command.arguments)
    if len(line.positional) <= places:
        return None
    sentence = f"{quoted(line.positional[places])} is one value too many."
    if command.open_ended:
        return Problem(sentence=f"{sentence} Inputs are given by name: name=value.")
    return Problem(sentence=sentence, nearest=write(replace(line, positional=line.positional[:places])))


def _unknown(command: Command, line: Line) -> Problem | None:
    if command.open_ended:
        return None
    known = [argument.name for argument in (*command.arguments, *command.options)]
    name = next((name for name in line.named if name not in known), None)
    if name is None:
        return None
    given = {*known[: len(line.positional)], *line.named}
    meant = likely(name, [option for option in known if option not in given])
    there_are = f"It takes {listed(known)}." if known else "It takes none."
    return Problem(
        sentence=f"{quoted(command.name)} has no argument {quoted(name)}. {there_are}",
        nearest=write(renamed(line, name, meant)) if meant else None,
    )


def _value(argument: Argument, place: int, line: Line) -> str | Problem | None:
    """The fitting value; the default where none was given; None where there is no default either."""
    placed = place < len(line.positional)
    given = line.positional[place] if placed else line.named.get(argument.name)
    if not given and argument.required and argument.default is None:
        return Problem(sentence=f"{quoted(argument.name)} is missing.")
    if given is None:
        return argument.default
    fitted = fit(argument, given)
    if not isinstance(fitted, Misfit):
        return fitted
    mended = None
    if fitted.better is not None:
        positional = (*line.positional[:place], fitted.better, *line.positional[place + 1 :])
        named = {**line.named, argument.name: fitted.better}
        mended = write(replace(line, positional=positional) if placed else replace(line, named=named))
    return Problem(sentence=fitted.sentence, nearest=mended)
