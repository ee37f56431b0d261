"""Owns the judgement of a dispatch: the facts are gathered, and bot/rules/judge.py judges them.

The cheap questions go to GitHub at once: what the person may do, what the workflow file says, where the head is. Who
may not see the repository is told so whatever becomes of the others: nobody asks those about one that is not there
(T22). What costs more (bot/flow/gather.py) is asked only once all that is open.
"""

from __future__ import annotations

import asyncio
import shlex
from dataclasses import dataclass, replace

from bot.errors import NotFound, Refused
from bot.flow.case import Case, Judged, Question
from bot.flow.catalogs import Catalog, Catalogs
from bot.flow.gather import Gather
from bot.flow.locate import Locate, Located, on_record
from bot.flow.ports import Clock, Permissions, Workflows
from bot.model.command import Problem
from bot.model.decision import Denied
from bot.model.people import GitHubAccount, Role
from bot.model.repository import Repository
from bot.model.workflow import Workflow
from bot.rules import judge, policy
from bot.rules.nearest import likely

__all__ = ["Authorize", "Judged", "Question"]


@dataclass(frozen=True, slots=True)
class Authorize:
    """Gathers the facts of a dispatch and has them judged."""

    catalogs: Catalogs
    permissions: Permissions
    workflows: Workflows
    locate: Locate
    gather: Gather
    clock: Clock
    input_limit: int
    own_app: int | None
    """The id of our App, whose checks are no facts."""

    async def __call__(self, question: Question) -> Judged:
        """Ask GitHub and judge. Raises `UpstreamError` when an answer that is needed did not come."""
        repository = question.target.repository
        workflow = asyncio.create_task(self._workflow(repository, question.intent.workflow))
        located = asyncio.create_task(self._located(question))
        catalog = asyncio.create_task(self._catalog(repository))
        asked = (workflow, located, catalog)
        try:
            role = await self.role(repository, question.account)
            seen = policy.decide([policy.visible(role, question.account.login, repository.full_name)])
            if isinstance(seen, Denied):
                return Judged(decision=seen, workflow=None)
            known = await asyncio.gather(workflow, located, catalog)
            return await self._judge(question, role, *known)
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)

    async def _located(self, question: Question) -> Located | Problem:
        if question.recorded is not None:
            return on_record(question.recorded)
        return await self.locate(question.target, question.intent.ref, question.asked_at)

    async def _catalog(self, repository: Repository) -> Catalog:
        """Where rules hang on a dispatch they are read again before it (T28); that there are none is believed for a
        minute, or until GitHub tells of a push."""
        known = await self.catalogs.of(repository)
        config = known.effective.config
        gated = config.commands or config.environments or config.claims or config.maintenance is not None
        return await self.catalogs.of(repository, fresh=True) if gated else known

    async def role(self, repository: Repository, account: GitHubAccount) -> Role | None:
        """What GitHub says now; None when its answer is about somebody else, which is never a yes (T8)."""
        try:
            return await self.permissions.role(repository, account, fresh=True)
        except Refused:
            return None

    async def _judge(
        self,
        question: Question,
        role: Role | None,
        workflow: Workflow | Problem,
        located: Located | Problem,
        catalog: Catalog,
    ) -> Judged:
        """The cheap gates first; what the others look at is asked for only once those are open, or for `everything`.

        Teams come before the arguments in the order of the gates, so they are asked about whatever those are.
        """
        case = Case(question=question, workflow=workflow, located=located, catalog=catalog)
        sent = case.sent(self.input_limit)
        facts = case.facts(role, sent, now=self.clock.now(), own_app=self.own_app)
        shut = isinstance(policy.decide(judge.gates(facts)), Denied) and not question.everything
        if isinstance(policy.decide(judge.entry(facts)), Denied) and not question.everything:
            return case.judged(facts, sent)
        there = located if isinstance(located, Located) and not shut else None
        repository, account = question.target.repository, question.account
        gathered = await self.gather(repository, account, facts.bound, there, question.request, judge.asked(facts))
        return case.judged(replace(facts, gathered=gathered), sent)

    async def _workflow(self, repository: Repository, file: str) -> Workflow | Problem:
        try:
            return await self.workflows.read(repository, file)
        except NotFound:
            names = await self.workflows.names(repository)
            closest = likely(file, names)
            listed = ", ".join(names) if names else "none"
            return Problem(
                sentence=f"There is no workflow {file} on the default branch. There is: {listed}.",
                usage="/run <workflow file> [input=value ...]",
                nearest=f"/run {shlex.quote(closest)}" if closest else None,
            )
