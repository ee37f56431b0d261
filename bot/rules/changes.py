"""Owns what a newer configuration changes, in words, and which of it removes or widens a gate (T13).

Each field has a judge of its own; a test walks the values' fields, so that a new one is judged before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from bot.model.change import Change as Change
from bot.model.config import Config, ConfiguredCommand, Environment, Path, Remember
from bot.model.people import Role
from bot.rules import changed_command, changed_environment
from bot.rules.claims import CLAIMS, COMMANDS, claims_on, folded, holds, reach
from bot.rules.loosened import looser_argument
from bot.rules.said import Said
from bot.rules.wording import listed, quoted

ENVIRONMENTS: Final = "environments"


def changes(old: Config | None, new: Config) -> Sequence[Change]:
    """What `new` changes of `old`, in the order of the file. Without an `old` there was no configuration at all."""
    before = Config() if old is None else old
    return [change for judge in JUDGES.values() for change in judge(before, new)]


# --- commands ------------------------------------------------------------------------------------------------------


def _commands(old: Config, new: Config) -> Iterator[Change]:
    for name in {**old.commands, **new.commands}:
        before, after = old.commands.get(name), new.commands.get(name)
        path = (COMMANDS, name)
        if before is not None and after is not None:
            yield from changed_command.command(before, after)
            yield from _lost_reach(new, before, after)
        elif before is not None:
            yield _removed(new, before, path)
        elif after is not None:
            yield _new(old, after, path)


def _new(old: Config, command: ConfiguredCommand, path: Path) -> Change:
    who = f"anybody with {command.permission.label}"
    if command.closed or command.teams:
        who = "nobody" if command.closed else f"{who} who is in {listed(command.teams, last='or')}"
    sentence = f"New command {command.name}: {who}, {changed_command.places(command.where)}"
    free = [each for each in command.arguments if looser_argument(None, each)]
    if free:
        sentence += f"; {listed(quoted(each.name) for each in free)} may hold any text that matches its pattern"
    if command.workflow_from_head:
        sentence += "; it runs the pull request's own workflow file"
    escaped = [claim.name for _, claim in claims_on(old, command.workflow) if _escapes(claim, command)]
    if escaped:
        sentence += f"; it runs {command.workflow} without what {listed(escaped)} asks for"
    wider = command.permission < Role.WRITE or bool(free) or command.workflow_from_head or bool(escaped)
    return Change(sentence=f"{sentence}.", widens=wider, path=path)


def _escapes(claim: ConfiguredCommand, command: ConfiguredCommand) -> bool:
    """Whether a new command reaches environments for which, until now, only `run` was there, which bears the claim."""
    named, reached = reach(claim), reach(command)
    beyond = named is not None and (reached is None or bool(reached - named))
    return beyond and not _as_strict(command, claim)


def _as_strict(command: ConfiguredCommand, claim: ConfiguredCommand) -> bool:
    """Whether one command asks for everything that the other one does, of whoever types it."""
    has, had = set(command.teams), set(claim.teams)
    teams = command.closed or (not claim.closed and (not had or (bool(has) and has <= had)))
    return teams and command.permission >= claim.permission and command.where <= claim.where


def _removed(new: Config, command: ConfiguredCommand, path: Path) -> Change:
    """A command that was only renamed keeps its claim."""
    heirs = [each for _, each in claims_on(new, command.workflow) if holds(each, command)]
    kept = any(_as_strict(each, command) and each.workflow_from_head <= command.workflow_from_head for each in heirs)
    sentence = f"{command.name} is removed"
    if not kept:
        sentence += f", and {command.workflow} can be run without its gates"
    return Change(sentence=f"{sentence}.", widens=not kept, path=path)


def _lost_reach(new: Config, before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Change]:
    """A command that names fewer environments has no claim on the others, for which another command may be there."""
    if holds(after, before) or before.environment != after.environment or before.workflow != after.workflow:
        return
    for _, other in claims_on(new, after.workflow):
        if other is not after and other.name != after.name and not holds(after, other):
            sentence = f"{other.name} no longer bears the gates of {after.name} where {after.name} can not go"
            yield Change(sentence=f"{sentence}.", widens=True, path=(COMMANDS, after.name, "arguments"))


# --- environments --------------------------------------------------------------------------------------------------


def _environments(old: Config, new: Config) -> Iterator[Change]:
    for key in {**old.environments, **new.environments}:
        path = (ENVIRONMENTS, key)
        if key not in new.environments:
            sentence = f"{old.environments[key].name} has no entry any more, so that no gates of its own are asked."
            yield Change(sentence=sentence, widens=True, path=path)
        pair = changed_environment.Pair(
            before=old.environment(key), after=_named(old, new, key), who=_who(new, new.environment(key))
        )
        found = list(changed_environment.environment(key, pair))
        if key not in old.environments and not found:
            yield Change(sentence=f"{pair.after.name} has an entry now.", widens=False, path=path)
        yield from found


def _named(old: Config, new: Config, key: str) -> Environment:
    """Where the entry is gone, the defaults under the name that people know."""
    return new.environments.get(key) or Environment(name=old.environment(key).name)


def _who(new: Config, gates: Environment) -> str:
    """`people with write may now deploy to production`; empty where no command names it."""
    wanted = folded(gates.name)
    naming = [
        each
        for each in new.commands.values()
        if each.environment is not None and ((named := reach(each)) is None or wanted in named)
    ]
    if not naming:
        return ""
    role = max(gates.permission, min(each.permission for each in naming))
    verbs = listed((each.name for each in naming), last="or")
    return f"people with {role.label} may now {verbs} to {gates.name}"


# --- the rest ------------------------------------------------------------------------------------------------------


def _simple(
    path: Path, judge: Callable[[Config, Config], Iterator[Said]]
) -> Callable[[Config, Config], Iterator[Change]]:
    def judged(old: Config, new: Config) -> Iterator[Change]:
        for sentence, widens in judge(old, new):
            yield Change(sentence=f"{sentence}.", widens=widens, path=path)

    return judged


def _require_prefix(old: Config, new: Config) -> Iterator[Said]:
    if old.require_prefix is not new.require_prefix:
        yield f"Commands in comments {'need' if new.require_prefix else 'no longer need'} /ops in front", False


def _remember(old: Config, new: Config) -> Iterator[Said]:
    if old.remember_trust is not new.remember_trust:
        wider = new.remember_trust is Remember.PR
        what = "all later commits of its pull request" if wider else "the one commit that it names"
        yield f"Trust in a fork holds for {what} now", wider


def _maintenance(old: Config, new: Config) -> Iterator[Said]:
    if old.maintenance == new.maintenance:
        return
    if new.maintenance is None:
        yield "Maintenance is over: commands start things again", False
    else:
        yield f"Nothing is started: {new.maintenance.rstrip('.')}", False


def _rules(old: Config, new: Config) -> Iterator[Said]:
    if old.rules != new.rules:
        yield f"{new.rules or 'No'} event {'rule' if new.rules == 1 else 'rules'} now, it was {old.rules}", False


JUDGES: Final[Mapping[str, Callable[[Config, Config], Iterator[Change]]]] = {
    "require_prefix": _simple(("require_prefix",), _require_prefix),
    "remember_trust": _simple(("trust", "remember"), _remember),
    "maintenance": _simple(("maintenance",), _maintenance),
    "commands": _commands,
    "environments": _environments,
    "rules": _simple(("rules",), _rules),
}
UNJUDGED: Final[Mapping[str, str]] = {
    CLAIMS: "only merging makes them: no file holds one",
    "marks": "where things stand in the file, not what they are",
}
