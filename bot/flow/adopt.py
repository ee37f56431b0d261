"""Owns the tie between a request and its run: by the id that GitHub told us, else by proof (T31)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.flow.insist import insist
from bot.flow.move import move
from bot.flow.patience import Away, Patience
from bot.flow.ports import Clock, Mint, Ourselves, Unit, Units, WorkflowRuns
from bot.log import tag
from bot.model.decision import Reason
from bot.model.job import Job
from bot.model.repository import Repository
from bot.model.request import Request, RequestState
from bot.model.run import Run, RunReport, RunStatus
from bot.rules import lifecycle, verify

FIND: Final = "find_run"
CHECK: Final = "check_run"

PATIENCE: Final = timedelta(minutes=2)
"""How long a run whose id we were not told may stay unseen."""

NEVER_SEEN: Final = (
    "GitHub took the dispatch, but no run carries the key of this request. "
    "Declare the input signalbox_request and put it into the workflow's run-name, so that runs can be told apart here."
)

NOT_TOLD: Final = "GitHub took the dispatch, and then did not say which run it became."


@dataclass(frozen=True, slots=True)
class Adopt:
    """Ties runs to requests."""

    units: Units
    runs: WorkflowRuns
    ourselves: Ourselves
    clock: Clock
    mint: Mint
    patience: Patience

    async def sent(self, request: Request, run: int | None) -> None:
        """GitHub took the dispatch. Without an id, a job of its own looks for the run.

        The id is told once, and a run whose workflow shows no key can not be found without it.
        """
        await insist(lambda: self._sent(request, run))

    async def _sent(self, request: Request, run: int | None) -> None:
        now = self.clock.now()
        async with self.units.write() as unit:
            current = await unit.requests.get(request.id)
            if current is None or not lifecycle.may(current, RequestState.RUNNING):
                return
            # Somebody who wants it stopped still does; why it was lost is no longer so.
            stopping = current.reason is Reason.CANCELLED_BY_PERSON
            reason, note = (current.reason, current.note) if stopping else (None, "")
            started = lifecycle.advance(current, RequestState.RUNNING, at=now, reason=reason, note=note)
            if run is None:
                await unit.enqueue(find(started.id, now + timedelta(seconds=2)))
            else:
                await unit.runs.add(unseen(self.mint.id(), started, run, 1, now))
            await move(unit, current, started, now)  # after its run, so that the audit names it

    async def __call__(self, request: Request, repository: Repository, report: RunReport) -> None:
        """This run is the request's: proven by its key."""
        await self.sent(request, None)
        now = self.clock.now()
        async with self.units.write() as unit:
            current = await unit.requests.get(request.id)
            owned = await unit.runs.of_request(request.id)
            if current is None or any(run.github_id == report.id for run in owned):
                return
            await unit.runs.add(unseen(self.mint.id(), current, report.id, report.attempt, now))
            revived = lifecycle.reach(current, RequestState.RUNNING, at=now)
            await move(unit, current, revived, now)
            await unit.enqueue(check(request.id, jobs_missed=True))

    async def look(self, request: Request, repository: Repository) -> verify.Found | verify.Search:
        """Ask GitHub which runs could be this request's, and judge them."""
        assert request.dispatched_at is not None
        since = request.dispatched_at - verify.CLOCKS_DIFFER
        candidates = await self.runs.dispatched_since(repository, request.workflow_path, since)
        login = await self.ourselves.login(request.connection)
        async with self.units.read() as unit:
            ids = {run.id for run in candidates}
            claimed = await unit.runs.claimed(request.connection, request.repository, ids)
            here = await unit.requests.unfinished_in(request.connection, request.repository)
        others = {other.key for other in here if other.id != request.id}
        return verify.find(request, candidates, our_login=login, claimed=claimed, others=others)

    async def find(self, payload: Mapping[str, Any]) -> datetime | None:
        """The job `find_run`: looks until the run shows, or until patience ends and the request is lost."""
        async with self.units.read() as unit:
            request = await unit.requests.get(UUID(payload["request"]))
            if request is None or request.state is not RequestState.RUNNING:
                return None
            if await unit.runs.of_request(request.id):
                return None
            repository = await unit.repositories.get(request.connection, request.repository)
        assert repository is not None
        tag(request=request.code)
        assert request.dispatched_at is not None
        try:
            return await self.patience(self._find(request, repository), request.dispatched_at)
        except Away:
            async with self.units.write() as unit:
                await self._lose(unit, request.id, NOT_TOLD, self.clock.now())
            return None

    async def _find(self, request: Request, repository: Repository) -> datetime | None:
        found = await self.look(request, repository)
        if isinstance(found, verify.Found):
            await self(request, repository, found.report)
            return None
        now = self.clock.now()
        assert request.dispatched_at is not None
        if now - request.dispatched_at < PATIENCE:
            return now + max(timedelta(seconds=2), (now - request.dispatched_at) / 2)
        async with self.units.write() as unit:
            await self._lose(unit, request.id, NEVER_SEEN, now)
        return None

    async def gave_up(self, payload: Mapping[str, Any], error: BaseException) -> None:
        """The last attempt to look for the run failed: the job is held, and the request ends lost."""
        async with self.units.write() as unit:
            if not await unit.runs.of_request(UUID(payload["request"])):
                await self._lose(unit, UUID(payload["request"]), NOT_TOLD, self.clock.now())

    async def _lose(self, unit: Unit, request: UUID, note: str, now: datetime) -> None:
        current = await unit.requests.get(request)
        if current is not None and lifecycle.may(current, RequestState.LOST):
            lost = lifecycle.advance(current, RequestState.LOST, at=now, reason=Reason.RUN_NOT_FOUND, note=note)
            await move(unit, current, lost, now)


def unseen(id: UUID, request: Request, run: int, attempt: int, at: datetime) -> Run:
    """A run of which nothing but its id is known: any report is news. `at` is now."""
    assert request.dispatched_at is not None
    return Run(
        id=id,
        connection=request.connection,
        repository=request.repository,
        github_id=run,
        attempt=attempt,
        request=request.id,
        status=RunStatus.REQUESTED,
        conclusion=None,
        url="",
        verified=False,
        jobs=(),
        updated_at=request.dispatched_at - verify.CLOCKS_DIFFER,
        checked_at=at,
    )


def find(request: UUID, run_at: datetime) -> Job:
    """The job that looks for the run of a request whose id we were not told."""
    return Job(kind=FIND, key=str(request), payload={"v": 1, "request": str(request)}, run_at=run_at)


def check(request: UUID, run_at: datetime | None = None, *, jobs_missed: bool = False) -> Job:
    """The job that asks GitHub how the run of a request stands.

    `jobs_missed`: news of its jobs may have come and gone before anybody knew whose run it is, so ask for them, too.
    """
    payload = {"v": 1, "request": str(request), **({"jobs_missed": True} if jobs_missed else {})}
    return Job(kind=CHECK, key=str(request), payload=payload, run_at=run_at)
