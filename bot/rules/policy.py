"""Owns the gates: each one a function from a fact to a `Gate`, and the decision that follows from all of them.

The order is the order in which a person is told: nobody learns about arguments of a workflow in a repository that they
may not see. Gathering the facts is bot/flow/authorize.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model.command import Problem
from bot.model.decision import Allowed, Decision, Denied, Gate, Reason
from bot.model.people import Role
from bot.model.repository import PullRequest
from bot.rules.pin import Pinned, Unpinned


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the gates of a `Dispatch` look at. None means that the fact was not needed or could not be had."""

    login: str
    verb: str
    full_name: str
    role: Role | None
    """None: GitHub's answer was about somebody else or made no sense. Unknown is no, said aloud."""
    needed: Role
    pull_request: PullRequest | None
    ref: str | None
    """A branch or tag that was named instead of the pull request's head."""
    problem: Problem | None
    """What is wrong with the arguments."""
    pin: Pinned | Unpinned | None


def gates(facts: Facts) -> tuple[Gate, ...]:
    """Every gate in its order, judged as far as its facts go."""
    shut_out = facts.role is None or facts.role is Role.NONE
    access = [visible(facts.role, facts.login, facts.full_name)]
    if shut_out:
        return tuple(access)
    assert facts.role is not None
    judged = [*access, role(facts.role, facts.needed, facts.login, facts.verb), arguments(facts.problem)]
    if facts.pull_request is not None:
        judged += [still_open(facts.pull_request), not_a_fork(facts.pull_request, facts.ref)]
    if facts.pin is not None:
        judged.append(unmoved(facts.pin))
    return tuple(judged)


def decide(judged: Sequence[Gate]) -> Decision:
    """The first gate that is shut decides."""
    shut = next((gate for gate in judged if not gate.passed), None)
    return Allowed(gates=tuple(judged)) if shut is None else Denied(gates=tuple(judged), gate=shut)


def refused_upstream(said: str) -> Denied:
    """GitHub would not answer a question that a gate needs: not knowing is no."""
    shut = Gate(
        name="GitHub's answer",
        passed=False,
        seen=f"GitHub refused to say what is needed: {said}",
        reason=Reason.UPSTREAM_REFUSED,
        next_step="Tell whoever runs Signalbox: its GitHub App may lack a permission or this repository.",
    )
    return Denied(gates=(shut,), gate=shut)


def visible(role: Role | None, login: str, full_name: str) -> Gate:
    """Hidden and missing are the same answer (T22); an unknown membership has its own."""
    if role is None:
        return Gate(
            name="known person",
            passed=False,
            seen=f"GitHub did not say what {login} may do in {full_name}",
            reason=Reason.UNKNOWN_MEMBERSHIP,
            next_step="Type the command again in a minute; if it stays so, tell whoever runs Signalbox.",
        )
    if role is Role.NONE:
        return Gate(
            name="repository visible",
            passed=False,
            seen=f"{full_name} does not exist, or {login} can not see it",
            reason=Reason.NOT_FOUND,
            next_step="Check the name; if it is right, ask an admin of the repository for access.",
        )
    return Gate(name="repository visible", passed=True, seen=f"{login} can see {full_name}")


def role(has: Role, needed: Role, login: str, verb: str) -> Gate:
    """GitHub's own role on the repository, with triage and maintain told apart."""
    passed = has >= needed
    return Gate(
        name="role",
        passed=passed,
        seen=f"{login} has the role {has.label}, {verb} needs {needed.label}",
        reason=None if passed else Reason.PERMISSION,
        next_step="" if passed else f"Ask an admin of the repository for the role {needed.label}.",
    )


def arguments(problem: Problem | None) -> Gate:
    """The arguments against the workflow file's own inputs."""
    if problem is None:
        return Gate(name="arguments", passed=True, seen="every input fits the workflow file on the default branch")
    return Gate(
        name="arguments",
        passed=False,
        seen=problem.sentence,
        reason=Reason.ARGUMENTS,
        next_step=f"Type {problem.nearest or problem.usage}" if problem.nearest or problem.usage else "",
    )


def still_open(pull_request: PullRequest) -> Gate:
    """A closed pull request is history; what it would run is no longer what people look at."""
    return Gate(
        name="pull request open",
        passed=pull_request.open,
        seen=f"#{pull_request.number} is {'open' if pull_request.open else 'closed'}",
        reason=None if pull_request.open else Reason.CLOSED,
        next_step="" if pull_request.open else "Reopen it, or run the workflow on a branch with ref=<branch>.",
    )


def not_a_fork(pull_request: PullRequest, ref: str | None) -> Gate:
    """Nothing runs a fork's code before somebody trusts it (T15); a named ref is a branch of this repository."""
    passed = not pull_request.fork or ref is not None
    return Gate(
        name="trusted code",
        passed=passed,
        seen="the head lies in this repository" if not pull_request.fork else "the head lies in a fork",
        reason=None if passed else Reason.FORK_UNTRUSTED,
        next_step=""
        if passed
        else "Push the branch to this repository, or run the workflow on a branch with ref=<branch>.",
    )


def unmoved(pin: Pinned | Unpinned) -> Gate:
    """What will run is what the person saw (T4)."""
    if isinstance(pin, Pinned):
        return Gate(name="head unmoved", passed=True, seen=f"{pin.sha[:12]}, {pin.source}")
    again = "Look at what changed and type the command again."
    return Gate(name="head unmoved", passed=False, seen=pin.seen, reason=pin.reason, next_step=again)
