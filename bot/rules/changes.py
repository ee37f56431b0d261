"""Owns what a newer configuration changes, in words, and which of it removes or widens a gate (T13).

Each field has a judge of its own; a test walks the values' fields, so that a new one is judged before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from bot.model.change import Change as Change
from bot.model.config import Config, Environment, Path, Remember
from bot.rules import changed_environment
from bot.rules.changed_commands import commands
from bot.rules.claims import CLAIMS, folded, reach
from bot.rules.said import Said
from bot.rules.wording import listed

ENVIRONMENTS: Final = "environments"


def changes(old: Config | None, new: Config) -> Sequence[Change]:
    """What `new` changes of `old`, in the order of the file. Without an `old` there was no configuration at all."""
    before = Config() if old is None else old
    return [change for judge in JUDGES.values() for change in judge(before, new)]


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
    "commands": commands,
    "environments": _environments,
    "rules": _simple(("rules",), _rules),
}
UNJUDGED: Final[Mapping[str, str]] = {
    CLAIMS: "only merging makes them: no file holds one",
    "marks": "where things stand in the file, not what they are",
}
