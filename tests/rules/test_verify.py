"""T1 and T31: the run is what was asked for, and it is ours, or it is neither."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from bot.model.run import RunReport
from bot.rules import verify
from bot.rules.verify import Found, Search
from tests.support import make


def test_t1_the_run_that_was_asked_for() -> None:
    assert verify.mismatch(make.request(), make.report(), make.BOT) is None
    assert verify.mismatch(make.request(), make.report(actor_login="Signalbox[bot]"), make.BOT) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"head_sha": make.OTHER_SHA}, f"its commit is {make.OTHER_SHA}, not {make.SHA}"),
        ({"path": ".github/workflows/other.yml"}, "its workflow is .github/workflows/other.yml"),
        ({"actor_login": "mallory"}, "its actor is mallory, not signalbox[bot]"),
        ({"event": "push"}, "its event is push, not workflow_dispatch"),
        ({"head_sha": None}, "its commit is None"),
        ({"path": None}, "its workflow is None"),
        ({"actor_login": None}, "its actor is , not signalbox[bot]"),
    ],
)
def test_t1_any_difference_is_told(change: dict[str, Any], said: str) -> None:
    wrong = verify.mismatch(make.request(), make.report(**change), make.BOT)
    assert wrong is not None
    assert said in wrong


@pytest.mark.parametrize("missing", ["head_sha", "path", "actor_login", "event"])
def test_t1_a_report_with_a_fact_left_out_is_not_complete(missing: str) -> None:
    assert verify.complete(make.report())
    assert not verify.complete(make.report(**{missing: None}))


OURS = make.report()
THEIR_KEY = "f" * 32
KEYLESS = make.report(id=556, display_title="Deploy")


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ([OURS], Found(report=OURS)),
        ([KEYLESS, OURS], Found(report=OURS)),
        ([], Search.NOTHING),
        ([KEYLESS], Search.UNSURE),  # it may be ours, and nothing proves it
        ([OURS, make.report(id=557)], Search.UNSURE),  # two carry the key
        ([make.report(actor_login="mallory")], Search.NOTHING),  # somebody else's, though it carries our key
        ([make.report(event="push")], Search.NOTHING),
        ([make.report(path=".github/workflows/other.yml")], Search.NOTHING),
        ([make.report(path=None, display_title="Deploy")], Search.UNSURE),  # the list is of our workflow, and old hosts
        ([make.report(path=None)], Found(report=make.report(path=None))),  # leave the path out
        ([make.report(created_at=make.at(-61))], Search.NOTHING),  # before we asked
        ([make.report(created_at=make.at(-59))], Found(report=make.report(created_at=make.at(-59)))),  # clocks differ
        ([make.report(created_at=None)], Search.NOTHING),
    ],
)
def test_t31_a_run_is_found_by_its_key_and_never_guessed(candidates: list[RunReport], expected: Found | Search) -> None:
    assert verify.find(make.request(), candidates, our_login=make.BOT, claimed=()) == expected


def test_t31_a_run_that_another_request_owns_does_not_count() -> None:
    assert verify.find(make.request(), [KEYLESS], our_login=make.BOT, claimed=[556]) is Search.NOTHING


def test_t31_a_run_with_the_key_of_another_request_is_not_perhaps_ours() -> None:
    theirs = make.report(id=558, display_title=f"Deploy ({THEIR_KEY})")
    search = partial(verify.find, make.request(), our_login=make.BOT, claimed=())
    assert search([theirs]) is Search.UNSURE
    assert search([theirs], others={THEIR_KEY}) is Search.NOTHING
    assert search([theirs, OURS], others={THEIR_KEY}) == Found(report=OURS)
    assert search([theirs, KEYLESS], others={THEIR_KEY}) is Search.UNSURE
    assert search([OURS, make.report(id=557)], others={THEIR_KEY}) is Search.UNSURE


def test_t31_our_run_on_another_commit_is_found_so_that_it_is_cancelled_and_not_repeated() -> None:
    elsewhere = make.report(head_sha=make.OTHER_SHA)
    found = verify.find(make.request(), [elsewhere], our_login=make.BOT, claimed=())
    assert found == Found(report=elsewhere)
