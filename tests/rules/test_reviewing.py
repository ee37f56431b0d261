"""What the check run on a pull request says while another file waits: as it will be judged once it is merged (T13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.model.config import Config
from bot.rules.in_force import Standing, widening
from bot.rules.reviewing import readable
from bot.rules.superseding import together, wider
from tests.rules.test_superseding import LOCKED, OLD, OTHER, SHIP, waited

FILE = "acme/shop/.github/signalbox.yml"
MOVED = waited(replace(SHIP, workflow="other.yml"))


def told(new: Config, *between: Config) -> list[str]:
    """What of it is said to wait."""
    held = (OLD, *between)
    own = Standing(file=FILE, kept=None, config=together(held), held=held if between else ())
    verdict = readable(FILE, own, new, (), removed=False)
    changed: Any = verdict.message.fields["changes"]
    waiting = [each["sentence"] for each in changed if each["waits"]]
    assert (verdict.conclusion == "neutral") is bool(waiting)
    assert ("wait for a second person" in verdict.title) is bool(waiting)
    return waiting


def test_what_only_let_through_more_is_taken_back_without_a_second_person() -> None:
    assert told(OLD, waited(OTHER)) == []


def test_t13_a_workflow_s_gates_that_came_with_a_file_that_waits_are_not_lost_in_silence() -> None:
    assert "other.yml can be run without the gates that ship brought." in told(OLD, MOVED)


@pytest.mark.parametrize("new", [OLD, waited(), LOCKED, MOVED, Config()], ids=["old", "less", "lock", "moved", "none"])
@pytest.mark.parametrize("between", [(), (LOCKED,), (MOVED,), (LOCKED, waited(OTHER))], ids=["0", "lock", "moved", "2"])
def test_t13_it_says_what_will_wait(new: Config, between: tuple[Config, ...]) -> None:
    assert tuple(told(new, *between)) == wider([OLD, *between], new, widening)
