"""Owns the order of environments: `after` names others that exist, and nobody waits for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.config.faults import Faults, meant, shown
from bot.model.config import ConfiguredCommand, Environment, Layer

Graph = Mapping[str, Environment]


def judge(found: Graph, commands: Mapping[str, ConfiguredCommand], layer: Layer, faults: Faults) -> None:
    """Note every `after` that can never be met.

    A name that no environment and no command has is a mistake in a repository; a higher layer may mean environments
    that only some repositories have.
    """
    known = {each.name.casefold(): each.name for each in found.values()} | _named(commands)
    for name, environment in found.items():
        path = ("environments", environment.name, "requires", "after")
        for other in environment.after:
            if layer is Layer.REPOSITORY and other.casefold() not in known:
                suggestion = meant(other, known.values()) or _list_it(other)
                faults.at_value(path, f"there is no environment {shown(other)}", suggestion)
        if loop := _loop(name, found):
            _tell(loop, found, faults)


def _tell(loop: list[str], found: Graph, faults: Faults) -> None:
    """Once for each loop: where the first of it by the alphabet stands."""
    name = loop[0]
    if name != min(loop):
        return
    path = ("environments", found[name].name, "requires", "after")
    if len(loop) == 1:
        faults.at_value(path, f"{shown(found[name].name)} waits for itself")
    else:
        chain = " after ".join(shown(found[each].name) for each in (*loop, name))
        faults.at_value(path, f"nobody can be first: {chain}", "Leave one of them out.")


def _loop(start: str, found: Graph) -> list[str] | None:
    """The shortest way from `start` back to itself, without its second end."""
    ways, seen = [[start]], {start}
    for way in ways:
        for other in (each.casefold() for each in found[way[-1]].after):
            if other == start:
                return way
            if other in found and other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return None


def _named(commands: Mapping[str, ConfiguredCommand]) -> dict[str, str]:
    return {name.casefold(): name for command in commands.values() for name in _values(command)}


def _values(command: ConfiguredCommand) -> Iterator[str]:
    """The environments that a command can name."""
    if command.environment is None:
        return
    if command.environment in command.fixed:
        yield command.fixed[command.environment]
    for argument in command.arguments:
        if argument.name == command.environment:
            yield from argument.choices
            yield from [argument.default] if argument.default else []


def _list_it(name: str) -> str:
    return f"Give {shown(name)} an entry under `environments`, which may be empty."
