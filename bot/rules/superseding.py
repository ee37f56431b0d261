"""Owns what becomes of files that wait for a second person when newer ones take their place: what was stricter in them
stays until somebody else lets go of it (T13).

A command that only such files brought may go with them, unless a gate goes with it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from bot.model.config import Config, ConfiguredCommand, KeptConfig, Where
from bot.model.people import Role
from bot.rules import layers
from bot.rules.changed_commands import as_strict
from bot.rules.claims import claims_on, holds

MOST: Final = 10
"""Files whose stricter rules go on. What is stricter in later ones waits with them: nothing is let go for it."""

Widens = Callable[[Config, Config], Sequence[str]]
"""What the second configuration removes or widens of the first one, in words; nothing when it does neither."""


def adds(kept: KeptConfig) -> bool:
    """Whether the stricter rules of the file that waits are in force already."""
    return len(kept.superseded) < MOST


def joined(kept: KeptConfig) -> tuple[bytes, ...]:
    """The files whose stricter rules go on when something takes the place of the one that waits. One that was removed
    has none."""
    known, data = kept.superseded, kept.waiting_data
    nothing = kept.waiting_since is None or kept.waiting_blob is None
    if nothing or not adds(kept) or data in (kept.data, *known):
        return known
    return (*known, data)


def together(held: Sequence[Config]) -> Config:
    """What is in force of these: the confirmed one, and those that came after it."""
    return functools.reduce(layers.strictest, held)


def wider(held: Sequence[Config], new: Config, widens: Widens) -> tuple[str, ...]:
    """What `new` removes or widens of what is in force, in words."""
    before, lost = compared(held, new)
    return tuple([*widens(before, new), *lost] or widens(held[0], new))


def compared(held: Sequence[Config], new: Config) -> tuple[Config, Sequence[str]]:
    """What `new` is to be compared with, and what gets softer by it that no comparison of files tells, in words."""
    confirmed, now = held[0], together(held)
    return _compared(now, confirmed, new), list(_lost(now, confirmed, new))


def _compared(now: Config, confirmed: Config, new: Config) -> Config:
    """Without the commands that nobody confirmed, that are gone again, and with which no gate goes."""
    known = {**confirmed.commands, **new.commands}
    commands = {name: each for name, each in now.commands.items() if name in known or not _spared(each, new)}
    return replace(now, commands=commands)


def _lost(now: Config, confirmed: Config, new: Config) -> Iterator[str]:
    """Claims on workflows that came with files that waited: a comparison of files knows none."""
    for claim in now.claims.values():
        if any(_keeps(each, claim) for config in (confirmed, new) for each in config.commands.values()):
            continue
        if not _spared(claim, new):
            yield f"{claim.workflow} can be run without the gates that {claim.name} brought."


def _keeps(command: ConfiguredCommand, claim: ConfiguredCommand) -> bool:
    """What is lost of the confirmed ones, the comparison with the confirmed file tells."""
    return holds(command, claim) and _bears(command, claim)


def _spared(claim: ConfiguredCommand, new: Config) -> bool:
    """Whether nothing on its workflow gets softer without it: it asks for nothing, or all that is there does as well.

    `run` bears every claim on its workflow, and whoever names the environment by the same input is told which it is.
    """
    there = [each for _, each in claims_on(new, claim.workflow)]
    named = any(each.environment == claim.environment for each in there)
    return _asks_nothing(claim) or (named and all(_bears(each, claim) for each in there))


def _bears(command: ConfiguredCommand, claim: ConfiguredCommand) -> bool:
    return as_strict(command, claim) and command.workflow_from_head <= claim.workflow_from_head


def _asks_nothing(command: ConfiguredCommand) -> bool:
    """Nothing that `run` would not ask for anyway."""
    plain = command.environment is None and command.dry_run is None and not command.final
    anybody = not command.teams and not command.closed and command.permission <= Role.WRITE
    return plain and anybody and command.where == frozenset(Where)
