"""Owns one dispatch while it is judged: what was asked, what is known of it, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from bot.flow.catalogs import Catalog
from bot.flow.locate import Located
from bot.model.approval import Asked
from bot.model.bound import Bound
from bot.model.command import ArgumentType, Command, Problem
from bot.model.config import Where
from bot.model.decision import Allowed, Decision
from bot.model.intent import Dispatch
from bot.model.people import GitHubAccount, Role
from bot.model.repository import Target
from bot.model.request import Pin
from bot.model.workflow import Workflow
from bot.rules import judge, policy
from bot.rules.bind import bind
from bot.rules.pin import Pinned
from bot.rules.sending import sending

SHA = "signalbox_sha"


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
    where: Where
    request: UUID | None = None
    """The request that is judged again; None when it is judged for the first time."""
    recorded: Pin | None = None
    """The commit of a success on record that is put back (T12): nothing is looked for then, and what a pull request
    would have to show was shown before."""
    everything: bool = False
    """Whether every gate is judged although one is shut: `explain` shows all of them."""


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
    bound: Bound | None = None
    """What hangs on it (T2); None when it never came so far."""
    environment: str | None = None
    """The environment that it touches, case-folded (T2)."""
    remarks: tuple[str, ...] = ()
    """What whoever typed it should know about the configuration."""
    asked: Asked | None = None
    """What others have to say yes to, as if it were asked now; None where nothing is."""

    @property
    def waits_for(self) -> str | None:
        """What is missing when only people can give it: `approval` or `lock`."""
        return policy.waits_for(self.decision)

    @property
    def locks(self) -> bool:
        """Whether only one request at a time may be on its way to the environment."""
        return self.bound is not None and self.bound.gates is not None and self.bound.gates.lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question with the answers that were cheap to get."""

    question: Question
    workflow: Workflow | Problem
    located: Located | Problem
    catalog: Catalog

    def sent(self, limit: int) -> dict[str, str] | Problem:
        """The inputs as they would be sent, at most `limit` of them; or what is wrong with what was typed."""
        question = self.question
        if isinstance(self.workflow, Problem):
            return self.workflow
        if isinstance(self.located, Problem):
            return self.located
        pull = self.located.pull_request
        reserved = {
            "signalbox_request": question.key,
            SHA: self.located.pinned.sha if isinstance(self.located.pinned, Pinned) else "",
            "signalbox_actor": question.account.login,
            "signalbox_pull_request": str(pull.number) if pull else "",
        }
        given = question.intent.inputs
        return sending(question.command, self.workflow, given, reserved=reserved, limit=limit, line=question.line)

    def facts(
        self, role: Role | None, sent: dict[str, str] | Problem, *, now: datetime, own_app: int | None
    ) -> judge.Facts:
        """What is known so far, for the gates."""
        question, repository, effective = self.question, self.question.target.repository, self.catalog.effective
        located = self.located if isinstance(self.located, Located) else None
        return judge.Facts(
            login=question.account.login,
            verb=question.command.name,
            full_name=repository.full_name,
            default_branch=repository.default_branch,
            role=role,
            config=effective.config,
            broken=effective.broken,
            exists=question.command.name in self.catalog.commands,
            place=question.where,
            bound=self.bound(sent),
            pull_request=located.pull_request if located else None,
            ref=question.intent.ref,
            problem=sent if isinstance(sent, Problem) else None,
            pin=located.pinned if located else None,
            takes_sha=self._declares(SHA),
            commit=located is not None and located.commit,
            recorded=question.recorded is not None,
            own_app=own_app,
            now=now,
        )

    def bound(self, sent: dict[str, str] | Problem) -> Bound:
        """What hangs on it (T2); by what was typed, where that can not be sent.

        Where everybody on the host or in the enterprise can read, to read is no right of anybody's: it takes a role
        that was given (T14).
        """
        question, workflow = self.question, None if isinstance(self.workflow, Problem) else self.workflow
        configured = question.command.configured
        typed = {**question.intent.inputs, **(configured.fixed if configured else {})}
        bound = bind(
            self.catalog.effective.config,
            command=question.command.name,
            workflow=question.intent.workflow,
            inputs=typed if isinstance(sent, Problem) else sent,
            workflow_file=workflow,
        )
        if not question.target.repository.open_to_many:
            return bound
        return replace(bound, permission=max(bound.permission, Role.TRIAGE))

    def judged(self, facts: judge.Facts, sent: dict[str, str] | Problem) -> Judged:
        """What comes out, as far as `facts` go."""
        decision = policy.decide(judge.gates(facts))
        bound, remarks = facts.bound, self.catalog.effective.remarks
        problem = sent if isinstance(sent, Problem) else None
        if isinstance(self.workflow, Problem) or problem is not None or not isinstance(sent, dict):
            return Judged(decision=decision, workflow=None, problem=problem, bound=bound, remarks=remarks)
        pinned = isinstance(decision, Allowed) or policy.waits_for(decision) or self.question.everything
        pin = self._pin(facts) if pinned else None
        return Judged(
            decision=decision,
            workflow=self.workflow,
            inputs=sent,
            pin=pin,
            bound=bound,
            environment=bound.environment or self._typed_environment(sent),
            remarks=remarks,
            asked=judge.asked(facts),
        )

    def _pin(self, facts: judge.Facts) -> Pin | None:
        assert isinstance(self.workflow, Workflow)
        located = self.located
        if not isinstance(located, Located) or not isinstance(located.pinned, Pinned):
            return None
        default = facts.gathered.default if facts.gathered else None
        pull = located.pull_request
        return Pin(
            ref=located.ref,
            sha=located.pinned.sha,
            source=located.pinned.source,
            pull_request=pull.number if pull is not None and located.on_head else None,
            workflow_blob=self.workflow.blob,
            head_sha=default[1] if default else None,
        )

    def _declares(self, name: str) -> bool:
        return isinstance(self.workflow, Workflow) and any(each.name == name for each in self.workflow.inputs)

    def _typed_environment(self, sent: dict[str, str]) -> str | None:
        """The value of the workflow's own input of type environment, case-folded, where no configuration names one."""
        assert isinstance(self.workflow, Workflow)
        for declared in self.workflow.inputs:
            if declared.type is ArgumentType.ENVIRONMENT:
                value = sent.get(declared.name, declared.default)
                return value.casefold() if value else None
        return None
