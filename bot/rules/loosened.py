"""Owns when a changed command lets through what it did not before, and what is held back of it meanwhile (T13)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from bot.model.command import Argument, ArgumentType
from bot.model.config import ConfiguredCommand
from bot.model.people import Role
from bot.rules.claims import file_of

FREE: Final = frozenset({ArgumentType.STRING, ArgumentType.ENVIRONMENT})

_PLAIN: Final = r"[A-Za-z0-9 _/:@,=~%#-]|\\[dw.+/:@,=~%#_-]"
_CLASS: Final = r"\[(?:a-z|A-Z|0-9|\\[dw.+/_-]|[A-Za-z0-9 ._/:@+,=~%#](?!-)|-(?=\]))+\]"
_PROVABLE: Final = re.compile(rf"(?:{_PLAIN}|{_CLASS}|\(\?:|[()|?*+^$]|\{{\d+(?:,\d*)?\}})*")
"""Patterns that can be seen to match nothing beyond the safe one: no dot, no exclusion, no range but the usual ones."""


def stays_safe(pattern: str | None) -> bool:
    """Whether a pattern lets nothing through that the safe pattern would not (T27); in doubt it does not."""
    return pattern is None or _PROVABLE.fullmatch(pattern) is not None


def looser_argument(before: Argument | None, after: Argument) -> bool:
    """Whether an argument lets through values that it did not; a new one is compared with the safe pattern."""
    if before is None:
        return not stays_safe(after.pattern)
    if before.type not in FREE and after.type in FREE:
        return True
    return looser_pattern(before.pattern, after.pattern)


def looser_pattern(before: str | None, after: str | None) -> bool:
    """Whether a pattern may let through what the one before did not; None is the safe one."""
    return before != after and (before is not None or not stays_safe(after))


def repointed(before: ConfiguredCommand, after: ConfiguredCommand) -> bool:
    """Whether a command is about something else now: another workflow, another input that names the environment, or
    another environment that is fixed."""
    name = before.environment
    return (
        file_of(before.workflow) != file_of(after.workflow)
        or name != after.environment
        or (name is not None and before.fixed.get(name) != after.fixed.get(name))
    )


def looser_rehearsal(before: ConfiguredCommand, after: ConfiguredCommand) -> bool:
    """Whether something else makes it a rehearsal, for which reviews may be waived."""
    return after.dry_run is not None and after.dry_run != before.dry_run


def held_back(before: ConfiguredCommand | None, after: ConfiguredCommand) -> ConfiguredCommand:
    """What of `after` can be typed before somebody confirmed it; the gates of both are put together elsewhere."""
    if before is None:
        before = replace(after, arguments=(), permission=Role.WRITE, workflow_from_head=False)
        after = replace(after, dry_run=None)
    elif repointed(before, after) or looser_rehearsal(before, after):
        return before
    known = {argument.name: argument for argument in before.arguments}
    arguments = tuple(_held_argument(known.get(each.name), each, after.environment) for each in after.arguments)
    return replace(
        after,
        arguments=arguments,
        permission=max(before.permission, after.permission),
        final=before.final or after.final,
        workflow_from_head=before.workflow_from_head and after.workflow_from_head,
    )


def _held_argument(before: Argument | None, after: Argument, naming: str | None) -> Argument:
    """More environments that can be named wait too: others may have a say there."""
    if before is not None and before.name == naming and set(after.choices) - set(before.choices):
        return before
    if not looser_argument(before, after):
        return after
    return replace(after, pattern=None) if before is None else before
