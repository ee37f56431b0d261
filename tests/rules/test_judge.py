"""Each gate of a dispatch, and the order in which a person is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.model.bound import Bound, Gathered, HeldUp, TeamRule
from bot.model.command import Problem
from bot.model.config import Approvals, CheckRule, ChecksWanted, Config, Environment, Where
from bot.model.decision import Allowed, Denied, Reason
from bot.model.people import Role
from bot.model.request import PinSource
from bot.rules import floods, judge, policy
from bot.rules.pin import Pinned, Unpinned
from tests.support import make

BOUND = Bound(workflow="deploy.yml", permission=Role.WRITE)
GUARDED = replace(BOUND, environment="production", gates=Environment(name="production"), guarded=True)
FACTS = judge.Facts(
    login="alice",
    verb="run",
    full_name="acme/shop",
    default_branch="main",
    role=Role.WRITE,
    config=Config(),
    broken=None,
    exists=True,
    place=Where.PULL_REQUEST,
    bound=BOUND,
    pull_request=make.pull_request(),
    ref=None,
    problem=None,
    pin=Pinned(sha=make.SHA, source=PinSource.RECORDED),
    takes_sha=True,
    own_app=None,
    now=make.at(0),
    gathered=Gathered(teams={}, successes={}),
)


def guarded(**gates: Any) -> Bound:
    return replace(GUARDED, gates=Environment(name="production", **gates))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"role": Role.MAINTAIN},
        {"role": Role.ADMIN},
        {"pull_request": None},
        {"pull_request": make.pull_request(draft=True)},
        {"pull_request": make.pull_request(head_repository=78), "ref": "main"},  # a branch of this repository
    ],
)
def test_open_gates(change: dict[str, Any]) -> None:
    assert isinstance(policy.decide(judge.gates(replace(FACTS, **change))), Allowed)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"role": None}, Reason.UNKNOWN_MEMBERSHIP),
        ({"role": Role.NONE}, Reason.NOT_FOUND),
        ({"role": Role.READ}, Reason.PERMISSION),
        ({"role": Role.TRIAGE}, Reason.PERMISSION),
        ({"bound": replace(BOUND, permission=Role.MAINTAIN)}, Reason.PERMISSION),
        ({"exists": False}, Reason.UNKNOWN_COMMAND),
        ({"broken": "unknown key (line 1, column 1)."}, Reason.CONFIG_BROKEN),
        ({"bound": replace(BOUND, where=frozenset({Where.SLACK}))}, Reason.WHERE),
        ({"bound": replace(BOUND, teams=(TeamRule(teams=("acme/a",), rule=""),))}, Reason.UNKNOWN_MEMBERSHIP),
        ({"bound": replace(BOUND, unknown="Two environments.")}, Reason.ARGUMENTS),
        ({"bound": GUARDED, "pull_request": make.pull_request(draft=True)}, Reason.DRAFT),
        ({"bound": GUARDED, "pull_request": make.pull_request(base_ref="release")}, Reason.BASE),
        ({"bound": GUARDED, "takes_sha": False}, Reason.NOT_PINNABLE),  # T1
        ({"bound": GUARDED, "pin": Pinned(sha=make.SHA, source=PinSource.CURRENT)}, Reason.HEAD_MOVED),  # T4
        ({"bound": guarded(checks=CheckRule(wanted=ChecksWanted.PASSING)), "ref": "main"}, Reason.CHECKS_MISSING),
        ({"bound": guarded(reviews=True), "ref": "main"}, Reason.REVIEW_MISSING),  # T15
        ({"bound": guarded(after=("staging",))}, Reason.ORDER),
        (
            {
                "bound": guarded(lock=True),
                "gathered": Gathered(teams={}, successes={}, held_up=HeldUp(on_its_way="ABCDEF")),
            },
            Reason.LOCKED,
        ),
        ({"bound": guarded(approvals=Approvals())}, Reason.APPROVAL_MISSING),
        ({"config": Config(maintenance="moving house")}, Reason.MAINTENANCE),
        ({"problem": Problem(sentence="No.")}, Reason.ARGUMENTS),
        ({"pull_request": make.pull_request(open=False)}, Reason.CLOSED),
        ({"pull_request": make.pull_request(head_repository=78)}, Reason.FORK_UNTRUSTED),
        ({"pull_request": make.pull_request(head_repository=None)}, Reason.FORK_UNTRUSTED),  # T15: deleted fork
        ({"pull_request": make.pull_request(head_repository=78, head_ref="main")}, Reason.FORK_UNTRUSTED),
        ({"pin": Unpinned(reason=Reason.HEAD_MOVED, seen="moved")}, Reason.HEAD_MOVED),
        ({"pin": Unpinned(reason=Reason.EXPIRED, seen="late")}, Reason.EXPIRED),
    ],
)
def test_shut_gates(change: dict[str, Any], reason: Reason) -> None:
    decision = policy.decide(judge.gates(replace(FACTS, **change)))
    assert isinstance(decision, Denied)
    assert decision.reason is reason
    assert decision.gate.seen
    if "problem" not in change:
        assert decision.gate.next_step


@pytest.mark.parametrize("role", [None, Role.NONE])
def test_t22_who_is_shut_out_learns_nothing_else(role: Role | None) -> None:
    facts = replace(
        FACTS,
        role=role,
        problem=Problem(sentence="There is no workflow secret.yml."),
        pull_request=make.pull_request(open=False),
    )
    assert [gate.name for gate in judge.gates(facts)] == [policy.visible(role, "alice", "acme/shop").name]


def test_every_gate_is_judged_for_explain_even_after_one_is_shut() -> None:
    judged = judge.gates(replace(FACTS, role=Role.READ, pull_request=make.pull_request(open=False)))
    assert [(gate.name, gate.passed) for gate in judged] == [
        ("repository visible", True),
        ("command exists here", True),
        ("where", True),
        ("role", False),
        ("arguments", True),
        ("pull request open", False),
        ("trusted code", True),
        ("head unmoved", True),
        ("maintenance", True),
    ]


def test_t26_people_without_write_get_few_answers() -> None:
    assert floods.most(Role.READ) == floods.most(Role.TRIAGE) == 3
    assert floods.most(Role.WRITE) == floods.most(Role.ADMIN) == 60
