"""Owns how configurations are put together so that the strictest of each rule holds: the layers of one moment, and a
file with the newer one that waits for a second person (T13).

A command that is put in another's place leaves its claim behind (`Config.claims`), so that no gate gets lost by
pointing a name at another workflow (T2).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.model.config import Config, ConfiguredCommand, Environment, Mark, Path, Remember
from bot.rules import stricter
from bot.rules.claims import CLAIMS, COMMANDS, claims_on, holds, key_of
from bot.rules.loosened import held_back
from bot.rules.marks import deciding, under

ENVIRONMENTS: Final = "environments"
TRUST: Final[Path] = ("trust", "remember")

Claims = dict[str, ConfiguredCommand]
Marks = dict[Path, Mark | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two configurations of which both shall hold. In a `swap` the second takes the place of the first later."""

    first: Config
    second: Config
    swap: bool


def together(layers: Sequence[Config]) -> Config:
    """What holds when all of them do, given as server, organisation, repository.

    A lower layer's command replaces one of the same name, unless that is `final`. Marks point at the layer that
    decided: the higher one where the lower changed nothing.
    """
    return functools.reduce(lambda first, second: _put(_Pair(first=first, second=second, swap=False)), layers, Config())


def strictest(old: Config, new: Config) -> Config:
    """What is in force while `new` waits for a second person: what is stricter in it, and never less than `old`.

    Commands that `new` removes stay, and those that it points elsewhere stay as they were, while the new claim holds
    already. Where teams or places of the two have nothing in common, `old`'s go on.
    """
    return _put(_Pair(first=old, second=new, swap=True))


def _put(pair: _Pair) -> Config:
    first, second = pair.first, pair.second
    commands, left, marks = _commands(pair)
    environments, more = _environments(pair)
    claims = _claims([first.claims, second.claims, left])
    remember = _remember(pair)
    found = {**first.marks, **second.marks, **_trust_mark(pair, remember), **marks, **more}
    return Config(
        commands=commands,
        environments=environments,
        claims=claims,
        require_prefix=second.require_prefix or (first.require_prefix and not pair.swap),
        remember_trust=remember,
        maintenance=second.maintenance if pair.swap else _maintenance(first, second),
        rules=second.rules if pair.swap else first.rules + second.rules,
        marks={path: mark for path, mark in found.items() if mark is not None},
    )


# --- commands ------------------------------------------------------------------------------------------------------


def _commands(pair: _Pair) -> tuple[Mapping[str, ConfiguredCommand], Claims, Marks]:
    """The commands, the claims of those that had to go, and where the rules of both stand."""
    commands: dict[str, ConfiguredCommand] = {}
    claims: Claims = {}
    marks: Marks = {}
    for name in {**pair.first.commands, **pair.second.commands}:
        before, after = pair.first.commands.get(name), pair.second.commands.get(name)
        if before is None or after is None:
            commands[name] = _alone(pair, before, after)
            continue
        path = (COMMANDS, name)
        shape = held_back(before, after) if pair.swap else before if before.final else after
        commands[name] = stricter.command(shape, before, after, swap=pair.swap)
        marks |= under(pair.first if shape is before else pair.second, path)
        marks |= deciding(path, commands[name], (pair.first, before), (pair.second, after))
        for config, each in ((pair.first, before), (pair.second, after)):
            if not holds(commands[name], each):
                claims[key_of(each)] = each
                marks |= under(config, path, (CLAIMS, key_of(each)))
    return commands, claims, marks


def _alone(pair: _Pair, before: ConfiguredCommand | None, after: ConfiguredCommand | None) -> ConfiguredCommand:
    if before is not None:
        return before
    assert after is not None
    if not pair.swap:
        return after
    # Until now only `run` was there for this workflow, and bore every claim on it.
    claims = [claim for _, claim in claims_on(pair.first, after.workflow)]
    return functools.reduce(
        lambda held, claim: stricter.command(held, held, claim, swap=False), claims, held_back(None, after)
    )


def _claims(groups: Sequence[Mapping[str, ConfiguredCommand]]) -> Claims:
    claims: Claims = {}
    for key, claim in ((key, claim) for group in groups for key, claim in group.items()):
        known = claims.get(key, claim)
        claims[key] = stricter.command(claim, known, claim, swap=False)
    return claims


# --- environments --------------------------------------------------------------------------------------------------


def _environments(pair: _Pair) -> tuple[Mapping[str, Environment], Marks]:
    environments: dict[str, Environment] = {}
    marks: Marks = {}
    for key in {**pair.first.environments, **pair.second.environments}:
        before, after = pair.first.environments.get(key), pair.second.environments.get(key)
        if pair.swap:
            # One without an entry has the defaults, which an entry may widen: drafts, other branches.
            before, after = before or pair.first.environment(key), after or pair.second.environment(key)
        if before is None or after is None:
            environments[key] = before or after or Environment(name=key)
            continue
        environments[key] = stricter.environment(before, after, swap=pair.swap)
        path = (ENVIRONMENTS, key)
        marks |= deciding(path, environments[key], (pair.first, before), (pair.second, after))
    return environments, marks


# --- the rest ------------------------------------------------------------------------------------------------------


def _remember(pair: _Pair) -> Remember:
    """`pr` widens: a change to it waits, and in layers it counts where one says so and none says `sha`."""
    configs = (pair.first, pair.second)
    if pair.swap:
        return max((config.remember_trust for config in configs), key=lambda said: said is Remember.SHA)
    says_pr = any(config.remember_trust is Remember.PR for config in configs)
    says_sha = any(config.remember_trust is Remember.SHA and TRUST in config.marks for config in configs)
    return Remember.PR if says_pr and not says_sha else Remember.SHA


def _trust_mark(pair: _Pair, remember: Remember) -> Marks:
    said = [config for config in (pair.second, pair.first) if config.remember_trust is remember]
    return next(({TRUST: config.marks[TRUST]} for config in said if TRUST in config.marks), {})


def _maintenance(first: Config, second: Config) -> str | None:
    reasons = [config.maintenance for config in (first, second) if config.maintenance is not None]
    return "; ".join(dict.fromkeys(reasons)) if reasons else None
