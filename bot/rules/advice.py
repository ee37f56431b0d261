"""Owns what `config check` says beside faults: where a configuration that can be read leaves a gate open, or leads
nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bot.model.advice import Advice, Grade, Surroundings
from bot.model.command import ArgumentType
from bot.model.config import Config, ConfiguredCommand, Environment, Path
from bot.model.people import Role
from bot.model.workflow import Workflow
from bot.rules.approvable import vain
from bot.rules.claims import COMMANDS, claims_on, folded, reach
from bot.rules.drift import drift
from bot.rules.nearest import nearest
from bot.rules.wording import listed, quoted

ENVIRONMENTS: Final = "environments"


def advice(config: Config, around: Surroundings) -> Sequence[Advice]:
    """Everything to mend: errors first, each in the order of the file."""
    found = [
        *(each for command in config.commands.values() for each in _command(config, command, around)),
        *(each for key in config.environments for each in _environment(config, key, around)),
        *_rules(config),
        *(each for file, workflow in around.workflows.items() for each in _workflow(config, file, workflow)),
    ]
    return sorted(found, key=lambda each: each.grade is not Grade.ERROR)


def _error(sentence: str, path: Path) -> Advice:
    return Advice(grade=Grade.ERROR, sentence=sentence, path=path)


def _warning(sentence: str, path: Path = ()) -> Advice:
    return Advice(grade=Grade.WARNING, sentence=sentence, path=path)


# --- commands ------------------------------------------------------------------------------------------------------


def _command(config: Config, command: ConfiguredCommand, around: Surroundings) -> Iterator[Advice]:
    path = (COMMANDS, command.name)
    yield from _open_to_all(command, around, (*path, "permission"))
    yield from _foreign(command.name, command.teams, around, (*path, "teams"))
    workflow = around.workflows.get(command.workflow)
    if workflow is None:
        meant = nearest(command.workflow, around.workflows)
        offered = f" Did you mean {quoted(meant)}?" if meant else ""
        sentence = f"{command.name}: there is no {command.workflow} under .github/workflows.{offered}"
        yield _error(sentence, (*path, "workflow"))
    else:
        yield from drift(command, workflow, input_limit=around.input_limit)
    yield from _from_head(config, command, around, (*path, "workflow_from"))


def _open_to_all(command: ConfiguredCommand, around: Surroundings, path: Path) -> Iterator[Advice]:
    """T14."""
    if around.everybody_reads and command.permission < Role.WRITE and not command.teams and not command.closed:
        who = "a whole enterprise" if around.internal else "everybody"
        yield _error(
            f"{command.name}: {who} can read this repository, so that the permission {command.permission.label} "
            "lets in people whom nobody chose. Name a team as well, or ask for write.",
            path,
        )


def _foreign(name: str, teams: Sequence[str], around: Surroundings, path: Path) -> Iterator[Advice]:
    """T13: who is in a team is for its organisation to say."""
    for team in teams:
        if team.partition("/")[0].casefold() != around.owner.casefold():
            yield _error(f"{name}: {team} is no team of {around.owner}, to whom this repository belongs.", path)


def _from_head(config: Config, command: ConfiguredCommand, around: Surroundings, path: Path) -> Iterator[Advice]:
    """T1: whoever can push to the pull request writes the workflow that runs."""
    if not command.workflow_from_head:
        return
    named = reach(command)
    if named is None or not named <= around.protected:
        what = "any environment" if named is None else listed(sorted(named - around.protected), last="or")
        yield _warning(
            f"{command.name}: the pull request's own workflow file runs, and nothing at GitHub keeps it from {what}. "
            "Let Signalbox's protection rule guard the environment, or remove workflow_from.",
            path,
        )


# --- environments --------------------------------------------------------------------------------------------------


def _environment(config: Config, key: str, around: Surroundings) -> Iterator[Advice]:
    entry, path = config.environments[key], (ENVIRONMENTS, key)
    yield from _foreign(entry.name, entry.teams, around, (*path, "teams"))
    lists = () if entry.approvals is None else entry.approvals.teams
    for teams in lists:
        yield from _foreign(entry.name, teams, around, (*path, "approvals", "teams"))
    yield from vain(config, key)
    yield from _unreachable(config, entry, around, path)


def _unreachable(config: Config, entry: Environment, around: Surroundings, path: Path) -> Iterator[Advice]:
    """A gate in front of nothing is most often one whose name is misspelt."""
    naming = [each for each in config.commands.values() if each.environment is not None]
    reached = [reach(command) for command in naming]
    free = any(named is None for named in reached) or any(map(_takes_any, around.workflows.values()))
    names = {name for named in reached if named is not None for name in named}
    if free or folded(entry.name) in names:
        return
    meant = nearest(entry.name, names)
    offered = f" Did you mean {quoted(meant)}?" if meant else ""
    yield _warning(f"{entry.name}: no command and no workflow names this environment.{offered}", path)


def _takes_any(workflow: Workflow) -> bool:
    return any(each.type is ArgumentType.ENVIRONMENT for each in workflow.inputs)


# --- the rest ------------------------------------------------------------------------------------------------------


def _rules(config: Config) -> Iterator[Advice]:
    if config.rules:
        yield _warning("The event rules are well-formed, and nothing acts on rules yet.", ("rules",))


def _workflow(config: Config, file: str, workflow: Workflow) -> Iterator[Advice]:
    claimed = [path for path, _ in claims_on(config, file)]
    path = (*claimed[0], "workflow") if claimed else ()
    if workflow.dispatchable and not claimed:
        yield from _unclaimed(config, file, workflow)
    if workflow.dispatchable and workflow.scripts_with_inputs:
        lines = listed(map(str, workflow.scripts_with_inputs))
        where = f"{'line' if len(workflow.scripts_with_inputs) == 1 else 'lines'} {lines}"
        yield _warning(
            f"{workflow.path} {where}: an input is put into a script, where a shell reads it as code. Hand it over in "
            "env: and use the variable.",
            path,
        )


def _unclaimed(config: Config, file: str, workflow: Workflow) -> Iterator[Advice]:
    """T2: gates hang on (workflow, environment); of a workflow without a command only inputs of type environment tell
    which environment that is."""
    for each in workflow.inputs:
        gated = [entry.name for key, entry in config.environments.items() if key in map(folded, each.choices)]
        if each.type is ArgumentType.CHOICE and gated:
            yield _warning(
                f"{file} can name {listed(gated)} in its input {quoted(each.name)}, and no command says so: the gates "
                f"are not asked when somebody runs it. Add a command with workflow: {file} and environment: "
                f"{each.name}."
            )
