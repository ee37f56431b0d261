"""Owns whose success counts as one in an environment that comes before: that of what ships there, and of nothing else
that merely touches it (T11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.model.command import ArgumentType
from bot.model.config import Config, ConfiguredCommand
from bot.model.workflow import Workflow
from bot.rules.claims import claims_on, file_of, folded, reach


def shippers(
    config: Config, workflow: str, workflow_file: Workflow | None, environments: Iterable[str]
) -> Mapping[str, frozenset[str]]:
    """By case-folded environment the workflow files, folded, whose success there lets `workflow` go on.

    A workflow that ships there itself has to have done so: a migration or a smoke test in staging says little about a
    deploy to production. Where it does not, all count that a command names for that environment.
    """
    return {name.casefold(): _of(config, workflow, workflow_file, name) for name in environments}


def _of(config: Config, workflow: str, workflow_file: Workflow | None, environment: str) -> frozenset[str]:
    mine = [command for _, command in claims_on(config, workflow) if command.environment is not None]
    if any(_ships(command, environment) for command in mine) or (not mine and _takes_any(workflow_file)):
        return frozenset({file_of(workflow)})
    everybody = [*config.commands.values(), *config.claims.values()]
    return frozenset(file_of(command.workflow) for command in everybody if _ships(command, environment))


def _ships(command: ConfiguredCommand, environment: str) -> bool:
    if command.environment is None:
        return False
    named = reach(command)
    return named is None or folded(environment) in named


def _takes_any(workflow_file: Workflow | None) -> bool:
    """Whether it can name any environment, as a workflow without a command does."""
    return workflow_file is not None and any(each.type is ArgumentType.ENVIRONMENT for each in workflow_file.inputs)
