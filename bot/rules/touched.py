"""Owns which environment a dispatch touches, or why that can not be told: then nothing runs (T2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.model.command import ArgumentType
from bot.model.config import Config, ConfiguredCommand
from bot.model.workflow import Workflow
from bot.rules.claims import folded
from bot.rules.wording import listed, quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """The environment's name as the configuration keys it; None when none is touched, or `unknown` says why not."""

    name: str | None = None
    unknown: str = ""


def touched_by(
    config: Config,
    claims: Sequence[ConfiguredCommand],
    own: ConfiguredCommand | None,
    inputs: Mapping[str, str],
    workflow_file: Workflow | None,
) -> Touched:
    """What a dispatch with these inputs touches.

    `claims` are all commands on its workflow, `own` is the one that was typed, if a configuration declares it. What is
    not sent has the workflow's own default.
    """
    sent = {**_defaults(own, workflow_file), **inputs, **({} if own is None else own.fixed)}
    told = {name: sent[name] for name in _naming(claims, workflow_file) if folded(sent.get(name, ""))}
    missing = own.environment if own is not None and own.environment not in told else None
    if missing is not None or not told:
        return _untold(claims, missing, workflow_file)
    if len(set(map(folded, told.values()))) > 1:
        said = listed(f"{quoted(name)} names {quoted(value)}" for name, value in sorted(told.items()))
        return Touched(unknown=f"It can not be told which environment this touches: {said}.")
    return _known(config, next(iter(told.values())))


def _defaults(own: ConfiguredCommand | None, workflow_file: Workflow | None) -> Mapping[str, str]:
    declared = workflow_file.inputs if workflow_file is not None else own.arguments if own is not None else ()
    return {each.name: each.default for each in declared if each.default is not None}


def _naming(claims: Iterable[ConfiguredCommand], workflow_file: Workflow | None) -> Sequence[str]:
    """The inputs that name the environment: those that the claims say, and those of type environment."""
    typed = () if workflow_file is None else workflow_file.inputs
    of_type = [each.name for each in typed if each.type is ArgumentType.ENVIRONMENT]
    return list(dict.fromkeys([*(each.environment for each in claims if each.environment is not None), *of_type]))


def _untold(claims: Sequence[ConfiguredCommand], missing: str | None, workflow_file: Workflow | None) -> Touched:
    """Nobody named an environment, which is fine only where no configuration says that one is named."""
    names = [missing] if missing is not None else sorted({each.environment or "" for each in claims} - {""})
    if names:
        inputs = f"the input {quoted(names[0])}" if len(names) == 1 else f"one of {listed(map(quoted, names))}"
        return Touched(
            unknown=f"It can not be told which environment this touches: {inputs} names it, which was not given and "
            "has no default in the workflow."
        )
    if workflow_file is None:
        return Touched(unknown="It can not be told which environment this touches: its workflow is not known.")
    return Touched()


def _known(config: Config, name: str) -> Touched:
    """The entry's own key, so that everybody who looks it up finds the same one.

    A name that only looks like that of an entry (a Cyrillic letter, a space of no width) must not walk around it.
    """
    fold = folded(name)
    entries = [key for key in config.environments if folded(key) == fold]
    if len(entries) == 1:
        return Touched(name=entries[0])
    if entries:
        return Touched(unknown=f"Several environments of the configuration are called {quoted(name)}.")
    if not (fold.isascii() and fold.isprintable()):
        return Touched(
            unknown=f"The environment {quoted(name)} has no entry in the configuration, and its name holds characters "
            "that could pass for others. Give it an entry, or use plain letters."
        )
    return Touched(name=fold)
