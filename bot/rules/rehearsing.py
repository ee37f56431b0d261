"""Owns `--noop`: the one word for a rehearsal, whatever the command's own argument for that is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.model.command import Argument, ArgumentType, Command, Problem
from bot.model.config import ConfiguredCommand
from bot.rules.values import Misfit, fit
from bot.rules.wording import quoted

NOOP: Final = Argument(name="noop", type=ArgumentType.BOOLEAN, description="Only rehearse it: --noop.")


def offered(configured: ConfiguredCommand) -> bool:
    """Whether the command knows the word: it says what makes it a rehearsal, and has no argument of that name."""
    return configured.dry_run is not None and not _taken(configured)


def translated(command: Command, named: Mapping[str, str]) -> Mapping[str, str] | Problem:
    """What was typed by name, `noop` as the argument that it stands for; or why it stands for none."""
    configured = command.configured
    if configured is None or NOOP.name not in named or _taken(configured):
        return named
    if configured.dry_run is None:
        sentence = (
            f"{quoted(command.name)} can not be rehearsed: its configuration names no argument for that (dry_run)."
        )
        return Problem(sentence=sentence, usage=f"/{command.usage}")
    if isinstance(fit(NOOP, named[NOOP.name]), Misfit):
        # A word behind `--noop` is its value, as behind any other name.
        sentence = f"{quoted(NOOP.name)} is true or false, not {quoted(named[NOOP.name])}: write --noop last."
        return Problem(sentence=sentence, usage=f"/{command.usage}")
    if configured.dry_run in named:
        sentence = f"{quoted(configured.dry_run)} is given twice: by its name and as {quoted(NOOP.name)}."
        return Problem(sentence=sentence, usage=f"/{command.usage}")
    return {configured.dry_run if name == NOOP.name else name: value for name, value in named.items()}


def _taken(configured: ConfiguredCommand) -> bool:
    return any(argument.name == NOOP.name for argument in configured.arguments)
