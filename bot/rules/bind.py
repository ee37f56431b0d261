"""Owns which gates hang on one dispatch: those of the command, of every other command that claims its workflow, and of
the environment that it touches (T2).

Gates hang on what is touched, not on the word that was typed: `run`, a second command, a rerun and a button end here.
Which environment that is, bot/rules/touched.py tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.model.bound import Bound, TeamRule
from bot.model.config import Config, ConfiguredCommand, Environment, Path, Where
from bot.model.people import Role
from bot.model.workflow import Workflow
from bot.rules.claims import COMMANDS, claims_on, folded, reach
from bot.rules.shipping import shippers
from bot.rules.touched import Touched, touched_by

ENVIRONMENTS: Final = "environments"
BUILT_IN: Final = Role.WRITE
"""What `run` and its like ask for where no configuration says anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A command that has a say, and the way to where it stands."""

    path: Path
    command: ConfiguredCommand


def bind(
    config: Config, *, command: str, workflow: str, inputs: Mapping[str, str], workflow_file: Workflow | None
) -> Bound:
    """The strictest of everything that applies to dispatching `workflow` by the word `command`.

    `inputs` are those that will be sent, typed and fixed. `workflow_file` is the file on the default branch, for its
    defaults and its inputs of type environment; without it an environment that nobody names is unknown.
    """
    own = config.commands.get(command)
    claims = _claims(config, command, own, workflow)
    touched = touched_by(config, [each.command for each in claims], own, inputs, workflow_file)
    named = any(each.command.environment is not None for each in claims) or touched.name in config.environments
    if own is not None:
        claims = [claim for claim in claims if claim.command is own or _reaches(claim.command, touched)]
    gates = None if touched.name is None else config.environments.get(touched.name, Environment(name=touched.name))
    permission, permission_rule = _permission(config, own, claims, touched.name, gates)
    where, where_rule = _where(config, claims)
    return Bound(
        workflow=workflow.rpartition("/")[2],
        permission=permission,
        permission_rule=permission_rule,
        teams=tuple(_teams(config, claims, touched.name, gates)),
        where=where,
        where_rule=where_rule,
        environment=touched.name,
        gates=gates,
        guarded=touched.name is not None and named and not _from_head(own, claims),
        dry_run=own is not None and _rehearses(own, inputs),
        ships=not _rehearsal(config, workflow, own, inputs, workflow_file),
        before=shippers(config, workflow, workflow_file, gates.after) if gates is not None else {},
        unknown=touched.unknown,
    )


def _claims(config: Config, command: str, own: ConfiguredCommand | None, workflow: str) -> list[_Claim]:
    """The command's own first, whatever workflow it has by now; then everybody else's."""
    others = [_Claim(path=path, command=each) for path, each in claims_on(config, workflow) if each is not own]
    return others if own is None else [_Claim(path=(COMMANDS, command), command=own), *others]


def _reaches(claim: ConfiguredCommand, touched: Touched) -> bool:
    """Whether a claim is about what is touched. Of what can not be told, all are.

    Only for commands that a configuration declares: `run` bears every claim on its workflow.
    """
    named = reach(claim)
    return named is None or touched.name is None or folded(touched.name) in named


def _permission(
    config: Config,
    own: ConfiguredCommand | None,
    claims: Sequence[_Claim],
    environment: str | None,
    gates: Environment | None,
) -> tuple[Role, str]:
    asked = [((*claim.path, "permission"), claim.command.permission) for claim in claims]
    if environment is not None and gates is not None:
        asked.append(((ENVIRONMENTS, environment, "permission"), gates.permission))
    highest = max([role for _, role in asked] + ([BUILT_IN] if own is None else []))
    said = next((path for path, role in asked if role is highest and path in config.marks), None)
    if said is not None:
        return highest, _words(config, said)
    first = next((path for path, role in asked if role is highest), None)
    return highest, "" if first is None or highest is BUILT_IN else _words(config, first)


def _teams(
    config: Config, claims: Sequence[_Claim], environment: str | None, gates: Environment | None
) -> Iterator[TeamRule]:
    """One for each that names some; nobody is in the empty one of what is closed."""
    said: list[tuple[Path, ConfiguredCommand | Environment]] = [(claim.path, claim.command) for claim in claims]
    if environment is not None and gates is not None:
        said.append(((ENVIRONMENTS, environment), gates))
    told: set[frozenset[str]] = set()
    for path, each in said:
        teams = () if each.closed else each.teams
        if (each.closed or teams) and frozenset(teams) not in told:
            told.add(frozenset(teams))
            yield TeamRule(teams=teams, rule=_words(config, (*path, "teams")))


def _where(config: Config, claims: Sequence[_Claim]) -> tuple[frozenset[Where], str]:
    left, rule = frozenset(Where), ""
    for claim in claims:
        if not left <= claim.command.where:
            left, rule = left & claim.command.where, _words(config, (*claim.path, "where"))
    return left, rule


def _from_head(own: ConfiguredCommand | None, claims: Sequence[_Claim]) -> bool:
    """Whether the pull request's own workflow may run (T1): only for the command that says so, and only while no other
    claim on the environment disagrees."""
    naming = [claim.command for claim in claims if claim.command.environment is not None]
    return own is not None and own.workflow_from_head and all(each.workflow_from_head for each in naming)


def _rehearses(own: ConfiguredCommand, inputs: Mapping[str, str]) -> bool:
    return own.dry_run is not None and inputs.get(own.dry_run, "").strip().lower() == "true"


def _rehearsal(
    config: Config,
    workflow: str,
    own: ConfiguredCommand | None,
    inputs: Mapping[str, str],
    workflow_file: Workflow | None,
) -> bool:
    """Whether any command calls it a rehearsal, by whatever word it was typed, the workflow's own defaults included."""
    declared = () if workflow_file is None else workflow_file.inputs
    sent = {**{each.name: each.default for each in declared if each.default is not None}, **inputs}
    commands = [command for _, command in claims_on(config, workflow)] + ([] if own is None else [own])
    return any(_rehearses(each, sent) for each in commands)


def _words(config: Config, path: Path) -> str:
    mark = config.mark(*path)
    return "" if mark is None else mark.words
