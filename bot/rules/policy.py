"""Owns the gates that every command has, and the decision that follows from all gates that were judged.

Their order, with those that a configuration adds, is bot/rules/judge.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.model.command import Command, Problem
from bot.model.decision import Allowed, Decision, Denied, Gate, NeedsApproval, Reason
from bot.model.intent import Intent, Query
from bot.model.people import Role
from bot.model.prose import marked
from bot.model.repository import PullRequest
from bot.rules.lifecycle import APPROVAL, LOCK


def decide(judged: Sequence[Gate]) -> Decision:
    """The first gate that is shut decides."""
    shut = next((gate for gate in judged if not gate.passed), None)
    if shut is None:
        return Allowed(gates=tuple(judged))
    kind = NeedsApproval if shut.reason is Reason.APPROVAL_MISSING else Denied
    return kind(gates=tuple(judged), gate=shut)


def waits_for(decision: Decision) -> str | None:
    """What a dispatch waits for that would be allowed but for this: `approval` or `lock`; None for all else."""
    if isinstance(decision, NeedsApproval):
        return APPROVAL
    locked = isinstance(decision, Denied) and decision.reason is Reason.LOCKED
    return LOCK if locked else None


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


def needed(command: Command, intent: Intent) -> Role:
    """The role that is asked for. A question is for readers, also where a configured command's words ask it."""
    return min(command.permission, Role.READ) if isinstance(intent, Query) else command.permission


def role(has: Role, needed: Role, login: str, verb: str, *, rule: str = "") -> Gate:
    """GitHub's own role on the repository, with triage and maintain told apart."""
    passed = has >= needed
    return Gate(
        name="role",
        passed=passed,
        seen=f"{login} has the role {has.label}, {verb} needs {needed.label}",
        reason=None if passed else Reason.PERMISSION,
        next_step="" if passed else f"Ask an admin of the repository for the role {needed.label}.",
        rule=rule,
    )


def known(verb: str, full_name: str, *, exists: bool, broken: str | None) -> Gate:
    """The command is one of this repository's, and what its configuration says is known."""
    if broken is not None:
        return Gate(
            name="command exists here",
            passed=False,
            seen=f"the configuration of {full_name} can not be read, so no gate is known: {broken}",
            reason=Reason.CONFIG_BROKEN,
            next_step="Mend the file on the default branch.",
        )
    return Gate(
        name="command exists here",
        passed=exists,
        seen=f"{full_name} has {'the' if exists else 'no'} command {verb}",
        reason=None if exists else Reason.UNKNOWN_COMMAND,
        next_step="" if exists else f"{marked('/help')} shows what there is.",
    )


def arguments(problem: Problem | None, *, unknown: str = "") -> Gate:
    """The arguments against the configuration and the workflow file's own inputs. `unknown` says why it can not be
    told which environment they mean, when that is so."""
    if problem is None and not unknown:
        return Gate(name="arguments", passed=True, seen="every input fits the workflow file on the default branch")
    if problem is None:
        return Gate(name="arguments", passed=False, seen=unknown, reason=Reason.ARGUMENTS, next_step=NAME_IT)
    way = problem.nearest or problem.usage
    return Gate(
        name="arguments",
        passed=False,
        seen=problem.sentence,
        reason=Reason.ARGUMENTS,
        next_step=f"Type {marked(way)}." if way else "",
    )


def not_a_fork(pull_request: PullRequest, ref: str | None, trusted_by: str | None) -> Gate:
    """Nothing runs a fork's code before somebody trusts it (T15); a named ref is a branch of this repository."""
    passed = not pull_request.fork or ref is not None or trusted_by is not None
    seen = "the head lies in a fork" if pull_request.fork else "the head lies in this repository"
    return Gate(
        name="trusted code",
        passed=passed,
        seen=f"{seen}, and {trusted_by} trusts it" if pull_request.fork and trusted_by else seen,
        reason=None if passed else Reason.FORK_UNTRUSTED,
        next_step=""
        if passed
        else "Push the branch to this repository, or let somebody with write, other than the author, read the code and "
        f"type {marked(f'/trust {pull_request.head_sha[:12]}')}.",
    )


NAME_IT: Final = "Name one environment, by the input that the configuration says."
