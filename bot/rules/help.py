"""Owns what `help` says: which commands somebody can run in a place, what they lack for the others, and whom to ask.

It looks at the same `Bound` as the gates do, so that help promises nothing that they refuse; but it asks about nobody's
commit, so checks, reviews and the like are told and not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.model.bound import Bound, TeamRule
from bot.model.command import Command, Surface
from bot.model.config import ChecksWanted, Config, Environment, Where
from bot.model.message import Message
from bot.model.people import Role
from bot.rules.bind import bind
from bot.rules.gates.where import NAMES
from bot.rules.refuse import NOWHERE
from bot.rules.wording import listed

MOST_WAYS: Final = 20
"""How many environments of a command are told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who asks, and what is known of their rights."""

    role: Role | None
    """None: no repository is meant, so nobody's right is judged."""
    repository: str = ""
    """`owner/name`."""
    place: Where | None = None
    """Where they would type it; None: anywhere, as on a page."""
    teams: Mapping[str, bool | None] = field(default_factory=dict)
    """By the configuration's own spelling; None, or one that is not in it: GitHub did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One environment of a command, or the whole of a command that touches none."""

    environment: str | None
    needs: Role
    missing: tuple[str, ...]
    """Whole sentences: what the person lacks, and whom to ask."""
    asks: tuple[str, ...] = ()
    """What is looked at each time, in words: `checks that pass`."""
    rule: str = ""
    """Where the environment is declared, in words."""


def team_names(config: Config) -> tuple[str, ...]:
    """Every team that some command or environment names."""
    named = [each.teams for each in config.commands.values()]
    named += [each.teams for each in config.environments.values()]
    return tuple(sorted({team for teams in named for team in teams}))


def ways(command: Command, config: Config, standing: Standing) -> tuple[Way, ...]:
    """How this person stands to the command: one answer for each environment that it can touch."""
    if command.configured is None:
        lacks = [*_role(command.permission, standing), *_surface(command.where, standing.place)]
        return (Way(environment=None, needs=command.permission, missing=tuple(lacks)),)
    return tuple(_way(command, config, standing, value) for value in _values(command, config))


def listing(commands: Mapping[str, Command], config: Config, standing: Standing) -> Message:
    """The list, as somebody may see it there."""
    rows = [_row(command, config, standing) for command in commands.values() if _shown(command, standing.place)]
    fields = {"commands": rows, "role": standing.role.label if standing.role else None, **NOWHERE}
    return Message(name="help_answered", fields=fields)


def explained(command: Command, config: Config, standing: Standing, workflows: Sequence[str] = ()) -> Message:
    """One command in full. `workflows` are usage lines, for `run`."""
    row = _row(command, config, standing)
    mark = config.mark("commands", command.name) if command.configured else None
    fields = {
        **row,
        "arguments": (*command.arguments, *command.options),
        "examples": [f"/{example}" for example in command.examples],
        "workflows": list(workflows),
        "where": _where(command),
        "source": mark.words if mark else None,
        "source_url": None,
        **NOWHERE,
    }
    return Message(name="command_help_answered", fields=fields)


def _row(command: Command, config: Config, standing: Standing) -> dict[str, object]:
    found = ways(command, config, standing)
    open_ = [way for way in found if not way.missing]
    judged = standing.role is not None
    needs = min((way.needs for way in found), default=command.permission)
    # What is missing for every environment alike is told once.
    common = [said for said in found[0].missing if all(said in way.missing for way in found)] if found else []
    return {
        "usage": f"/{command.usage}",
        "name": command.name,
        "summary": command.summary,
        "allowed": bool(open_) if judged else None,
        "needs": needs.label,
        "missing": common if judged else [],
        "environments": [_environment(way, common, judged=judged) for way in found if way.environment is not None],
    }


def _environment(way: Way, common: Sequence[str], *, judged: bool) -> dict[str, object]:
    return {
        "name": way.environment,
        "allowed": not way.missing if judged else None,
        "missing": [said for said in way.missing if said not in common] if judged else [],
        "asks": list(way.asks),
    }


def _shown(command: Command, place: Where | None) -> bool:
    """A built-in command that makes no sense on this surface is not there at all."""
    return command.configured is not None or not [*_surface(command.where, place)]


def _values(command: Command, config: Config) -> Sequence[str | None]:
    """The environments that it can touch, as far as they are known; None when it touches none, or any."""
    configured = command.configured
    assert configured is not None
    named = configured.environment
    if named is None or named in configured.fixed:
        return (None,)
    argument = next((each for each in command.arguments if each.name == named), None)
    choices = argument.choices if argument else ()
    return choices[:MOST_WAYS] or tuple(each.name for each in config.environments.values())[:MOST_WAYS] or (None,)


def _way(command: Command, config: Config, standing: Standing, value: str | None) -> Way:
    configured = command.configured
    assert configured is not None
    inputs = dict(configured.fixed)
    if value is not None and configured.environment is not None:
        inputs[configured.environment] = value
    bound = bind(config, command=command.name, workflow=configured.workflow, inputs=inputs, workflow_file=None)
    mark = config.mark("environments", value.casefold()) if value else None
    lacks = [*_role(bound.permission, standing), *_teams(bound, standing), *_place(bound, standing.place)]
    name = value or bound.environment
    return Way(
        environment=name,
        needs=bound.permission,
        missing=tuple(lacks),
        asks=tuple(_asks(bound)),
        rule=mark.words if mark else "",
    )


def _role(needed: Role, standing: Standing) -> Iterator[str]:
    if standing.role is not None and standing.role < needed:
        whom = f"ask an admin of {standing.repository}"
        yield f"Needs the role {needed.label}, yours is {standing.role.label}: {whom}."


def _teams(bound: Bound, standing: Standing) -> Iterator[str]:
    if standing.role is None:
        return
    for rule in bound.teams:
        if not any(standing.teams.get(team) for team in rule.teams):
            yield _team(rule, standing)


def _team(rule: TeamRule, standing: Standing) -> str:
    if not rule.teams:
        return "Two configurations name teams for it and agree on none: ask whoever keeps them."
    teams = listed(rule.teams, last="or")
    if any(standing.teams.get(team) is None for team in rule.teams):
        return f"Needs {teams}, and GitHub did not say whether you are in it: ask again in a minute."
    return f"Needs {teams}: ask somebody there to type it, or a maintainer of the team to add you."


def _place(bound: Bound, place: Where | None) -> Iterator[str]:
    if place is not None and place not in bound.where:
        yield _only(bound.where)


def _surface(where: frozenset[Surface], place: Where | None) -> Iterator[str]:
    surface = Surface.SLACK if place is Where.SLACK else Surface.GITHUB
    if place is not None and surface not in where:
        yield "Can be typed only in Slack." if surface is Surface.GITHUB else "Can be typed only on GitHub."


def _only(where: Iterable[Where]) -> str:
    may = [NAMES[each] for each in Where if each in frozenset(where)]
    return f"Can be typed only in {listed(may, last='or')}." if may else "Can be typed nowhere: configurations differ."


def _where(command: Command) -> str | None:
    """Where it can be typed, in words, when not everywhere."""
    if command.configured is not None:
        return None if command.configured.where == frozenset(Where) else _only(command.configured.where)
    if command.where == frozenset(Surface):
        return None
    return "Can be typed only in Slack." if Surface.SLACK in command.where else "Can be typed only on GitHub."


def _asks(bound: Bound) -> Iterator[str]:
    """What the environment looks at besides the person."""
    gates = bound.gates
    if bound.permission > Role.WRITE:
        yield f"the role {bound.permission.label}"
    for rule in bound.teams:
        if rule.teams:
            yield f"somebody in {listed(rule.teams, last='or')}"
    if gates is not None:
        yield from _asked(gates)


def _asked(gates: Environment) -> Iterator[str]:
    if gates.checks is not None:
        named = gates.checks.wanted is ChecksWanted.NAMED
        yield f"the checks {listed(gates.checks.names)}" if named else "checks that pass"
    if gates.reviews:
        yield "an approving review"
    if gates.up_to_date is not None:
        yield "a branch that is up to date"
    if gates.after:
        yield f"the same commit in {listed(gates.after)} before"
    if gates.approvals is not None:
        yield f"{gates.approvals.count} approval{'' if gates.approvals.count == 1 else 's'}"
    if gates.lock:
        yield "no other request on its way there"
    if gates.freeze:
        yield "no freeze"
