"""Any configuration, for property tests."""

from __future__ import annotations

import itertools
from datetime import time, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from bot.model.bound import Bound
from bot.model.command import Argument, ArgumentType
from bot.model.config import (
    Approvals,
    CheckRule,
    ChecksWanted,
    Config,
    ConfiguredCommand,
    Environment,
    Freeze,
    Remember,
    UpToDate,
    Waiver,
    Where,
)
from bot.model.people import Role
from bot.rules import stricter

T = TypeVar("T")

TEAMS = ("acme/a", "acme/b", "acme/c")
VERBS = ("deploy", "preview")
FILES = ("deploy.yml", "ship.yml")
NAMES = ("staging", "production")


def some(*items: T) -> st.SearchStrategy[tuple[T, ...]]:
    """None, one or two of them."""
    return st.sampled_from([one for size in range(3) for one in itertools.permutations(items, size)])


some_teams = some(*TEAMS)
roles = st.sampled_from([Role.READ, Role.WRITE, Role.ADMIN])


def naming(choices: tuple[str, ...] | None) -> Argument:
    if choices is None:
        return Argument(name="environment")
    return Argument(name="environment", type=ArgumentType.CHOICE, choices=choices)


@st.composite
def commands(draw: st.DrawFn, name: str, *, final: bool) -> ConfiguredCommand:
    shape = draw(st.sampled_from(["none", "any", "choice", "fixed"]))
    choices = draw(st.sampled_from([NAMES, NAMES[:1], NAMES[1:]]))
    arguments = () if shape in {"none", "fixed"} else (naming(None if shape == "any" else choices),)
    rehearsal = Argument(name="dry_run", type=ArgumentType.BOOLEAN)
    return ConfiguredCommand(
        name=name,
        workflow=draw(st.sampled_from(FILES)),
        arguments=(*arguments, rehearsal),
        fixed={"environment": choices[0]} if shape == "fixed" else {},
        environment=None if shape == "none" else "environment",
        dry_run=draw(st.sampled_from([None, "dry_run"])),
        permission=draw(roles),
        teams=draw(some_teams),
        where=draw(some(*Where).filter(bool).map(frozenset)),
        final=final and draw(st.booleans()),
        workflow_from_head=draw(st.booleans()),
    )


check_rules = st.builds(
    CheckRule,
    wanted=st.sampled_from(ChecksWanted),
    names=some("build", "lint"),
    ignored=some("flaky", "slow"),
)
approval_rules = st.builds(
    Approvals,
    count=st.integers(1, 3),
    teams=some(("acme/a",), ("acme/b", "acme/a")),
    people=some("octocat", "hubot"),
    expires=st.sampled_from([timedelta(hours=1), timedelta(hours=4)]),
)
freezes = [Freeze(timezone="UTC", from_day=day, to_day=0, to_time=time(8)) for day in (3, 4)]


def environments(name: str) -> st.SearchStrategy[Environment]:
    return st.builds(
        Environment,
        name=st.just(name),
        permission=st.sampled_from([Role.NONE, Role.MAINTAIN, Role.ADMIN]),
        teams=some_teams,
        approvals=st.none() | approval_rules,
        checks=st.none() | check_rules,
        reviews=st.booleans(),
        waive_reviews=some(*Waiver).map(frozenset),
        up_to_date=st.none() | st.sampled_from(UpToDate),
        after=some("staging", "qa"),
        drafts=st.booleans(),
        any_base=st.booleans(),
        lock=st.booleans(),
        freeze=some(*freezes),
        notify=some("deploys", "releases"),
    )


def configs(*, final: bool = True) -> st.SearchStrategy[Config]:
    return st.builds(
        Config,
        commands=st.fixed_dictionaries({}, optional={name: commands(name, final=final) for name in VERBS}),
        environments=st.fixed_dictionaries({}, optional={name: environments(name) for name in NAMES}),
        require_prefix=st.booleans(),
        remember_trust=st.sampled_from(Remember),
        maintenance=st.none() | st.sampled_from(["moving", "audit"]),
        rules=st.integers(0, 2),
    )


def softer(now: Bound, before: Bound) -> list[str]:
    """The gates of `before` that `now` has not, or only weaker."""
    if now.unknown:
        return []  # Nothing runs.
    names = {
        "permission": now.permission >= before.permission,
        "where": now.where <= before.where,
        "teams": all(any(set(has.teams) <= set(had.teams) for has in now.teams) for had in before.teams),
        "environment": before.environment in (None, now.environment),
        "gates": before.gates is None or (now.gates is not None and not looser(now.gates, before.gates)),
        "guarded": now.guarded or not before.guarded,
        "dry_run": before.dry_run or not now.dry_run or not _excuses(now.gates),
    }
    return [name for name, holds in names.items() if not holds] + (["unknown"] if before.unknown else [])


def _excuses(gates: Environment | None) -> bool:
    """Whether a rehearsal is judged by fewer gates there; elsewhere it makes no difference."""
    return gates is not None and Waiver.DRY_RUN in gates.waive_reviews


def looser(now: Environment, before: Environment) -> bool:
    """Whether putting `before` on top would still change `now`, but for the order in which things are told."""
    both = stricter.environment(now, before, swap=False)
    if now.closed:
        return False
    if before.teams and not (now.teams and set(now.teams) <= set(before.teams)):
        return True
    aside = {"name", "teams", "closed", *(() if now.reviews else ("waive_reviews",))}
    return any(getattr(both, name) != getattr(now, name) for name in set(Environment.__dataclass_fields__) - aside)
