"""Whose review counts for what, and whom configuration may excuse."""

from __future__ import annotations

from typing import Any

import pytest

from bot.model.config import Waiver
from bot.model.decision import Gate, Reason
from bot.model.people import Role
from bot.model.snapshot import Review, ReviewDecision, ReviewState, Snapshot
from bot.rules.gates.reviews import reviewed
from tests.support import make
from tests.support.snapshots import review, snapshot

BOTH = frozenset(Waiver)
CHANGES = ReviewState.CHANGES_REQUESTED
FORK = make.pull_request(head_repository=78)


def judge(told: Snapshot, **facts: Any) -> Gate:
    asked: dict[str, Any] = {"login": "alice", "role": Role.WRITE, "rule": "shop.yml line 9", "sha": make.SHA, **facts}
    return reviewed(asked.pop("wanted", True), snapshot=told, **asked)


@pytest.mark.parametrize("decision", [None, ReviewDecision.APPROVED])
def test_somebody_elses_approval_of_this_commit_counts(decision: ReviewDecision | None) -> None:
    gate = judge(snapshot(reviews=(review("bob"),), decision=decision))
    assert (gate.passed, gate.seen, gate.rule) == (True, "bob approved aaaaaaaaaaaa", "shop.yml line 9")


def test_nothing_is_asked_where_no_rule_asks() -> None:
    against = snapshot(reviews=(review(state=CHANGES),), decision=ReviewDecision.CHANGES_REQUESTED)
    assert judge(against, wanted=False).seen == "no review is asked for"


@pytest.mark.parametrize(
    ("reviews", "more"),
    [
        ([], ""),
        ([review(sha=make.OTHER_SHA)], " (bob approved bbbbbbbbbbbb)"),  # T11: not this commit
        ([review(can_push=False)], " (bob, who approved it, has no write)"),  # T11: not their right
        ([review("alice", author=1001)], ""),  # the author's own
        ([review(author=None)], ""),  # an account that is gone
        ([review(state=ReviewState.COMMENTED)], ""),
        ([review(state=ReviewState.DISMISSED)], ""),
        ([review(state=ReviewState.PENDING)], ""),
        ([review(state=CHANGES, can_push=False)], ""),  # anybody can say so on a public repository
    ],
)
def test_what_is_no_approval(reviews: list[Review], more: str) -> None:
    gate = judge(snapshot(reviews=tuple(reviews)))
    assert (gate.passed, gate.reason) == (False, Reason.REVIEW_MISSING)
    assert gate.seen == f"nobody with write has approved aaaaaaaaaaaa{more}"
    assert gate.next_step


def test_an_author_whom_github_does_not_name_takes_nobodys_word_away() -> None:
    assert judge(snapshot(author=None, reviews=(review("bob"),))).passed


@pytest.mark.parametrize(
    ("told", "reason", "seen"),
    [
        (
            snapshot(reviews=(review("bob"), review("carol", CHANGES, author=3003))),
            Reason.CHANGES_REQUESTED,
            "carol requested changes",
        ),
        (  # whatever commit they looked at
            snapshot(reviews=(review("bob"), review("carol", CHANGES, author=3003, sha=make.OTHER_SHA))),
            Reason.CHANGES_REQUESTED,
            "carol requested changes",
        ),
        (
            snapshot(reviews=(review("bob"),), decision=ReviewDecision.CHANGES_REQUESTED),
            Reason.CHANGES_REQUESTED,
            "somebody whose review GitHub requires requested changes",
        ),
        (  # code owners
            snapshot(reviews=(review("bob"),), decision=ReviewDecision.REVIEW_REQUIRED),
            Reason.REVIEW_MISSING,
            "GitHub says that a review is still missing: a code owner's, or one that branch protection requires",
        ),
        (snapshot(reviews=None), Reason.REVIEW_MISSING, "GitHub did not say who reviewed it"),
        (
            snapshot(reviews=(review("bob"),), sha=make.OTHER_SHA),
            Reason.HEAD_MOVED,
            "aaaaaaaaaaaa would run, but GitHub told about bbbbbbbbbbbb",
        ),
    ],
)
def test_what_stands_against_it(told: Snapshot, reason: Reason, seen: str) -> None:
    gate = judge(told)
    assert (gate.passed, gate.reason, gate.seen) == (False, reason, seen)
    assert gate.next_step


@pytest.mark.parametrize(
    ("facts", "excuse"),
    [
        ({"waivers": BOTH, "role": Role.ADMIN}, "alice is an admin, who needs no review here"),
        ({"waivers": frozenset({Waiver.ADMIN}), "role": Role.ADMIN}, "alice is an admin, who needs no review here"),
        ({"waivers": frozenset({Waiver.DRY_RUN}), "dry_run": True}, "a dry run needs no review here"),
    ],
)
@pytest.mark.parametrize(
    ("told", "although"),
    [
        (snapshot(), "nobody with write has approved aaaaaaaaaaaa"),
        (snapshot(reviews=(review("bob", CHANGES),)), "bob requested changes"),
        (snapshot(reviews=None), "GitHub did not say who reviewed it"),
    ],
)
def test_whom_a_rule_excuses(facts: dict[str, Any], excuse: str, told: Snapshot, although: str) -> None:
    gate = judge(told, **facts)
    assert (gate.passed, gate.seen) == (True, f"{excuse}, although {although}")


@pytest.mark.parametrize(
    "facts",
    [
        {"role": Role.ADMIN, "dry_run": True},  # nothing is waived unless a rule says so
        {"waivers": frozenset({Waiver.ADMIN}), "role": Role.MAINTAIN, "dry_run": True},
        {"waivers": frozenset({Waiver.DRY_RUN}), "role": Role.ADMIN},
    ],
)
def test_whom_no_rule_excuses(facts: dict[str, Any]) -> None:
    assert judge(snapshot(), **facts).reason is Reason.REVIEW_MISSING


def test_nobody_is_excused_from_looking_at_the_same_commit() -> None:
    moved = snapshot(sha=make.OTHER_SHA)
    assert judge(moved, waivers=BOTH, role=Role.ADMIN, dry_run=True).reason is Reason.HEAD_MOVED


@pytest.mark.parametrize("fork", [FORK, make.pull_request(head_repository=None)])
@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (ReviewDecision.REVIEW_REQUIRED, Reason.REVIEW_MISSING),
        (ReviewDecision.CHANGES_REQUESTED, Reason.CHANGES_REQUESTED),
    ],
)
def test_t15_a_fork_is_never_excused(fork: Any, wanted: bool, decision: ReviewDecision, reason: Reason) -> None:
    told = snapshot(pull_request=fork, reviews=(review("bob"),), decision=decision)
    assert judge(told, wanted=wanted, waivers=BOTH, role=Role.ADMIN, dry_run=True).reason is reason


def test_a_fork_that_nobody_objects_to_needs_a_review_only_where_a_rule_asks() -> None:
    told = snapshot(pull_request=FORK)
    assert judge(told, wanted=False).passed
    assert judge(told, wanted=True, waivers=BOTH, role=Role.ADMIN).reason is Reason.REVIEW_MISSING
