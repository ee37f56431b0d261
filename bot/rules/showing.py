"""Owns how a configuration is told as it is in force: each rule with its value, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.model.config import Approvals, CheckRule, ChecksWanted, Config, ConfiguredCommand, Environment, Where
from bot.model.people import Role
from bot.rules.wording import listed

BUILT_IN: Final = "built in"

Fact = tuple[tuple[str, ...], str]
"""The way to a rule, and its value in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One rule that holds."""

    name: str
    """`environments.production.requires.reviews`."""
    value: str
    where: str
    """`acme/shop/.github/signalbox.yml line 12`, or `built in`."""


def shown(config: Config) -> Iterator[Shown]:
    """Every rule that holds, commands first; what an environment does not ask for is left out."""
    for path, value in _facts(config):
        mark = config.mark(*path)
        yield Shown(name=".".join(path), value=value, where=mark.words if mark else BUILT_IN)


def _facts(config: Config) -> Iterator[Fact]:
    yield ("require_prefix",), _yes(config.require_prefix)
    yield ("trust", "remember"), config.remember_trust.value
    if config.maintenance is not None:
        yield ("maintenance",), config.maintenance
    for name, command in sorted(config.commands.items()):
        yield from ((("commands", name, *path), value) for path, value in _command(command))
    for key, claim in sorted(config.claims.items()):
        yield from ((("claims", key, *path), value) for path, value in _command(claim))
    for key, environment in sorted(config.environments.items()):
        yield from ((("environments", key, *path), value) for path, value in _environment(environment))


def _command(command: ConfiguredCommand) -> Iterator[Fact]:
    yield ("workflow",), command.workflow
    yield ("permission",), command.permission.label
    if command.closed or command.teams:
        yield ("teams",), _teams(command.teams, closed=command.closed)
    if command.where != frozenset(Where):
        yield ("where",), listed(sorted(place.value for place in command.where))
    if command.environment is not None:
        yield ("environment",), command.environment
    if command.dry_run is not None:
        yield ("dry_run",), command.dry_run
    if command.final:
        yield ("final",), _yes(command.final)
    if command.workflow_from_head:
        yield ("workflow_from",), "head"


def _environment(environment: Environment) -> Iterator[Fact]:
    if environment.permission is not Role.NONE:
        yield ("permission",), environment.permission.label
    if environment.closed or environment.teams:
        yield ("teams",), _teams(environment.teams, closed=environment.closed)
    if environment.approvals is not None:
        yield ("approvals",), _approvals(environment.approvals)
    yield from ((("requires", name), value) for name, value in _requires(environment))
    if environment.lock:
        yield ("lock",), _yes(environment.lock)
    for freeze in environment.freeze:
        reason = f": {freeze.reason}" if freeze.reason else ""
        yield ("freeze",), f"{freeze.timezone}{reason}"
    if environment.notify:
        yield ("notify",), listed(f"#{each}" for each in environment.notify)


def _requires(environment: Environment) -> Iterator[tuple[str, str]]:
    if environment.checks is not None:
        yield "checks", _checks(environment.checks)
    if environment.reviews:
        yield "reviews", "approved"
    if environment.waive_reviews:
        yield "waive_reviews", listed(sorted(each.value for each in environment.waive_reviews))
    if environment.up_to_date is not None:
        yield "up_to_date", environment.up_to_date.value
    if environment.after:
        yield "after", listed(environment.after)
    if environment.drafts:
        yield "draft", "true"
    if environment.any_base:
        yield "any_base", "true"


def _checks(rule: CheckRule) -> str:
    wanted = listed(rule.names) if rule.wanted is ChecksWanted.NAMED else rule.wanted.value
    return f"{wanted}, {listed(rule.ignored)} ignored" if rule.ignored else wanted


def _approvals(approvals: Approvals) -> str:
    who = [*(listed(teams, last="or") for teams in approvals.teams), *approvals.people]
    said = f"{approvals.count}, of {listed(who)}" if who else str(approvals.count)
    allowed = ("the author" * approvals.author, "the pusher" * approvals.pusher)
    counting = listed(each for each in allowed if each)
    return f"{said}; {counting} may be among them" if counting else said


def _teams(teams: tuple[str, ...], *, closed: bool) -> str:
    return "nobody" if closed else listed(teams, last="or")


def _yes(said: bool) -> str:
    return "true" if said else "false"
