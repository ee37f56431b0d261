"""Owns what a change of a configured command means in words, and which changes let more through (T13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from bot.model.change import Change
from bot.model.config import ConfiguredCommand, Where
from bot.rules.changed_arguments import arguments
from bot.rules.claims import COMMANDS, file_of
from bot.rules.loosened import looser_rehearsal
from bot.rules.marks import COMMAND_GATES
from bot.rules.said import Said, teams
from bot.rules.wording import listed, quoted

PLACES: Final[Mapping[Where, str]] = {
    Where.SLACK: "in Slack",
    Where.PULL_REQUEST: "on pull requests",
    Where.ISSUE: "on issues",
}


def command(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Change]:
    """Every difference between the two, by field."""
    for name, judge in JUDGES.items():
        for sentence, widens in judge(before, after):
            path = (COMMANDS, after.name, *COMMAND_GATES.get(name, (name,)))
            yield Change(sentence=f"{sentence}.", widens=widens, path=path)


def places(where: frozenset[Where]) -> str:
    """`in Slack and on pull requests`."""
    return listed(words for place, words in PLACES.items() if place in where)


def _description(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Said]:
    if before.description != after.description:
        yield f"{after.name} is described as {quoted(after.description)} now", False


def _workflow(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Said]:
    if before.workflow != after.workflow:
        wider = file_of(before.workflow) != file_of(after.workflow)
        yield f"{after.name} now runs {after.workflow} instead of {before.workflow}", wider


def _fixed(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Said]:
    """Other people may type what is no longer fixed; it is a gate only where it names the environment. Fixing that one
    widens, too: what was typed before may have been bound to another environment, or to any."""
    for name in dict.fromkeys([*before.fixed, *after.fixed]):
        had, has = before.fixed.get(name), after.fixed.get(name)
        if had == has:
            continue
        wider = name == before.environment
        now = f"is no longer fixed to {quoted(had or '')}" if has is None else f"is always {quoted(has)} now"
        yield f"{after.name}: {quoted(name)} {now}{f', it was {quoted(had)}' if had and has else ''}", wider


def _environment(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Said]:
    if before.environment == after.environment:
        return
    if after.environment is None:
        yield f"{after.name} no longer says which environment it touches, so that its gates are not asked", True
        return
    named = f"{after.name} names its environment by {quoted(after.environment)} now"
    had = before.environment
    yield f"{named}{'' if had is None else f', before by {quoted(had)}'}", had is not None


def _dry_run(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Said]:
    if before.dry_run == after.dry_run:
        return
    if after.dry_run is None:
        yield f"{after.name} has no rehearsal any more", False
    else:
        yield f"{after.name}: {quoted(after.dry_run)} makes it a rehearsal now", looser_rehearsal(before, after)


def _permission(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Said]:
    if after.permission < before.permission:
        role, had = after.permission.label, before.permission.label
        yield f"People with {role} may now type {after.name}, it was {had}", True
    elif after.permission > before.permission:
        yield f"{after.name} needs {after.permission.label} now, it was {before.permission.label}", False


def _teams(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Said]:
    yield from teams(after.name, before, after)


def _where(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Said]:
    if more := after.where - before.where:
        yield f"{after.name} may now be typed {places(more)}, too", True
    if less := before.where - after.where:
        yield f"{after.name} may no longer be typed {places(less)}", False


def _final(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Said]:
    if before.final is not after.final:
        may = "no repository may" if after.final else "repositories may now"
        yield f"{may[0].upper()}{may[1:]} put a command of their own in the place of {after.name}", before.final


def _workflow_from_head(before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Said]:
    if before.workflow_from_head is not after.workflow_from_head:
        whose = "the pull request's own" if after.workflow_from_head else "the default branch's"
        yield f"{after.name} runs {whose} workflow file now", after.workflow_from_head


JUDGES: Final[Mapping[str, Callable[[ConfiguredCommand, ConfiguredCommand], Iterator[Said]]]] = {
    "description": _description,
    "workflow": _workflow,
    "arguments": arguments,
    "fixed": _fixed,
    "environment": _environment,
    "dry_run": _dry_run,
    "permission": _permission,
    "teams": _teams,
    "where": _where,
    "final": _final,
    "workflow_from_head": _workflow_from_head,
}
UNJUDGED: Final[Mapping[str, str]] = {
    "name": "a command is compared with the one of the same name",
    "closed": "judged with the teams",
}
