"""Which runs nobody asked for, by table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model.config import Config, ConfiguredCommand
from bot.rules import strangers
from tests.support import make

SHIP = ConfiguredCommand(name="ship", workflow="ship.yml", environment="environment")
CHECK = ConfiguredCommand(name="check", workflow="check.yml")
CLAIM = ConfiguredCommand(name="old", workflow="Release.yml", environment="stage")
CONFIG = Config(commands={"ship": SHIP, "check": CHECK}, claims={"old": CLAIM})


def test_what_names_an_environment_is_guarded_also_where_it_can_not_be_typed() -> None:
    assert strangers.guarded(CONFIG) == {"ship.yml", "release.yml"}
    assert strangers.guarded(Config()) == frozenset()


@pytest.mark.parametrize(
    ("path", "guarded"),
    [
        (".github/workflows/ship.yml", True),
        (".github/workflows/SHIP.yml", True),
        (".github/workflows/release.yml", True),
        (".github/workflows/check.yml", False),
        (".github/workflows/ship.yaml", False),
        (None, False),
    ],
)
def test_a_run_is_known_by_its_file(path: str | None, guarded: bool) -> None:
    assert strangers.concerns(make.report(path=path), strangers.guarded(CONFIG)) is guarded


@pytest.mark.parametrize(
    ("actor", "starter", "others"),
    [
        (make.BOT, None, False),
        (make.BOT.upper(), None, False),
        (make.BOT, make.BOT, False),
        (make.BOT, "mallory", True),  # somebody pressed "Re-run" on a run of ours
        ("mallory", make.BOT, False),
        ("mallory", None, True),
        (None, None, True),
    ],
)
def test_whoever_started_this_attempt_counts(actor: str | None, starter: str | None, others: bool) -> None:
    report = replace(make.report(), actor_login=actor, triggering_actor_login=starter)
    assert strangers.by_others(report, make.BOT) is others


def test_when_it_was_created_is_compared_and_unknown_counts() -> None:
    report = make.report(created_at=make.NOON)
    assert strangers.since(report, make.NOON)
    assert not strangers.since(report, make.at(1))
    assert strangers.since(replace(report, created_at=None), make.at(1))
