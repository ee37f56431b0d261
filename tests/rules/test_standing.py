"""Who counts: hostile cases by table (T5, T9, T24, T28), the good ones first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.model.approval import Asked, Standing
from bot.model.decision import Reason
from bot.model.people import Role
from bot.rules.standing import Code, Known, may_approve, may_reject, standing, teams_of
from tests.support import make

ASKED = Asked(count=1, teams=(), people=(), rule="line 9", since=make.at(0), expires_at=make.at(0) + timedelta(hours=4))
TEAMS: dict[str, Any] = {"teams": (("acme/Release", "acme/sre"), ("acme/release",))}
ALICE, BOB, CAROL = 1, 2, 3
CODE = Code(author=ALICE, on_pull_request=True, pushers=frozenset({BOB}))
KNOWN = Known(account=CAROL, login="carol", same_person=False, link_changed=False, here=True, role=Role.WRITE, teams={})
READS = {"role": Role.READ}
IN = {"teams": {"acme/release": True, "acme/sre": None}}
OUT = {"teams": {"acme/release": False, "acme/sre": False}}
UNTOLD = {"teams": {"acme/release": False, "acme/sre": None}}
ON_RECORD: dict[str, Any] = {"author": None, "on_pull_request": False, "pushers": frozenset(), "on_record": True}
NO_PR = {"author": None, "on_pull_request": False}

TABLE: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any], Standing]] = [
    ({}, {}, {}, Standing.COUNTS),
    ({}, {"role": Role.ADMIN}, {}, Standing.COUNTS),
    ({}, {}, NO_PR, Standing.COUNTS),
    (TEAMS, {**READS, **IN}, {}, Standing.COUNTS),
    ({"people": ("Carol",)}, READS, {}, Standing.COUNTS),
    ({"author": True}, {"account": ALICE}, {}, Standing.COUNTS),
    ({"pusher": True}, {"account": BOB}, {}, Standing.COUNTS),
    ({"author": True}, {}, {"author": None}, Standing.COUNTS),
    ({"pusher": True}, {}, {"pushers": frozenset()}, Standing.COUNTS),
    ({}, {}, ON_RECORD, Standing.COUNTS),
    # and now those that do not
    ({}, {"same_person": True}, ON_RECORD, Standing.REQUESTER),
    ({}, {"link_changed": True}, ON_RECORD, Standing.LINK_CHANGED),
    ({}, READS, ON_RECORD, Standing.NO_ACCESS),
    ({}, {"role": None}, ON_RECORD, Standing.UNKNOWN),
    ({}, {"same_person": True}, {}, Standing.REQUESTER),
    ({"author": True, "pusher": True}, {"same_person": True, "link_changed": True}, {}, Standing.REQUESTER),
    ({"people": ("carol",)}, {"link_changed": True}, {}, Standing.LINK_CHANGED),
    ({}, {"account": ALICE, "role": Role.ADMIN}, {}, Standing.AUTHOR),
    ({"pusher": True}, {"account": ALICE}, {}, Standing.AUTHOR),
    ({}, {"account": BOB}, {}, Standing.PUSHER),
    ({"author": True}, {"account": BOB}, {}, Standing.PUSHER),
    ({}, {"account": BOB}, NO_PR, Standing.PUSHER),
    ({"author": True}, {"account": ALICE}, {"pushers": frozenset({ALICE})}, Standing.PUSHER),
    ({}, {}, {"author": None}, Standing.UNKNOWN),
    ({}, {}, {"pushers": frozenset()}, Standing.UNKNOWN),
    ({}, {"role": None}, {}, Standing.UNKNOWN),
    (TEAMS, {**READS, **UNTOLD}, {}, Standing.UNKNOWN),
    (TEAMS, {**READS, **OUT}, {}, Standing.NO_ACCESS),
    ({}, READS, {}, Standing.NO_ACCESS),
    ({}, {"role": Role.TRIAGE}, {}, Standing.NO_ACCESS),
    ({"people": ("carol",)}, {"role": Role.NONE}, {}, Standing.NO_ACCESS),
    (TEAMS, {"role": Role.NONE, **IN}, {}, Standing.NO_ACCESS),
    ({}, {"here": False, "role": Role.ADMIN}, {}, Standing.NO_ACCESS),  # T24: an account of another host
]


@pytest.mark.parametrize(("asked", "known", "code", "found"), TABLE)
def test_whether_a_yes_counts(
    asked: dict[str, Any], known: dict[str, Any], code: dict[str, Any], found: Standing
) -> None:
    assert standing(replace(ASKED, **asked), replace(KNOWN, **known), replace(CODE, **code)) is found


@pytest.mark.parametrize("found", Standing)
def test_whoever_does_not_count_is_told_why_and_what_to_do(found: Standing) -> None:
    gate = may_approve(found, "carol", rule="line 9")
    assert gate.passed is (found is Standing.COUNTS)
    assert bool(gate.next_step) is not gate.passed
    assert gate.seen.startswith("carol ")
    if not gate.passed:
        assert gate.reason in (Reason.SELF_APPROVAL, Reason.PERMISSION, Reason.UNKNOWN_MEMBERSHIP)
        assert gate.rule == "line 9"


@pytest.mark.parametrize("found", Standing)
def test_to_say_no_takes_a_right_and_not_another_person(found: Standing) -> None:
    shut = {Standing.REQUESTER, Standing.NO_ACCESS, Standing.UNKNOWN}
    assert may_reject(found, "carol", "K7QX2M").passed is (found not in shut)


def test_every_team_is_asked_about_once() -> None:
    assert teams_of(replace(ASKED, **TEAMS)) == ["acme/release", "acme/sre"]
