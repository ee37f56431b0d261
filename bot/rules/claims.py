"""Owns on what a configured command has a claim: a workflow, and the environments that it can name (T2).

Environments are compared as GitHub would and a little stricter: compatibility forms, spaces around and capitals do not
make another one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bot.model.command import Argument, ArgumentType
from bot.model.config import Config, ConfiguredCommand, Path

CLAIMS = "claims"
COMMANDS = "commands"


def folded(name: str) -> str:
    """An environment's name as it is compared: `Production`, ` production` and full-width letters are one."""
    once = unicodedata.normalize("NFKC", name).strip().casefold()
    return unicodedata.normalize("NFKC", once).strip()


def file_of(workflow: str) -> str:
    """A workflow's file as it is compared, without its folder."""
    return workflow.rpartition("/")[2].casefold()


def reach(command: ConfiguredCommand) -> frozenset[str] | None:
    """The environments, folded, that the command can name; None for any, and for none that it says."""
    if command.environment is None:
        return None
    if command.environment in command.fixed:
        return frozenset({folded(command.fixed[command.environment])})
    argument = naming(command)
    if argument is not None and argument.type is ArgumentType.CHOICE:
        return frozenset(map(folded, argument.choices))
    return None


def naming(command: ConfiguredCommand) -> Argument | None:
    """The argument that names the environment."""
    return next((argument for argument in command.arguments if argument.name == command.environment), None)


def claims_on(config: Config, workflow: str) -> Iterator[tuple[Path, ConfiguredCommand]]:
    """Every command that claims the workflow, with the way to where it stands."""
    wanted = file_of(workflow)
    for section, group in ((COMMANDS, config.commands), (CLAIMS, config.claims)):
        for key, command in group.items():
            if file_of(command.workflow) == wanted:
                yield (section, key), command


def holds(command: ConfiguredCommand, claim: ConfiguredCommand) -> bool:
    """Whether all that `claim` claims is claimed by `command` too, through the same input."""
    if file_of(command.workflow) != file_of(claim.workflow) or command.environment != claim.environment:
        return False
    mine, theirs = reach(command), reach(claim)
    return mine is None or (theirs is not None and mine >= theirs)


def key_of(claim: ConfiguredCommand) -> str:
    """What a claim is kept under: the same for claims that `holds` can not tell apart."""
    named = sorted(reach(claim) or ())
    return " ".join([claim.name, claim.workflow, claim.environment or "-", *named])
