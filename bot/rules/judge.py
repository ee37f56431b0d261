"""Owns the order of the gates of a dispatch, which is the order in which a person is told about them: nobody learns
about arguments of a workflow in a repository that they may not see.

Each gate is a function of its own (bot/rules/policy.py, bot/rules/pinning.py and bot/rules/gates); here they get their
facts and their config lines. Gathering the facts is bot/flow/authorize.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model.approval import Asked
from bot.model.bound import Bound, Gathered, HeldUp
from bot.model.command import Problem
from bot.model.config import Config, Environment, Where
from bot.model.decision import Gate
from bot.model.people import Role
from bot.model.repository import PullRequest
from bot.rules import approvals, locking, pinning, policy
from bot.rules.gates import (
    approval,
    checks,
    freeze,
    freshness,
    lock,
    maintenance,
    mergeable,
    order,
    pull_request,
    reviews,
    teams,
    where,
)
from bot.rules.pin import Pinned, Unpinned


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the gates of a `Dispatch` look at. None means that the fact was not needed or could not be had."""

    login: str
    verb: str
    full_name: str
    default_branch: str
    role: Role | None
    """None: GitHub's answer was about somebody else or made no sense. Unknown is no, said aloud."""
    config: Config
    broken: str | None
    """Why no gate can be known, when none can."""
    exists: bool
    """Whether the verb is one of this repository's."""
    place: Where
    bound: Bound
    pull_request: PullRequest | None
    ref: str | None
    """A branch or tag that was named instead of the pull request's head."""
    problem: Problem | None
    """What is wrong with the arguments."""
    pin: Pinned | Unpinned | None
    takes_sha: bool
    """Whether the workflow declares `signalbox_sha`."""
    own_app: int | None
    now: datetime
    commit: bool = False
    """Whether a commit was named, which no branch may be at."""
    recorded: bool = False
    """Whether a success on record is put back, which showed what a pull request has to show (T12)."""
    gathered: Gathered | None = None

    @property
    def on_head(self) -> bool:
        """Whether the pull request's own head is meant."""
        return self.pull_request is not None and self.ref is None

    @property
    def fork(self) -> bool:
        """Whether a fork's commit is meant."""
        return self.on_head and self.pull_request is not None and self.pull_request.fork


def entry(facts: Facts) -> tuple[Gate, ...]:
    """Whether this person may ask for this at all, as far as that costs no further question."""
    access = policy.visible(facts.role, facts.login, facts.full_name)
    if not access.passed or facts.role is None:
        return (access,)
    bound = facts.bound
    gates = [access, policy.known(facts.verb, facts.full_name, exists=facts.exists, broken=facts.broken)]
    gates.append(where.in_its_place(facts.place, allowed=bound.where, verb=facts.verb, rule=bound.where_rule))
    gates.append(policy.role(facts.role, bound.permission, facts.login, facts.verb, rule=bound.permission_rule))
    return tuple(gates)


def gates(facts: Facts) -> tuple[Gate, ...]:
    """Every gate in its order, judged as far as its facts go."""
    return tuple(_all(facts))


def _all(facts: Facts) -> Iterator[Gate]:
    yield from entry(facts)
    if facts.role is None or facts.role is Role.NONE:
        return
    if facts.gathered is not None:
        member = facts.gathered.teams
        for wanted in facts.bound.teams:
            yield teams.in_a_team(wanted, member=member, login=facts.login)
    yield policy.arguments(facts.problem, unknown=facts.bound.unknown)
    yield from _about_the_code(facts)
    if facts.gathered is None or not facts.gathered.complete:
        return
    environment = facts.bound.gates
    if environment is not None:
        yield from _of_the_environment(facts, environment, facts.gathered)
    said = facts.config.mark("maintenance")
    yield maintenance.in_service(facts.config.maintenance, rule=said.words if said else "")
    if environment is not None:
        yield approval.approved(asked(facts), facts.gathered.voices, environment=environment.name)
    yield from _locks(facts, environment, facts.gathered.held_up)


def _locks(facts: Facts, environment: Environment | None, held_up: HeldUp) -> Iterator[Gate]:
    """A person's lock holds back everybody else, whatever the configuration says; requests each other where it does."""
    exclusive = environment is not None and environment.lock
    locks = locking.against(held_up.locks, exclusive=exclusive)
    name = environment.name if environment is not None else ""
    if exclusive:
        way, first = held_up.on_its_way, held_up.ahead
        yield lock.unlocked(name, locks=locks, on_its_way=way, ahead=first, rule=_rule(facts, "lock"))
    elif locks:
        yield lock.unlocked(name, locks=locks)


def asked(facts: Facts) -> Asked | None:
    """The approval that the environment asks for, as if it were asked now; None where it asks for none."""
    environment = facts.bound.gates
    if environment is None or environment.approvals is None:
        return None
    found = approvals.asked(environment.approvals, rule=_rule(facts, "approvals"), now=facts.now)
    if facts.gathered is None:
        return found
    return replace(found, yes=approvals.tally(found, facts.gathered.voices).yes, ships=facts.gathered.ships)


def _about_the_code(facts: Facts) -> Iterator[Gate]:
    """What would run: is it finished, is it ours, and is it what the person saw."""
    pull, environment = facts.pull_request, facts.bound.gates
    if pull is not None:
        yield pull_request.still_open(pull)
        if environment is not None and facts.bound.guarded and facts.on_head:
            yield pull_request.into_the_default_branch(
                pull,
                default_branch=facts.default_branch,
                any_base=environment.any_base,
                rule=_rule(facts, "requires", "any_base"),
            )
            yield pull_request.ready(
                pull, drafts=environment.drafts, environment=environment.name, rule=_rule(facts, "requires", "draft")
            )
        if facts.fork and (facts.gathered is None or not facts.gathered.complete):
            return  # whether somebody trusts it is told before anything else of it, and is not known yet
        yield policy.not_a_fork(pull, facts.ref, facts.gathered.trusted_by if facts.gathered else None)
    if facts.pin is not None:
        yield pinning.unmoved(facts.pin, guarded=facts.bound.guarded and facts.on_head)
        handed = pinning.pinnable(
            facts.bound,
            fork=facts.fork or facts.commit,
            takes_sha=facts.takes_sha,
            config=facts.config,
            verb=facts.verb,
        )
        if handed is not None:
            yield handed


def _of_the_environment(facts: Facts, environment: Environment, gathered: Gathered) -> Iterator[Gate]:
    if not facts.recorded:
        yield from _of_the_pull_request(facts, environment, gathered)
    if environment.after and isinstance(facts.pin, Pinned) and not facts.recorded:
        rule = _rule(facts, "requires", "after")
        yield order.promoted(environment.after, succeeded=gathered.successes, sha=facts.pin.sha, rule=rule)
    if environment.freeze:
        yield freeze.thawed(
            environment.freeze, now=facts.now, environment=environment.name, rule=_rule(facts, "freeze")
        )


def _of_the_pull_request(facts: Facts, environment: Environment, gathered: Gathered) -> Iterator[Gate]:
    """Checks, reviews, and how the branch stands. Without a pull request nothing speaks for a commit (T15)."""
    snapshot = gathered.snapshot
    asked = {"checks": environment.checks is not None, "reviews": environment.reviews}
    if snapshot is None or facts.role is None or not isinstance(facts.pin, Pinned):
        for name in (name for name, wanted in asked.items() if wanted):
            yield pinning.unproven(name, rule=_rule(facts, "requires", name))
        if environment.up_to_date is not None:
            yield pinning.as_default(facts.pin, gathered.default, rule=_rule(facts, "requires", "up_to_date"))
        return
    sha, base = facts.pin.sha, snapshot.pull_request.base_ref
    if environment.checks is not None:
        rule = _rule(facts, "requires", "checks")
        yield checks.green(environment.checks, snapshot=snapshot, sha=sha, own_app=facts.own_app, rule=rule)
    yield reviews.reviewed(
        environment.reviews,
        snapshot=snapshot,
        sha=sha,
        login=facts.login,
        role=facts.role,
        waivers=environment.waive_reviews,
        dry_run=facts.bound.dry_run,
        rule=_rule(facts, "requires", "reviews"),
    )
    if environment.up_to_date is not None:
        yield freshness.up_to_date(
            environment.up_to_date,
            behind_base=snapshot.behind_base,
            behind_default=snapshot.behind_default,
            base=base,
            default_branch=facts.default_branch,
            rule=_rule(facts, "requires", "up_to_date"),
        )
    yield mergeable.without_conflict(snapshot.mergeable, base=base)


def _rule(facts: Facts, *way: str) -> str:
    """Where the environment's rule stands; empty for what nobody wrote down."""
    found = facts.config.marks.get(("environments", facts.bound.environment or "", *way))
    return found.words if found else ""
