"""Owns the news about runs: whatever GitHub says, by webhook or when asked, ends in the same state."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.errors import NotFound, Refused, UpstreamError
from bot.flow.adopt import Adopt, check
from bot.flow.cancel import stop
from bot.flow.doors import Doors
from bot.flow.move import move
from bot.flow.patience import Patience
from bot.flow.ports import Clock, Ourselves, Unit, Units, WorkflowRuns, Workflows
from bot.flow.restart import TAKEN
from bot.flow.strangers import Strangers
from bot.log import tag
from bot.model.decision import Reason
from bot.model.inbound import JobReported, RunReported
from bot.model.repository import Repository
from bot.model.request import Request, RequestState
from bot.model.run import Conclusion, Run, RunJob, RunReport, RunStatus
from bot.rules import audit_facts, lifecycle, verify

log = logging.getLogger(__name__)

STRAGGLERS: Final = timedelta(seconds=2)
"""How long the last jobs' news may take after the run's own before we ask for it."""

ID_UNSAVED: Final = timedelta(seconds=30)
"""A run's first news can overtake the answer to our dispatch; this long we wait for the id to be saved."""

GONE: Final = "GitHub no longer knows this run."
UNTOLD: Final = "GitHub does not say any more how this run stands:"


@dataclass(frozen=True, slots=True)
class Track:
    """Takes in reports about runs and their jobs."""

    units: Units
    runs: WorkflowRuns
    adopt: Adopt
    ourselves: Ourselves
    clock: Clock
    patience: Patience
    workflows: Workflows
    strangers: Strangers
    doors: Doors

    async def run(self, reported: RunReported, received_at: datetime) -> datetime | None:
        """A run's own news. A time as answer means: not yet known whose it is, tell me again then."""
        async with self.units.read() as unit:
            run = await unit.runs.by_github(
                reported.connection, reported.repository, reported.run.id, reported.run.attempt
            )
            owner = await unit.requests.get(run.request) if run else None
            repository = await unit.repositories.get(reported.connection, reported.repository)
            open_here = [] if run else await unit.requests.unfinished_in(reported.connection, reported.repository)
        if repository is None:
            return None
        if run is None or owner is None:
            return await self._unknown(reported.run, open_here, repository, received_at)
        await self.take(owner, run, repository, reported.run)
        return None

    async def job(self, reported: JobReported, received_at: datetime) -> datetime | None:
        """A job's news."""
        now = self.clock.now()
        async with self.units.write() as unit:
            run = await unit.runs.by_github(reported.connection, reported.repository, reported.run_id, reported.attempt)
            if run is None:
                waiting = await unit.requests.unfinished_in(reported.connection, reported.repository)
                return self._later(waiting, received_at)
            jobs = lifecycle.merge_job(run.jobs, reported.job)
            request = await unit.requests.get(run.request)
            if jobs == run.jobs or request is None:
                return None
            urgent = _failures(jobs) == 1 and _failures(run.jobs) == 0
            await unit.runs.save(replace(run, jobs=jobs, checked_at=now))
            await move(unit, request, request, now, urgent=urgent)
        return None

    async def take(self, request: Request, run: Run, repository: Repository, report: RunReport) -> None:
        """Take in what GitHub said about a run of ours; the first full report is compared with the record (T1)."""
        tag(request=request.code)
        wrong = None
        if not run.verified:
            if not verify.complete(report) or (request.rerun and report.triggering_actor_login is None):
                report = await self.runs.get(repository, run.github_id, attempt=run.attempt)
            login = await self.ourselves.login(request.connection)
            blob = await self._blob(request, repository, report)
            wrong = verify.mismatch(request, report, login, blob=blob)
            if request.rerun and not verify.started_by_us(report, login):
                return await self._taken(request)
        now = self.clock.now()
        async with self.units.write() as unit:
            current = await unit.requests.get(request.id)
            known = await unit.runs.by_github(run.connection, run.repository, run.github_id, run.attempt)
            if current is None or known is None:
                return
            if wrong is not None:
                return await self._void(unit, current, known, wrong, now)
            await self._apply(unit, current, replace(known, verified=True), report, now)

    async def _blob(self, request: Request, repository: Repository, report: RunReport) -> str | None:
        """The workflow file that the run took, where the default branch went on in between (T1)."""
        if report.head_sha is None or not verify.went_on(request, report):
            return None
        return await self.workflows.blob_at(repository, request.workflow_path, report.head_sha)

    async def check(self, payload: Mapping[str, Any]) -> datetime | None:
        """The job `check_run`: asks about the newest run of a request, and about its jobs when one is unsettled."""
        async with self.units.read() as unit:
            request = await unit.requests.get(UUID(payload["request"]))
            owned = await unit.runs.of_request(request.id) if request else []
            if request is None or not owned:
                return None
            repository = await unit.repositories.get(request.connection, request.repository)
        assert repository is not None
        tag(request=request.code)
        run = owned[-1]
        if run.status is not RunStatus.COMPLETED and not await self._told(request, run, repository):
            return None
        async with self.units.read() as unit:
            now_known = (await unit.runs.of_request(request.id))[-1]
        if not (payload.get("jobs_missed", False) or _jobs_untold(run, now_known) or _unsettled(now_known)):
            return None
        try:
            return await self.patience(self._jobs(now_known, repository), now_known.updated_at)
        except UpstreamError as error:
            # How the run ended is known and shown; only what its last jobs came to is not.
            log.warning("Jobs of %s not told: %s", request.code, error, extra={"action": "jobs_not_told"})
            return None

    async def _told(self, request: Request, run: Run, repository: Repository) -> bool:
        """Ask GitHub how the run stands; whether it said so."""
        try:
            report = await self.runs.get(repository, run.github_id, attempt=run.attempt)
            await self.take(request, run, repository, report)
            if report.status is RunStatus.WAITING:
                await self.doors(run, repository)
        except NotFound:
            await self._gone(request, run)
        except Refused as error:
            await self._gone(request, run, f"{UNTOLD} {error}")
        except UpstreamError as error:
            # Not a failed attempt: held jobs stay held, and the sweep has to be able to ask again.
            log.warning("Run of %s not told: %s", request.code, error, extra={"action": "run_not_told"})
            await self._unanswered(run)
        else:
            return True
        return False

    async def _unanswered(self, run: Run) -> None:
        """Others come first in the next sweeps: what is never answered must not take the turn of what would be."""
        async with self.units.write() as unit:
            known = await unit.runs.by_github(run.connection, run.repository, run.github_id, run.attempt)
            if known is not None:
                await unit.runs.save(replace(known, checked_at=self.clock.now()))

    async def _jobs(self, run: Run, repository: Repository) -> datetime | None:
        told = await self.runs.jobs(repository, run.github_id, run.attempt)
        now = self.clock.now()
        async with self.units.write() as unit:
            known = await unit.runs.by_github(run.connection, run.repository, run.github_id, run.attempt)
            request = await unit.requests.get(run.request)
            if known is None or request is None:
                return None
            jobs = known.jobs
            for job in told:
                jobs = lifecycle.merge_job(jobs, job)
            await unit.runs.save(replace(known, jobs=jobs, checked_at=now))
            if jobs != known.jobs:
                await move(unit, request, request, now)
        return None

    async def _apply(self, unit: Unit, request: Request, run: Run, report: RunReport, now: datetime) -> None:
        if not lifecycle.is_news(run.updated_at, run.status, report):
            await unit.runs.save(replace(run, checked_at=now))
            return
        run = replace(
            run,
            status=report.status,
            conclusion=report.conclusion,
            url=report.url,
            updated_at=report.updated_at,
            checked_at=now,
        )
        await unit.runs.save(run)
        state = lifecycle.state_after(report)
        stopped = state is RequestState.CANCELLED
        reason, note = (request.reason, request.note) if stopped else (None, "")
        ended_at = min(now, max(report.updated_at, request.dispatched_at or now))  # the sweep may hear of it late
        moved = lifecycle.reach(request, state, at=ended_at, reason=reason, note=note)
        await move(unit, request, moved, now)
        if _unsettled(run):
            await unit.enqueue(check(request.id, now + STRAGGLERS))

    async def _void(self, unit: Unit, request: Request, run: Run, wrong: str, now: datetime) -> None:
        """What runs is not what was asked for: stop it, say so, raise the alarm (T1)."""
        await unit.runs.save(replace(run, verified=True, checked_at=now))
        voided = lifecycle.reach(request, RequestState.VOIDED, at=now, reason=Reason.RUN_MISMATCH, note=wrong)
        if voided is request:
            return
        log.error("%s", wrong, extra={"action": "run_mismatch", "request": request.code})
        await move(unit, request, voided, now)
        await unit.enqueue(stop(request.id, now))
        await unit.audit.write(
            action="run_mismatch",
            at=now,
            person=None,
            connection=request.connection,
            repository=request.repository,
            request=request.id,
            reason=Reason.RUN_MISMATCH,
            facts={"seen": wrong, **audit_facts.of_request(request, (run.github_id, run.attempt))},
        )

    async def _taken(self, request: Request) -> None:
        """Somebody else started the attempt that a rerun wanted. It is theirs, so it goes on; unless GitHub took ours
        as well, which then is a later one that nobody watches."""
        now = self.clock.now()
        async with self.units.write() as unit:
            current = await unit.requests.get(request.id)
            if current is None or not lifecycle.may(current, RequestState.VOIDED):
                return
            voided = lifecycle.advance(current, RequestState.VOIDED, at=now, reason=Reason.RUN_MISMATCH, note=TAKEN)
            await move(unit, current, voided, now)
            if current.state is RequestState.RUNNING:
                await unit.enqueue(stop(current.id, now))

    async def _gone(self, request: Request, run: Run, note: str = GONE) -> None:
        now = self.clock.now()
        async with self.units.write() as unit:
            current = await unit.requests.get(request.id)
            known = await unit.runs.by_github(run.connection, run.repository, run.github_id, run.attempt)
            if known is not None:
                await unit.runs.save(replace(known, checked_at=now))  # an answer too: the sweep need not ask at once
            if current is not None and lifecycle.may(current, RequestState.LOST):
                lost = lifecycle.advance(current, RequestState.LOST, at=now, reason=Reason.RUN_NOT_FOUND, note=note)
                await move(unit, current, lost, now)

    async def _unknown(
        self, report: RunReport, waiting: Sequence[Request], repository: Repository, received_at: datetime
    ) -> datetime | None:
        """A run without a row: proven ours by its key, perhaps ours in a moment, or somebody else's."""
        keyed = [request for request in waiting if request.key in (report.display_title or "")]
        login = await self.ourselves.login(repository.connection) if keyed else ""
        for request in keyed:
            found = verify.find(request, [report], our_login=login, claimed=())
            if isinstance(found, verify.Found):
                await self.adopt(request, repository, report)
                return None
        later = self._later(waiting, received_at)
        if later is None:
            await self.strangers.seen(repository, report)
        return later

    def _later(self, waiting: Sequence[Request], received_at: datetime) -> datetime | None:
        now = self.clock.now()
        dispatching = any(request.state is RequestState.DISPATCHING for request in waiting)
        if dispatching and now - received_at < ID_UNSAVED:
            return now + timedelta(seconds=1)
        return None


def _failures(jobs: Sequence[RunJob]) -> int:
    return sum(1 for job in jobs if job.conclusion in (Conclusion.FAILURE, Conclusion.TIMED_OUT))


def _jobs_untold(before: Run, now_known: Run) -> bool:
    """Whether asking told how the run stands where nothing else had: of its jobs nothing was told either, then."""
    ended = before.status is not RunStatus.COMPLETED and now_known.status is RunStatus.COMPLETED
    return ended or not (before.verified or now_known.jobs)


def _unsettled(run: Run) -> bool:
    """Whether the run is over and yet a job of it is not, as far as we know, or none that we know made it fail."""
    over = run.status is RunStatus.COMPLETED
    unexplained = run.conclusion in (Conclusion.FAILURE, Conclusion.TIMED_OUT) and not _failures(run.jobs)
    open_jobs = any(job.status is not RunStatus.COMPLETED for job in run.jobs)
    return over and (not run.jobs or unexplained or open_jobs)
