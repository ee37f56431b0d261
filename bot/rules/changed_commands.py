"""Owns what it means that commands come, go or reach less: whose gates still hang on which workflow (T2, T13)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.model.change import Change
from bot.model.config import Config, ConfiguredCommand, Path, Waiver
from bot.model.people import Role
from bot.rules import changed_command
from bot.rules.claims import COMMANDS, claims_on, file_of, holds, reach
from bot.rules.loosened import looser_argument
from bot.rules.wording import listed, quoted


def commands(old: Config, new: Config) -> Iterator[Change]:
    """What changes about the commands, and about whose gates hang on which workflow."""
    for name in {**old.commands, **new.commands}:
        before, after = old.commands.get(name), new.commands.get(name)
        path = (COMMANDS, name)
        if before is not None and after is not None:
            yield from changed_command.command(before, after)
            yield from _lost_reach(new, before, after)
            yield from _gained_reach(old, before, after)
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
    rehearses = _new_rehearsal(old, command)
    if rehearses:
        sentence += f"; {quoted(command.dry_run or '')} makes it a rehearsal, for which reviews are waived"
    wider = command.permission < Role.WRITE or bool(free) or command.workflow_from_head or bool(escaped) or rehearses
    return Change(sentence=f"{sentence}.", widens=wider, path=path)


def _escapes(claim: ConfiguredCommand, command: ConfiguredCommand) -> bool:
    """Whether a new command reaches environments for which, until now, only `run` was there, which bears the claim."""
    named, reached = reach(claim), reach(command)
    beyond = named is not None and (reached is None or bool(reached - named))
    return beyond and not as_strict(command, claim)


def as_strict(command: ConfiguredCommand, claim: ConfiguredCommand) -> bool:
    """Whether one command asks for everything that the other one does, of whoever types it."""
    has, had = set(command.teams), set(claim.teams)
    teams = command.closed or (not claim.closed and (not had or (bool(has) and has <= had)))
    return teams and command.permission >= claim.permission and command.where <= claim.where


def _removed(new: Config, command: ConfiguredCommand, path: Path) -> Change:
    """A command that was only renamed keeps its claim."""
    heirs = [each for _, each in claims_on(new, command.workflow) if holds(each, command)]
    kept = any(as_strict(each, command) and each.workflow_from_head <= command.workflow_from_head for each in heirs)
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


def _gained_reach(old: Config, before: ConfiguredCommand, after: ConfiguredCommand) -> Iterator[Change]:
    """A command that names more environments than it did, where until now only `run` was there."""
    had, has = reach(before), reach(after)
    if file_of(before.workflow) != file_of(after.workflow) or had is None:
        return
    for _, claim in claims_on(old, after.workflow):
        named = reach(claim)
        beyond = named is not None and (has is None or bool(has - had - named))
        if claim is not before and beyond and not as_strict(after, claim):
            sentence = f"{after.name} goes where, until now, what {claim.name} asks for was asked of everybody"
            yield Change(sentence=f"{sentence}.", widens=True, path=(COMMANDS, after.name, "arguments"))


def _new_rehearsal(old: Config, command: ConfiguredCommand) -> bool:
    """Whether a new command calls something a rehearsal, for which an environment waives reviews, that was none."""
    waived = any(Waiver.DRY_RUN in entry.waive_reviews for entry in old.environments.values())
    known = {claim.dry_run for _, claim in claims_on(old, command.workflow)}
    return waived and command.dry_run is not None and command.dry_run not in known
