"""Which environment a lock is about, which locks hold a request back, and what somebody in the queue reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot.model.command import Argument, ArgumentType, Problem
from bot.model.config import Config, ConfiguredCommand, Environment
from bot.model.lock import EVERYTHING, Holder, Lock
from bot.model.request import RequestState
from bot.rules import locking, queueing
from tests.support import make

ONE = Config(environments={"production": Environment(name="Production")})
CHOICES = Argument(name="where", type=ArgumentType.CHOICE, choices=("staging", "Production"))
SHIP = ConfiguredCommand(name="ship", workflow="ship.yml", arguments=(CHOICES,), environment="where")
TWO = replace(ONE, commands={"ship": SHIP})
LOCK = Lock(
    id=UUID(int=1),
    connection=make.CONNECTION,
    repository=77,
    environment="production",
    holder=Holder.PERSON,
    person=UUID(int=2002),
    request=None,
    code="",
    login="bob",
    reason="database upgrade",
    place=None,
    pull_request=None,
    at=make.NOON,
    expires_at=make.at(7_200),
)
RUNS = replace(LOCK, id=UUID(int=2), holder=Holder.REQUEST, request=UUID(int=9), code="K7QX2M", expires_at=None)


def meant(config: Config, typed: str | None, *, everything: bool = False, held: tuple[str, ...] = ()) -> str | None:
    """None for what has to be said better."""
    found = locking.meant(config, typed, everything=everything, verb="lock", held=held)
    return None if isinstance(found, Problem) else found


@pytest.mark.parametrize(
    ("config", "typed", "key"),
    [
        (ONE, None, "production"),
        (ONE, "PRODUCTION", "production"),
        (ONE, " \uff50roduction", "production"),  # a full-width p
        (ONE, "staging", None),
        (TWO, None, None),
        (TWO, "staging", "staging"),
        (Config(), None, None),
        (Config(), "Blue", "blue"),
        (Config(), "pr\u043eduction", None),  # a Cyrillic o
        (Config(), "  ", None),
    ],
)
def test_which_environment_is_meant(config: Config, typed: str | None, key: str | None) -> None:
    assert meant(config, typed) == key


def test_all_is_everything_and_what_is_locked_can_be_named_whatever_the_configuration_says_by_now() -> None:
    assert meant(TWO, None, everything=True) == EVERYTHING
    assert meant(TWO, "canary", held=("canary",)) == "canary"
    assert meant(TWO, "canary") is None


@pytest.mark.parametrize(
    ("lock", "environment", "exclusive", "holds"),
    [
        (LOCK, "production", False, True),
        (LOCK, "staging", True, False),
        (LOCK, None, True, False),
        (replace(LOCK, environment=EVERYTHING), "staging", False, True),
        (replace(LOCK, environment=EVERYTHING), None, False, True),
        (replace(LOCK, person=UUID(int=1001)), "production", True, False),
        (replace(LOCK, expires_at=make.at(60)), "production", True, False),
        (replace(LOCK, expires_at=make.at(61)), "production", True, True),
        (RUNS, "production", True, True),
        (RUNS, "production", False, False),
        (replace(RUNS, person=UUID(int=1001)), "production", True, True),  # whoever asked for it
        (replace(RUNS, request=UUID(int=42)), "production", True, False),
    ],
)
def test_what_a_lock_holds_back(lock: Lock, environment: str | None, exclusive: bool, holds: bool) -> None:
    of = locking.others([lock], environment=environment, person=UUID(int=1001), request=UUID(int=42), now=make.at(60))
    assert bool(locking.against(of, exclusive=exclusive)) is holds


@pytest.mark.parametrize(
    ("took", "number", "at"),
    [
        ((60, 60), 1, None),  # too few to know
        ((50, 60, 600), 1, 60),
        ((50, 60, 600), 3, 180),
        ((1, 2, 3), 1, None),  # was to be by now
    ],
)
def test_when_a_turn_comes(took: tuple[int, ...], number: int, at: int | None) -> None:
    holder = make.request(state=RequestState.RUNNING, dispatched_at=make.NOON)
    spans = [timedelta(seconds=each) for each in took]
    assert queueing.turn(number, holder, spans, make.at(30)) == (None if at is None else make.at(at))
    assert queueing.turn(number, None, spans, make.at(30)) is None


@pytest.mark.parametrize(
    ("locks", "number", "said"),
    [
        ((RUNS,), 1, "K7QX2M is on its way to production and has not ended. It is next in the queue."),
        (
            (LOCK, RUNS),
            2,
            "bob locked production until 2026-11-21 14:00 UTC: database upgrade. It is number 2 in the queue.",
        ),
        ((), 3, "ABCDEF came first. It is number 3 in the queue."),
    ],
)
def test_what_somebody_in_the_queue_reads(locks: tuple[Lock, ...], number: int, said: str) -> None:
    request = make.request(state=RequestState.WAITING, waiting_for="lock", note="ABCDEF came first.")
    assert queueing.note(request, locks, number, None) == said
