"""Owns where each field of a configuration is written in its file, and which layer's line decided it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.model.config import Config, ConfiguredCommand, Environment, Mark, Path

COMMAND_GATES: Final[Mapping[str, Path]] = {
    "permission": ("permission",),
    "teams": ("teams",),
    "where": ("where",),
    "workflow_from_head": ("workflow_from",),
}
ENVIRONMENT_GATES: Final[Mapping[str, Path]] = {
    "permission": ("permission",),
    "teams": ("teams",),
    "approvals": ("approvals",),
    "checks": ("requires", "checks"),
    "reviews": ("requires", "reviews"),
    "waive_reviews": ("requires", "waive_reviews"),
    "up_to_date": ("requires", "up_to_date"),
    "after": ("requires", "after"),
    "drafts": ("requires", "draft"),
    "any_base": ("requires", "any_base"),
    "lock": ("lock",),
    "freeze": ("freeze",),
    "notify": ("notify",),
}

_UNSAID: Final = {ConfiguredCommand: ConfiguredCommand(name="", workflow=""), Environment: Environment(name="")}


def under(config: Config, path: Path, moved: Path | None = None) -> dict[Path, Mark | None]:
    """The marks at `path` and below, put at `moved` instead where that is given."""
    size = len(path)
    return {(moved or path) + at[size:]: mark for at, mark in config.marks.items() if at[:size] == path}


def deciding(
    path: Path,
    result: ConfiguredCommand | Environment,
    first: tuple[Config, ConfiguredCommand | Environment],
    second: tuple[Config, ConfiguredCommand | Environment],
) -> dict[Path, Mark | None]:
    """For each gate at `path` the line that decided it: the first one's, unless the second changed anything.

    None: it was decided by what holds where nothing is said."""
    gates = COMMAND_GATES if isinstance(result, ConfiguredCommand) else ENVIRONMENT_GATES
    unsaid = _UNSAID[type(result)]
    marks: dict[Path, Mark | None] = {}
    for name, rest in gates.items():
        value, at = getattr(result, name), path + rest
        said = value != getattr(unsaid, name) or at in first[0].marks or at in second[0].marks
        decider = second[0] if value != getattr(first[1], name) else first[0]
        if said:
            marks[at] = _nearest(decider, at, path)
    if isinstance(result, Environment):
        marks |= _frozen(path, result, first, second)
    return marks


def _frozen(
    path: Path,
    result: Environment,
    first: tuple[Config, ConfiguredCommand | Environment],
    second: tuple[Config, ConfiguredCommand | Environment],
) -> dict[Path, Mark | None]:
    """Each window has a line of its own."""
    marks: dict[Path, Mark | None] = {}
    for index, window in enumerate(result.freeze):
        for config, said in (first, second):
            if isinstance(said, Environment) and window in said.freeze:
                marks[(*path, "freeze", str(index))] = _nearest(
                    config, (*path, "freeze", str(said.freeze.index(window))), path
                )
                break
    return marks


def _nearest(config: Config, at: Path, path: Path) -> Mark | None:
    """The mark at `at` or around it, but not beyond `path`: the line of another entry decided nothing here."""
    ways = (at[:end] for end in range(len(at), len(path) - 1, -1))
    return next((config.marks[way] for way in ways if way in config.marks), None)
