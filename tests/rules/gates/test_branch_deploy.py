"""Every row of branch-deploy's precheck table, in its order: what we answer, and why where that is another answer.

https://github.com/github/branch-deploy: src/functions/precheck-gates.ts and prechecks.ts. The environment asks for
passing checks, an approving review and an up-to-date branch, which is what branch-deploy asks for without settings.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.model.config import CheckRule, ChecksWanted, Environment, UpToDate, Waiver
from bot.model.decision import Allowed, Denied, Gate, Reason
from bot.model.people import Role
from bot.model.snapshot import CheckState, Mergeable, Review, ReviewDecision, ReviewState, Snapshot
from bot.rules import policy
from bot.rules.gates import checks, freshness, mergeable, order, pull_request, reviews
from tests.support import make
from tests.support.snapshots import check, review, snapshot

PRODUCTION = Environment(
    name="production",
    checks=CheckRule(wanted=ChecksWanted.PASSING),
    reviews=True,
    waive_reviews=frozenset(Waiver),
    up_to_date=UpToDate.STRICT,
    after=("staging",),
)
UNREVIEWED = replace(PRODUCTION, reviews=False)
"""branch-deploy's skip_reviews."""
UNCHECKED = replace(PRODUCTION, checks=None)
"""branch-deploy's skip_ci."""

GREEN = (check("build"),)
RED = (check("build", CheckState.FAILED),)
PENDING = (check("build", CheckState.PENDING),)
APPROVED = (review("bob"),)
CHANGES = (review("bob", ReviewState.CHANGES_REQUESTED),)
FORK = make.pull_request(head_repository=78)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """Somebody deploys pull request 7 to production; staging has its commit."""

    environment: Environment = PRODUCTION
    role: Role = Role.WRITE
    dry_run: bool = False
    truster: str | None = None
    succeeded: dict[str, str | None] = field(default_factory=lambda: {"staging": make.SHA})
    told: Snapshot


def deploy(**changes: Any) -> Deploy:
    """Green and approved, unless changed; what is not a field of `Deploy` is one of the snapshot."""
    own = {name: changes.pop(name) for name in list(changes) if name in Deploy.__dataclass_fields__}
    return Deploy(told=snapshot(**{"checks": GREEN, "reviews": APPROVED, **changes}), **own)


def judged(asked: Deploy) -> list[Gate]:
    """The gates that branch-deploy has too, in our order."""
    told, gates = asked.told, asked.environment
    looked_at = told.pull_request
    found = [
        pull_request.still_open(looked_at),
        pull_request.into_the_default_branch(looked_at, default_branch="main", any_base=gates.any_base),
        pull_request.ready(looked_at, drafts=gates.drafts),
        policy.not_a_fork(looked_at, None, asked.truster),
    ]
    if gates.checks is not None:
        found.append(checks.green(gates.checks, snapshot=told, sha=make.SHA, own_app=None))
    found.append(
        reviews.reviewed(
            gates.reviews,
            snapshot=told,
            sha=make.SHA,
            login="alice",
            role=asked.role,
            waivers=gates.waive_reviews,
            dry_run=asked.dry_run,
        )
    )
    if gates.up_to_date is not None:
        found.append(
            freshness.up_to_date(
                gates.up_to_date,
                behind_base=told.behind_base,
                behind_default=told.behind_default,
                base=looked_at.base_ref,
                default_branch="main",
            )
        )
    found.append(mergeable.without_conflict(told.mergeable, base=looked_at.base_ref))
    found.append(order.promoted(gates.after, succeeded=asked.succeeded, sha=make.SHA))
    return found


def answer(asked: Deploy) -> Reason | None:
    """None: it runs."""
    match policy.decide(judged(asked)):
        case Allowed():
            return None
        case Denied(reason=reason):
            return reason


REQUIRED = ReviewDecision.REVIEW_REQUIRED
ADMIN: dict[str, Any] = {"role": Role.ADMIN}
NOOP: dict[str, Any] = {"dry_run": True}


@pytest.mark.parametrize(
    ("asked", "ours"),
    [
        # PR data unreadable: reject with the HTTP code. Ours: authorize never gets as far as a gate, and the request
        # ends `upstream_unavailable` or `upstream_refused`; what one answer leaves open shuts the gate that asks.
        (deploy(checks=None), Reason.CHECKS_UNREADABLE),
        (deploy(required=None), Reason.CHECKS_UNREADABLE),
        (deploy(reviews=None), Reason.REVIEW_MISSING),
        (deploy(behind_base=None, behind_default=None), Reason.OUTDATED),
        # PR base is not the stable branch: reject, unless allowed.
        (deploy(pull_request=make.pull_request(base_ref="next")), Reason.BASE),
        (
            deploy(pull_request=make.pull_request(base_ref="next"), environment=replace(PRODUCTION, any_base=True)),
            None,
        ),
        # Fork PR and forks not allowed: reject. Ours: there is no such switch; each commit of a fork is trusted by
        # somebody with write, and what runs is the default branch's workflow with that commit.
        (deploy(pull_request=FORK), Reason.FORK_UNTRUSTED),
        (deploy(pull_request=FORK, **ADMIN), Reason.FORK_UNTRUSTED),
        (deploy(pull_request=FORK, **NOOP), Reason.FORK_UNTRUSTED),
        (deploy(pull_request=FORK, truster="bob"), None),
        # Branch gone: reject, offering another way. Ours: a head repository that is gone is a fork that nobody can
        # look at; a branch that was deleted closes the pull request.
        (deploy(pull_request=make.pull_request(head_repository=None)), Reason.FORK_UNTRUSTED),
        (deploy(pull_request=make.pull_request(open=False)), Reason.CLOSED),
        # CI data incomplete, malformed or from another commit: reject. Ours: incomplete is None, see above.
        (deploy(sha=make.OTHER_SHA), Reason.HEAD_MOVED),
        # PR head SHA differs from the SHA the checks belong to: reject.
        (deploy(pull_request=make.pull_request(head_sha=make.OTHER_SHA)), Reason.HEAD_MOVED),
        # Fork and review required or changes requested: reject always, noop too, whatever the environment skips.
        *(
            (deploy(pull_request=FORK, truster="bob", decision=decision, environment=gates, **more), reason)
            for decision, reason in (
                (REQUIRED, Reason.REVIEW_MISSING),
                (ReviewDecision.CHANGES_REQUESTED, Reason.CHANGES_REQUESTED),
            )
            for gates in (PRODUCTION, UNREVIEWED, UNCHECKED)
            for more in ({}, ADMIN, NOOP, {**ADMIN, **NOOP})
        ),
        # CI ok, branch outdated. `warn`: reject and tell; `disabled`: pass. Ours: `force` does not exist, because an
        # updated branch is another commit than the one that was asked for.
        (deploy(behind_base=1, behind_default=1), Reason.OUTDATED),
        (deploy(behind_base=1, behind_default=1, **ADMIN, **NOOP), Reason.OUTDATED),
        (deploy(behind_base=1, behind_default=1, environment=replace(PRODUCTION, up_to_date=None)), None),
        # Draft PR, environment not draft-permitted: reject.
        (deploy(pull_request=make.pull_request(draft=True)), Reason.DRAFT),
        (deploy(pull_request=make.pull_request(draft=True), environment=replace(PRODUCTION, drafts=True)), None),
        # Merge state dirty: reject. Ours: not computed yet is no yes either.
        (deploy(mergeable=Mergeable.CONFLICTING), Reason.CONFLICT),
        (deploy(mergeable=Mergeable.UNKNOWN), Reason.CONFLICT),
        # APPROVED + SUCCESS; none/none; none + SUCCESS; skip_reviews + SUCCESS or none; none CI + APPROVED: accept.
        (deploy(), None),
        (deploy(checks=(check("build", at=None),)), None),
        (deploy(checks=(), reviews=(), environment=UNREVIEWED), None),
        (deploy(reviews=(), environment=UNREVIEWED), None),
        (deploy(checks=()), None),
        # Ours: a review that is asked for has to be there even where no branch protection asks for one.
        (deploy(reviews=()), Reason.REVIEW_MISSING),
        # skip_ci + APPROVED, none required, skip_reviews, admin, or noop without review: accept.
        (deploy(checks=RED, environment=UNCHECKED), None),
        (deploy(checks=RED, reviews=(), environment=replace(UNCHECKED, reviews=False)), None),
        (deploy(checks=RED, reviews=(), environment=UNCHECKED, **ADMIN), None),
        (deploy(checks=RED, reviews=(), environment=UNCHECKED, **NOOP), None),
        # Noop, unapproved, CI SUCCESS or none: accept, even with changes requested. Ours: with `dry_run` among
        # `waive_reviews`; whether a dry run is harmless is for the repository to say.
        *(
            (deploy(checks=ran, reviews=given, decision=decision, **NOOP), None)
            for ran in (GREEN, ())
            for given, decision in (((), REQUIRED), (CHANGES, None), ((), None))
        ),
        (deploy(reviews=(), environment=replace(PRODUCTION, waive_reviews=frozenset()), **NOOP), Reason.REVIEW_MISSING),
        # Admin + CI SUCCESS or none: accept; admin waives review, never failing CI. Ours: with `admin` among them.
        *(
            (deploy(checks=ran, reviews=given, decision=decision, **ADMIN), None)
            for ran in (GREEN, ())
            for given, decision in (((), REQUIRED), (CHANGES, None), ((), None))
        ),
        (
            deploy(reviews=(), environment=replace(PRODUCTION, waive_reviews=frozenset()), **ADMIN),
            Reason.REVIEW_MISSING,
        ),
        (deploy(checks=RED, **ADMIN), Reason.CHECKS_FAILING),
        (deploy(checks=RED, **NOOP), Reason.CHECKS_FAILING),
        # CI PENDING, noop or not, reviewed or not: reject.
        *(
            (deploy(checks=PENDING, reviews=given, **more), Reason.CHECKS_PENDING)
            for given in (APPROVED, ())
            for more in ({}, NOOP, ADMIN)
        ),
        # CI MISSING: reject, naming the required checks that were not found.
        (deploy(required=frozenset({"build", "lint"})), Reason.CHECKS_MISSING),
        (
            deploy(environment=replace(PRODUCTION, checks=CheckRule(wanted=ChecksWanted.NAMED, names=("lint",)))),
            Reason.CHECKS_MISSING,
        ),
        # CI SUCCESS + unapproved: reject.
        (deploy(reviews=(), decision=REQUIRED), Reason.REVIEW_MISSING),
        # Ours beyond: an approval of an older commit, or by somebody without write, is none (T11).
        (deploy(reviews=(review("bob", sha=make.OTHER_SHA),)), Reason.REVIEW_MISSING),
        (deploy(reviews=(review("bob", can_push=False),)), Reason.REVIEW_MISSING),
        # APPROVED + FAILURE; no review needed + FAILURE: reject.
        (deploy(checks=RED), Reason.CHECKS_FAILING),
        (deploy(checks=RED, reviews=(), environment=UNREVIEWED), Reason.CHECKS_FAILING),
        # Unapproved + none or skip_ci, not noop: reject.
        (deploy(checks=(), reviews=()), Reason.REVIEW_MISSING),
        (deploy(checks=RED, reviews=(), environment=UNCHECKED), Reason.REVIEW_MISSING),
        # CHANGES_REQUESTED + FAILURE, REVIEW_REQUIRED + FAILURE: reject. Ours: the first shut gate is the reason;
        # the test below shows that both are there to be told.
        (deploy(checks=RED, reviews=CHANGES), Reason.CHECKS_FAILING),
        (deploy(checks=RED, reviews=(), decision=REQUIRED), Reason.CHECKS_FAILING),
        # Rows that are no gate of ours. "Stable branch requested: accept, skipping review, CI and order": rollback is a
        # command of its own (T12). "Exact SHA requested": no command takes a commit; ref= names a branch or tag, which
        # fails the review and check gates closed (T15). "Anything else: generic": each gate has its own code.
        # Order: the newest deployment of every earlier environment has this SHA; an older one does not count.
        (deploy(succeeded={"staging": make.OTHER_SHA}), Reason.ORDER),
        (deploy(succeeded={"staging": None}, **ADMIN, **NOOP), Reason.ORDER),
        (deploy(succeeded={}), Reason.ORDER),
    ],
)
def test_each_row(asked: Deploy, ours: Reason | None) -> None:
    assert answer(asked) is ours


@pytest.mark.parametrize("given", [CHANGES, ()])
def test_every_thing_to_fix_is_there_to_be_told(given: tuple[Review, ...]) -> None:
    shut = {gate.name for gate in judged(deploy(checks=RED, reviews=given)) if not gate.passed}
    assert shut == {"checks", "reviews"}


def test_skipped_checks_are_nowhere_waived_by_a_person() -> None:
    """What branch-deploy says of admins: reviews, never CI."""
    for waivers in (frozenset[Waiver](), *(frozenset({each}) for each in Waiver), frozenset(Waiver)):
        gates = replace(PRODUCTION, waive_reviews=waivers)
        for ran, reason in ((RED, Reason.CHECKS_FAILING), (PENDING, Reason.CHECKS_PENDING)):
            assert answer(deploy(checks=ran, environment=gates, **ADMIN, **NOOP)) is reason


def test_a_yes_needs_every_gate() -> None:
    gates = judged(deploy())
    assert all(gate.passed for gate in gates)
    for number, gate in enumerate(gates):
        shut = [*gates[:number], replace(gate, passed=False, reason=Reason.ARGUMENTS), *gates[number + 1 :]]
        assert isinstance(policy.decide(shut), Denied)
