"""What a newer file loses of those that waited before it: what they asked for, not what they would allow (T13)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.command import Argument, ArgumentType
from bot.model.config import Config, ConfiguredCommand, Environment, Where
from bot.model.people import Role
from bot.model.workflow import Workflow
from bot.rules.bind import bind
from bot.rules.in_force import widening
from bot.rules.layers import strictest
from bot.rules.superseding import together, wider
from tests.rules.configs import FILES, NAMES, configs, softer

GATES = Environment(name="production", permission=Role.ADMIN)
SENT = [{}, *({"environment": name, "dry_run": "true"} for name in NAMES)]
NAMING = Argument(name="environment", type=ArgumentType.CHOICE, choices=("staging", "production"))
SHIP = ConfiguredCommand(name="ship", workflow="ship.yml", arguments=(NAMING,), environment="environment")
OTHER = ConfiguredCommand(name="other", workflow="other.yml", permission=Role.READ)
OLD = Config(commands={"ship": SHIP}, environments={"production": GATES})
LESS = {"production": replace(GATES, permission=Role.MAINTAIN)}
WITHOUT = "other is removed, and other.yml can be run without its gates."


def waited(*commands: ConfiguredCommand) -> Config:
    """A file with a softer gate, so that it waits, and with these commands beside or instead of `ship`."""
    return Config(commands={"ship": SHIP, **{each.name: each for each in commands}}, environments=LESS)


LOCKED = replace(waited(), environments={**LESS, "staging": Environment(name="staging", lock=True)})


def lost(new: Config, *between: Config, old: Config = OLD) -> tuple[str, ...]:
    return wider([old, *between], new, widening)


def file(name: str) -> Workflow:
    inputs = (Argument(name="environment"), Argument(name="dry_run", type=ArgumentType.BOOLEAN))
    return Workflow(path=f".github/workflows/{name}", name=name, blob="b", inputs=inputs, dispatchable=True)


@pytest.mark.parametrize(
    "between",
    [
        waited(),
        waited(OTHER),
        waited(replace(SHIP, permission=Role.READ, where=frozenset(Where))),
        waited(replace(SHIP, name="also")),
        waited(replace(SHIP, name="also", permission=Role.READ, arguments=(replace(NAMING, choices=("canary",)),))),
        waited(replace(SHIP, arguments=(replace(NAMING, choices=(*NAMING.choices, "canary")),))),
        waited(replace(SHIP, arguments=(replace(NAMING, type=ArgumentType.STRING, choices=(), pattern=".*"),))),
        waited(replace(SHIP, workflow="other.yml", environment=None)),
        replace(OLD, commands={}),
        Config(),
    ],
    ids=[
        "a gate", "a command", "a role", "a second way", "a way elsewhere", "a choice", "any text", "nothing behind it",
        "a command less", "all gone",
    ],
)  # fmt: skip
def test_what_only_let_through_more_is_taken_back_at_once(between: Config) -> None:
    assert widening(OLD, between)
    assert lost(OLD, between) == ()


@pytest.mark.parametrize(
    ("between", "sentence"),
    [
        (waited(replace(SHIP, permission=Role.ADMIN)), "People with write may now type ship"),
        (waited(replace(OTHER, permission=Role.ADMIN)), WITHOUT),
        (waited(replace(OTHER, teams=("acme/a",))), WITHOUT),
        (waited(replace(OTHER, environment="env")), WITHOUT),
        (waited(replace(OTHER, where=frozenset({Where.SLACK}))), WITHOUT),
        (waited(replace(OTHER, final=True)), WITHOUT),
        (waited(replace(SHIP, name="also", permission=Role.ADMIN)), "also is removed"),
        (waited(replace(SHIP, workflow="other.yml")), "other.yml can be run without the gates that ship brought."),
        (LOCKED, "staging"),
    ],
    ids=["role", "admin", "teams", "environment", "places", "final", "second way", "elsewhere", "environment's"],
)  # fmt: skip
def test_what_asked_for_more_is_lost_by_taking_it_back(between: Config, sentence: str) -> None:
    assert widening(OLD, between)
    assert any(each.startswith(sentence) for each in lost(OLD, between)), lost(OLD, between)


def test_a_file_that_keeps_what_was_brought_loses_nothing() -> None:
    pointed = waited(replace(SHIP, workflow="other.yml"))
    kept = {"ship": SHIP, "mine": replace(SHIP, name="mine", workflow="other.yml")}
    assert lost(replace(OLD, commands=kept), pointed) == ()


def test_another_command_is_no_way_around_a_claim_that_was_brought() -> None:
    """`ship` stays as strict, but where it can not go any more another one can, for less."""
    around = replace(SHIP, name="around", arguments=(replace(NAMING, choices=("canary",)),))
    strict = replace(SHIP, permission=Role.ADMIN)
    more = replace(strict, arguments=(replace(NAMING, choices=(*NAMING.choices, "canary")),))
    old, new = (replace(OLD, commands={"ship": each, "around": around}) for each in (SHIP, strict))
    assert lost(new, waited(more, around), old=old) == ("ship.yml can be run without the gates that ship brought.",)


def test_what_the_confirmed_file_asks_for_is_asked_by_that_alone() -> None:
    """Merging turns what a narrower command can not reach into a claim, of which files know nothing."""
    wide = replace(SHIP, permission=Role.MAINTAIN)
    narrow = replace(wide, arguments=(replace(NAMING, choices=("staging",)),))
    around = replace(SHIP, name="around", arguments=(replace(NAMING, choices=("production",)),))
    old, new = (replace(OLD, commands={"ship": each, "around": around}) for each in (wide, narrow))
    found = lost(new, waited(narrow, around), old=old)
    assert found == ("around no longer bears the gates of ship where ship can not go.",)


def test_what_repositories_may_not_replace_stays_so_while_it_waits() -> None:
    final = replace(OLD, commands={"ship": replace(SHIP, final=True)})
    assert strictest(final, OLD).commands["ship"].final
    assert widening(strictest(final, OLD), OLD)


@settings(max_examples=60)
@given(configs(), configs(), configs())
def test_whatever_waited_the_confirmed_file_is_compared_with_too(old: Config, between: Config, new: Config) -> None:
    if widening(old, new):
        assert wider([old, between], new, widening)


@settings(max_examples=80)
@given(configs(), configs(), st.data())
def test_what_loses_nothing_takes_no_gate_that_is_in_force(old: Config, between: Config, data: st.DataObject) -> None:
    """Of `run`, for every file: that is where what nobody confirmed may get lost."""
    now = together([old, between])
    new = data.draw(st.sampled_from([old, replace(now, claims={}), replace(now, claims={}, commands=old.commands)]))
    if wider([old, between], new, widening):
        return  # It waits.
    for name in FILES:
        for sent in SENT:
            before = bind(now, command="run", workflow=name, inputs=sent, workflow_file=file(name))
            after = bind(new, command="run", workflow=name, inputs=sent, workflow_file=file(name))
            assert [gate for gate in softer(after, before) if gate != "unknown"] == []
