"""Owns the answer to GitHub's question whether a job may go into an environment that our protection rule guards (T10).

The run is read anew, whatever the question says of it, and a run of ours is compared with its request first. What we
say is a row before it is said. A crash in between, a webhook that comes twice or late, and the sweep that asks for a
lost one all end here, in the same answer: GitHub takes one, and says no to the next.
https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/create-custom-protection-rules
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.errors import BotError, NotFound, Refused, Unwelcome, UpstreamError
from bot.flow.catalogs import Configured
from bot.flow.keep import moment
from bot.flow.patience import Patience
from bot.flow.ports import Clock, Mint, Ourselves, ProtectionRule, Unit, Units, WorkflowRuns
from bot.flow.track import Track
from bot.log import tag
from bot.model.deployment import Verdict
from bot.model.protection import Protection, Word
from bot.model.repository import Repository
from bot.model.request import Request
from bot.model.run import Run, RunReport, RunStatus
from bot.rules import audit_facts, protecting, verify

log = logging.getLogger(__name__)

OVER: Final = frozenset({404, 422})
"""GitHub's answers where nothing of ours waits any more."""

UNREAD: Final = "Signalbox could not find out what this run is, so it does not let it in. Its operator can see why."


@dataclass(frozen=True, slots=True, kw_only=True)
class Protect:
    """The job `protect`: one run at one environment."""

    units: Units
    runs: WorkflowRuns
    rule: ProtectionRule
    track: Track
    configured: Configured
    ourselves: Ourselves
    clock: Clock
    mint: Mint
    patience: Patience

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Answer, or say when to look again. Doing it twice changes nothing."""
        repository = await self._repository(payload)
        asked_at = moment(payload["asked_at"])
        return await self.patience(self._settle(repository, payload, asked_at), asked_at)

    async def _settle(self, repository: Repository, payload: Mapping[str, Any], asked_at: datetime) -> datetime | None:
        environment = payload["environment"]
        try:
            report = await self.runs.get(repository, payload["run"])
        except NotFound:
            log.info("GitHub knows no run %s", payload["run"], extra={"action": "protection_over"})
            return None
        if report.status is RunStatus.COMPLETED:
            return None
        if not protecting.readable(report):
            raise BotError(f"GitHub does not tell all of run {report.id}, so nothing can be said about it.")
        request, word = await self._judged(repository, report, environment, asked_at)
        saved = await self._record(repository, report, environment, request, word, asked_at)
        if word.verdict is None:
            await self._comment(repository, saved)
            return self.clock.now() + max(timedelta(seconds=1), (self.clock.now() - asked_at) / 2)
        await self._say(repository, saved)
        return None

    async def _judged(
        self, repository: Repository, report: RunReport, environment: str, asked_at: datetime
    ) -> tuple[Request | None, Word]:
        """Whose run it is, and what to say about it."""
        request, run = await self._owner(repository, report)
        if request is not None and run is not None and not run.verified:
            await self.track.take(request, run, repository, report)
            request, run = await self._owner(repository, report)
        if request is not None and run is not None:
            tag(request=request.code)
            word = protecting.of_request(request, run, report, environment)
            if word is not None:
                return request, word
        elif await self._perhaps_ours(repository, report, asked_at):
            return None, Word(verdict=None, note=protecting.NOT_TIED)
        effective = await self.configured(repository, fresh=True)
        return request, protecting.of_nobody(effective, report, environment)

    async def _owner(self, repository: Repository, report: RunReport) -> tuple[Request | None, Run | None]:
        """Of this very attempt: who presses GitHub's own "Re-run" asks for another one (T10)."""
        async with self.units.read() as unit:
            run = await unit.runs.by_github(repository.connection, repository.id, report.id, report.attempt)
            return (await unit.requests.get(run.request) if run else None), run

    async def _perhaps_ours(self, repository: Repository, report: RunReport, asked_at: datetime) -> bool:
        """GitHub asks before it has told us the id of a run that we started."""
        if self.clock.now() - asked_at > protecting.UNTIED:
            return False
        return verify.started_by_us(report, await self.ourselves.login(repository.connection))

    async def _record(
        self,
        repository: Repository,
        report: RunReport,
        environment: str,
        request: Request | None,
        word: Word,
        asked_at: datetime,
    ) -> Protection:
        """The row, before anything is said."""
        asked = protecting.asked(self.mint.id(), repository, report, environment, at=asked_at)
        asked = replace(asked, request=None if request is None else request.id, word=word)
        async with self.units.write() as unit:
            known = await unit.protections.of_run(
                asked.connection, asked.repository, asked.run, asked.attempt, asked.environment
            )
            if known is None:
                await unit.protections.add(asked)
            else:
                # A commit that changed under a run's number would be another deed than the one that was judged.
                if (known.sha, known.workflow_path) != (asked.sha, asked.workflow_path):
                    raise BotError(f"Run {report.id} is on another commit than it was, so nothing is said about it.")
                asked = replace(known, environment_name=environment, request=asked.request, word=word)
                await unit.protections.save(asked)
            if word.verdict is not None and (known is None or known.word != word):
                await self._audit(unit, asked, report, request)
        return asked

    async def _audit(self, unit: Unit, said: Protection, report: RunReport, request: Request | None) -> None:
        facts = audit_facts.of_run(report) | {"environment": said.environment_name, "note": said.word.note}
        await unit.audit.write(
            action="protection_approved" if said.word.verdict is Verdict.APPROVED else "protection_rejected",
            at=self.clock.now(),
            person=None,
            connection=said.connection,
            repository=said.repository,
            request=None if request is None else request.id,
            reason=None,
            facts=facts,
        )

    async def _say(self, repository: Repository, said: Protection) -> None:
        """Tell GitHub. That nothing waits there any more is its answer to who was heard before."""
        verdict, note = said.word.verdict, said.word.note
        try:
            await self.rule.answer(repository, said.run, said.environment_name, verdict, protecting.plain(note))
        except (NotFound, Refused) as error:
            if isinstance(error, Unwelcome) or error.status not in OVER:
                raise
            log.info("Nothing waits for us in run %s: %s", said.run, error, extra={"action": "protection_over"})
        async with self.units.write() as unit:
            await unit.protections.save(replace(said, answered_at=self.clock.now()))

    async def _comment(self, repository: Repository, said: Protection) -> None:
        """Have the run's page say why it waits, once, and not before that takes long. The row counts it first."""
        if said.comments or self.clock.now() - said.asked_at < protecting.BRIEF:
            return
        async with self.units.write() as unit:
            await unit.protections.save(replace(said, comments=said.comments + 1))
        try:
            await self.rule.answer(repository, said.run, said.environment_name, None, said.word.note)
        except UpstreamError as error:  # what matters is the answer
            log.info("Why run %s waits was not said: %s", said.run, error, extra={"action": "protection_untold"})

    async def gave_up(self, payload: Mapping[str, Any], error: BaseException) -> None:
        """The last attempt failed: the job is held, the run goes on waiting, and its page says so."""
        repository = await self._repository(payload)
        await self.rule.answer(repository, payload["run"], payload["environment"], None, UNREAD)

    async def _repository(self, payload: Mapping[str, Any]) -> Repository:
        async with self.units.read() as unit:
            repository = await unit.repositories.get(UUID(payload["connection"]), payload["repository"])
        assert repository is not None
        return repository
