"""Owns what a configured command means, and which ones can not be."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from bot.config import arguments, shape
from bot.config.faults import Faults, meant, shown
from bot.model.command import Argument, ArgumentType
from bot.model.config import ConfiguredCommand, Layer, Path, Where
from bot.model.people import Role
from bot.rules.verbs import RESERVED
from bot.rules.wording import listed

_NAMING: Final = frozenset({ArgumentType.STRING, ArgumentType.CHOICE, ArgumentType.ENVIRONMENT})


def command(name: str, found: shape.Command, layer: Layer, faults: Faults) -> ConfiguredCommand:
    """The command `name`; what is wrong with it goes to `faults`."""
    path = ("commands", name)
    if name in RESERVED:
        faults.at_key(path, f"the command {shown(name)} is built in", "Give it another name.")
    if found.final and layer is Layer.REPOSITORY:
        faults.at_key((*path, "final"), '"final" is for the server and the organisation', "Remove the key.")
    given = arguments.arguments(found, path, faults)
    fixed = arguments.fixed(found, path, faults)
    _names_environment(found, given, path, faults)
    _names_rehearsal(found, given, path, faults)
    return ConfiguredCommand(
        name=name,
        description=found.description or "",
        workflow=found.workflow,
        arguments=given,
        fixed=fixed,
        environment=found.environment or None,
        dry_run=found.dry_run or None,
        permission=Role[found.permission.upper()] if found.permission is not UNSET else Role.WRITE,
        teams=tuple(found.teams or ()),
        where=frozenset(Where(each) for each in found.where or Where),
        final=bool(found.final),
        workflow_from_head=found.workflow_from == "head",
    )


def _names_environment(found: shape.Command, given: tuple[Argument, ...], path: Path, faults: Faults) -> None:
    if found.environment is UNSET:
        return
    here, name = (*path, "environment"), found.environment
    if (*path, "arguments", name) not in faults.keys and (*path, "fixed", name) not in faults.keys:
        known = [*(each.name for each in given), *(found.fixed or ())]
        faults.at_value(here, f"{shown(name)} is neither an argument nor a fixed input", _nearest(name, known))
    elif (kind := _kind(name, given)) and kind not in _NAMING:
        faults.at_value(here, f"{shown(name)} is a {kind}, which names no environment")


def _names_rehearsal(found: shape.Command, given: tuple[Argument, ...], path: Path, faults: Faults) -> None:
    if found.dry_run is UNSET:
        return
    here, name = (*path, "dry_run"), found.dry_run
    if (*path, "arguments", name) not in faults.keys:
        booleans = [each.name for each in given if each.type is ArgumentType.BOOLEAN]
        faults.at_value(here, f"{shown(name)} is no argument of this command", _nearest(name, booleans))
    elif (kind := _kind(name, given)) and kind is not ArgumentType.BOOLEAN:
        faults.at_value(here, f"{shown(name)} is a {kind}, not a boolean", f"Write `type: boolean` for {shown(name)}.")


def _kind(name: str, given: tuple[Argument, ...]) -> ArgumentType | None:
    """The type of an argument, unless what is written there is none: that is a fault already."""
    return next((each.type for each in given if each.name == name), None)


def _nearest(name: str, known: list[str]) -> str:
    return meant(name, known) or (f"Known here: {listed(known)}." if known else "")
