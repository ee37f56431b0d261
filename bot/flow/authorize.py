"""Owns the gathering of facts for a dispatch, so that bot/rules/policy.py can judge it.

Three questions go to GitHub at once: what the person may do, what the workflow file says, where the head is. Who may
not see the repository is told so whatever becomes of the others: nobody asks those about one that is not there (T22).
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import NotFound, Refused
from bot.flow.ports import Clock, Permissions, PullRequests, Units, Workflows
from bot.model.command import ArgumentType, Command, Problem
from bot.model.decision import Decision, Denied
from bot.model.intent import Dispatch
from bot.model.people import GitHubAccount, Role
from bot.model.repository import Head, PullRequest, Repository, Target
from bot.model.request import Pin
from bot.model.workflow import Workflow
from bot.rules import inputs, pin, policy
from bot.rules.nearest import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A dispatch that somebody wants, before it is judged."""

    command: Command
    intent: Dispatch
    target: Target
    account: GitHubAccount
    asked_at: datetime
    """The pin is the head as of before this (T4)."""
    key: str
    """The request's key: a reserved input carries it (T31)."""
    line: str
    """As typed but for its target, to be mended when it is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The decision, with what the request needs when it is a yes."""

    decision: Decision
    workflow: Workflow | None
    inputs: dict[str, str] = field(default_factory=dict)
    """To be sent, reserved ones included."""
    pin: Pin | None = None
    problem: Problem | None = None
    """What is wrong with the arguments, when that is what decided."""
    environment: str | None = None
    """The case-folded value of the workflow's input of type environment (T2)."""


@dataclass(frozen=True, slots=True)
class Authorize:
    """Gathers the facts of a dispatch and has them judged."""

    units: Units
    permissions: Permissions
    pull_requests: PullRequests
    workflows: Workflows
    clock: Clock
    input_limit: int

    async def __call__(self, question: Question) -> Judged:
        """Ask GitHub and judge. Raises `UpstreamError` when an answer that is needed did not come."""
        repository, intent = question.target.repository, question.intent
        workflow = asyncio.create_task(self._workflow(repository, intent.workflow))
        where = asyncio.create_task(self._where(question))
        try:
            role = await self.role(repository, question.account)
            seen = policy.decide([policy.visible(role, question.account.login, repository.full_name)])
            if isinstance(seen, Denied):
                return Judged(decision=seen, workflow=None)
            return self._judge(question, role, *await asyncio.gather(workflow, where))
        finally:
            workflow.cancel()
            where.cancel()
            await asyncio.gather(workflow, where, return_exceptions=True)

    def _judge(
        self, question: Question, role: Role | None, workflow: Workflow | Problem, where: _Where | Problem
    ) -> Judged:
        accepted = self._inputs(question, workflow, where)
        problem = accepted if isinstance(accepted, Problem) else None
        decision = policy.decide(policy.gates(_facts(question, role, where, problem)))
        if isinstance(workflow, Problem) or isinstance(where, Problem) or isinstance(accepted, Problem):
            return Judged(decision=decision, workflow=None, problem=problem)
        if not isinstance(where.pinned, pin.Pinned):
            return Judged(decision=decision, workflow=workflow)
        exact = Pin(
            ref=where.ref,
            sha=where.pinned.sha,
            source=where.pinned.source,
            pull_request=where.pull_request.number if where.pull_request and question.intent.ref is None else None,
            workflow_blob=workflow.blob,
        )
        environment = _environment(workflow, accepted)
        return Judged(decision=decision, workflow=workflow, inputs=accepted, pin=exact, environment=environment)

    async def role(self, repository: Repository, account: GitHubAccount) -> Role | None:
        """What GitHub says now; None when its answer is about somebody else, which is never a yes (T8)."""
        try:
            return await self.permissions.role(repository, account, fresh=True)
        except Refused:
            return None

    async def _workflow(self, repository: Repository, file: str) -> Workflow | Problem:
        try:
            return await self.workflows.read(repository, file)
        except NotFound:
            names = await self.workflows.names(repository)
            closest = nearest(file, names)
            listed = ", ".join(names) if names else "none"
            return Problem(
                sentence=f"There is no workflow {file} on the default branch. There is: {listed}.",
                usage="/run <workflow file> [input=value ...]",
                nearest=f"/run {shlex.quote(closest)}" if closest else None,
            )

    async def _where(self, question: Question) -> _Where | Problem:
        repository, asked_at, now = question.target.repository, question.asked_at, self.clock.now()
        pull = await self._pull_request(question.target)
        if isinstance(pull, Problem):
            return pull
        if pull is not None and question.intent.ref is None:
            known = await self._known_head(repository, pull, pin.before(asked_at))
            pinned = pin.pin_head(known, pull, asked_at=asked_at, now=now)
            return _Where(ref=f"refs/heads/{pull.head_ref}", pull_request=pull, pinned=pinned)
        named = question.intent.ref or repository.default_branch
        found = await self._resolve(repository, named)
        if found is None:
            return Problem(sentence=f"There is no branch or tag {named} in {repository.full_name}.")
        ref, sha = found
        return _Where(ref=ref, pull_request=pull, pinned=pin.pin_branch(sha, asked_at=asked_at, now=now))

    async def _pull_request(self, target: Target) -> PullRequest | Problem | None:
        if not target.on_pull_request or target.number is None:
            return None
        try:
            return await self.pull_requests.get(target.repository, target.number)
        except NotFound:
            return Problem(sentence=f"There is no pull request {target.number} in {target.repository.full_name}.")

    async def _resolve(self, repository: Repository, named: str) -> tuple[str, str] | None:
        full = (named,) if named.startswith("refs/") else (f"refs/heads/{named}", f"refs/tags/{named}")
        for ref in full:
            try:
                return ref, await self.workflows.head_of(repository, ref)
            except NotFound:
                continue
        return None

    async def _known_head(self, repository: Repository, pull: PullRequest, moment: datetime) -> Head | None:
        async with self.units.read() as unit:
            history = await unit.heads.history(repository.connection, repository.id, pull.number)
        recorded = pin.head_as_of(history, moment)
        if pull.fork or (recorded is not None and recorded.sha == pull.head_sha):
            return recorded
        # No record, or one that missed a push: a webhook that was lost must not shut the pull request for good.
        logged = await self.pull_requests.head_before(repository, pull.head_ref, moment)
        return pin.newest(recorded, logged)

    def _inputs(
        self, question: Question, workflow: Workflow | Problem, where: _Where | Problem
    ) -> dict[str, str] | Problem:
        if isinstance(workflow, Problem):
            return workflow
        if isinstance(where, Problem):
            return where
        reserved = {
            "signalbox_request": question.key,
            "signalbox_sha": where.pinned.sha if isinstance(where.pinned, pin.Pinned) else "",
            "signalbox_actor": question.account.login,
            "signalbox_pull_request": str(where.pull_request.number) if where.pull_request else "",
        }
        given = question.intent.inputs
        checked = inputs.check(workflow, given, reserved=reserved, limit=self.input_limit, line=question.line)
        return checked if isinstance(checked, Problem) else dict(checked)


def _facts(question: Question, role: Role | None, where: _Where | Problem, problem: Problem | None) -> policy.Facts:
    found = where if isinstance(where, _Where) else None
    return policy.Facts(
        login=question.account.login,
        verb=question.command.name,
        full_name=question.target.repository.full_name,
        role=role,
        needed=question.command.permission,
        pull_request=found.pull_request if found else None,
        ref=question.intent.ref,
        problem=problem,
        pin=found.pinned if found else None,
    )


def _environment(workflow: Workflow, values: Mapping[str, str]) -> str | None:
    for declared in workflow.inputs:
        if declared.type is ArgumentType.ENVIRONMENT:
            value = values.get(declared.name, declared.default)
            return value.casefold() if value else None
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """The ref to dispatch on, and the commit there."""

    ref: str
    pull_request: PullRequest | None
    pinned: pin.Pinned | pin.Unpinned
