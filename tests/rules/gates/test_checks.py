"""Which checks have to be green, and what is said when they are not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model.config import CheckRule, ChecksWanted
from bot.model.decision import Gate, Reason
from bot.model.snapshot import Check, CheckState, Snapshot
from bot.rules.gates import checks
from tests.support import make
from tests.support.snapshots import check, snapshot, status

PASSED, PENDING, FAILED = CheckState.PASSED, CheckState.PENDING, CheckState.FAILED
OURS = 4242
LATER = make.NOON + timedelta(minutes=1)
PASSING = CheckRule(wanted=ChecksWanted.PASSING)
REQUIRED = CheckRule(wanted=ChecksWanted.REQUIRED)


def named(*names: str, ignored: tuple[str, ...] = ()) -> CheckRule:
    return CheckRule(wanted=ChecksWanted.NAMED, names=names, ignored=ignored)


def judge(rule: CheckRule, *ran: Check, required: tuple[str, ...] = ()) -> Gate:
    told = snapshot(checks=ran, required=frozenset(required))
    return checks.green(rule, snapshot=told, sha=make.SHA, own_app=OURS, rule="shop.yml line 9")


@pytest.mark.parametrize(
    ("rule", "ran", "required", "seen"),
    [
        (PASSING, [check("build"), check("lint")], [], "build and lint passed"),
        (PASSING, [], [], "no checks ran, and none is required"),
        (PASSING, [check("build")], ["build"], "build passed"),
        (PASSING, [status("build")], ["build"], "build passed"),  # a status is as good, where no app is named
        (
            CheckRule(wanted=ChecksWanted.PASSING, ignored=("flaky",)),
            [check("build"), check("flaky", FAILED)],
            [],
            "build passed",
        ),
        (
            CheckRule(wanted=ChecksWanted.PASSING, ignored=("flaky@15368",)),
            [check("flaky", FAILED)],
            ["flaky"],
            "no checks ran but ignored ones",
        ),
        (REQUIRED, [check("build"), check("lint", FAILED)], ["build"], "build passed"),
        (REQUIRED, [check("build", required=True), check("lint", PENDING)], [], "build passed"),
        (
            CheckRule(wanted=ChecksWanted.REQUIRED, ignored=("build",)),
            [check("build", FAILED)],
            ["build"],
            "no checks ran but ignored ones",
        ),
        (named("build"), [check("build"), check("lint", FAILED)], ["lint"], "build passed"),
        (named("build@15368"), [check("build"), status("build", FAILED)], [], "build@15368 passed"),
        (named("a@b"), [status("a@b")], [], "a@b passed"),
        # Ours are what we think, whatever their state; where protection requires one of ours, it is not asked for here.
        (PASSING, [check("build"), check("signalbox", FAILED, app=OURS)], ["signalbox"], "build passed"),
        # The newest run of the same name and app.
        (PASSING, [check("build", FAILED), check("build", at=LATER)], [], "build passed"),
        (PASSING, [check("build", at=LATER), check("build", FAILED, at=None)], [], "build passed"),
    ],
)
def test_green(rule: CheckRule, ran: list[Check], required: list[str], seen: str) -> None:
    gate = judge(rule, *ran, required=tuple(required))
    assert (gate.passed, gate.seen, gate.rule) == (True, seen, "shop.yml line 9")


@pytest.mark.parametrize(
    ("rule", "ran", "required", "reason", "seen"),
    [
        (PASSING, [check("build", FAILED)], [], Reason.CHECKS_FAILING, "build failed"),
        (PASSING, [check("build", PENDING)], [], Reason.CHECKS_PENDING, "build has not ended"),
        (PASSING, [check("a", PENDING), check("b", PENDING)], [], Reason.CHECKS_PENDING, "a and b have not ended"),
        (PASSING, [check("build")], ["build", "lint"], Reason.CHECKS_MISSING, "lint never ran"),
        (
            PASSING,
            [check("a", FAILED), check("b", PENDING), check("c")],
            ["d"],
            Reason.CHECKS_FAILING,
            "a failed; d never ran; b has not ended",
        ),
        (PASSING, [check("b", PENDING)], ["d"], Reason.CHECKS_MISSING, "d never ran; b has not ended"),
        (
            PASSING,
            [check(f"c{number}", FAILED) for number in range(8)],
            [],
            Reason.CHECKS_FAILING,
            "c0, c1, c2, c3, c4 and 3 more failed",
        ),
        (PASSING, [check("build", FAILED), status("build")], [], Reason.CHECKS_FAILING, "build failed"),  # another app
        # A newer red rerun is not outshone by an older green, nor by one of the same moment; nor a newer pending one.
        (PASSING, [check("build"), check("build", FAILED, at=LATER)], [], Reason.CHECKS_FAILING, "build failed"),
        (PASSING, [check("build", FAILED, at=LATER), check("build")], [], Reason.CHECKS_FAILING, "build failed"),
        (PASSING, [check("build", FAILED), check("build")], [], Reason.CHECKS_FAILING, "build failed"),
        (PASSING, [check("build"), check("build", FAILED)], [], Reason.CHECKS_FAILING, "build failed"),
        (
            PASSING,
            [check("build"), check("build", PENDING, at=LATER)],
            [],
            Reason.CHECKS_PENDING,
            "build has not ended",
        ),
        (REQUIRED, [check("build", FAILED)], ["build"], Reason.CHECKS_FAILING, "build failed"),
        (REQUIRED, [], ["build"], Reason.CHECKS_MISSING, "build never ran"),
        (
            REQUIRED,
            [check("build", FAILED, required=True), check("build", FAILED, at=LATER)],
            [],
            Reason.CHECKS_FAILING,
            "build failed",
        ),
        (
            REQUIRED,
            [check("build", FAILED, at=LATER), check("build", required=True)],
            [],
            Reason.CHECKS_FAILING,
            "build failed",
        ),
        (
            REQUIRED,
            [check("build")],
            [],
            Reason.CHECKS_MISSING,
            "only the checks that branch protection requires are asked for, and it requires none",
        ),
        (named("build"), [], [], Reason.CHECKS_MISSING, "build never ran"),
        (named("build"), [check("Build")], [], Reason.CHECKS_MISSING, "build never ran"),
        # T11: with an app's id, neither another app's check nor a commit status is it.
        (named("build@15368"), [status("build")], [], Reason.CHECKS_MISSING, "build@15368 never ran"),
        (named("build@15368"), [check("build", app=1)], [], Reason.CHECKS_MISSING, "build@15368 never ran"),
        (named("build"), [check("build", app=OURS)], [], Reason.CHECKS_MISSING, "build never ran"),
        (named("build", ignored=("build",)), [check("build", FAILED)], [], Reason.CHECKS_FAILING, "build failed"),
    ],
)
def test_not_green(rule: CheckRule, ran: list[Check], required: list[str], reason: Reason, seen: str) -> None:
    gate = judge(rule, *ran, required=tuple(required))
    assert (gate.passed, gate.reason, gate.seen, gate.rule) == (False, reason, seen, "shop.yml line 9")
    assert gate.next_step


@pytest.mark.parametrize(
    ("rule", "told", "reason", "seen"),
    [
        (PASSING, snapshot(checks=None), Reason.CHECKS_UNREADABLE, checks.UNREAD),
        (named("build"), snapshot(checks=None), Reason.CHECKS_UNREADABLE, checks.UNREAD),
        (PASSING, snapshot(required=None), Reason.CHECKS_UNREADABLE, checks.UNTOLD),
        (REQUIRED, snapshot(required=None), Reason.CHECKS_UNREADABLE, checks.UNTOLD),
        (
            PASSING,
            snapshot(sha=make.OTHER_SHA),
            Reason.HEAD_MOVED,
            "aaaaaaaaaaaa would run, but GitHub told about bbbbbbbbbbbb",
        ),
        (
            PASSING,
            snapshot(pull_request=make.pull_request(head_sha=make.OTHER_SHA)),
            Reason.HEAD_MOVED,
            "aaaaaaaaaaaa would run, but the head is bbbbbbbbbbbb now",
        ),
    ],
)
def test_what_is_not_known_is_no(rule: CheckRule, told: Snapshot, reason: Reason, seen: str) -> None:
    gate = checks.green(rule, snapshot=told, sha=make.SHA, own_app=OURS)
    assert (gate.passed, gate.reason, gate.seen) == (False, reason, seen)
    assert gate.next_step


def test_checks_by_name_do_not_need_to_know_what_is_required() -> None:
    told = snapshot(checks=(check("build"),), required=None)
    assert checks.green(named("build"), snapshot=told, sha=make.SHA, own_app=OURS).passed


def test_without_an_app_of_our_own_no_status_is_taken_for_ours() -> None:
    told = snapshot(checks=(status("build", FAILED),))
    assert not checks.green(PASSING, snapshot=told, sha=make.SHA, own_app=None).passed
