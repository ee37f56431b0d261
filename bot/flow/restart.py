"""Owns the dispatch of a rerun: GitHub starts the next attempt of a run that we know (T12).

The attempt is written down before it is asked for, so that its first news, which can overtake the answer, finds it.
Which one is next, GitHub is asked: anybody with write can run it again there, and every request can be rerun twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from bot.errors import NotFound, Refused
from bot.flow.adopt import unseen
from bot.flow.insist import insist
from bot.flow.move import move
from bot.flow.ports import Clock, Mint, Ourselves, Units, WorkflowRuns
from bot.model.decision import Reason
from bot.model.repository import Repository
from bot.model.request import Request, RequestState, RerunOf
from bot.model.run import Run, RunReport, RunStatus
from bot.rules import lifecycle, verify

TAKEN: Final = "Somebody else is running it again already."
GONE: Final = "GitHub no longer knows this run."


@dataclass(frozen=True, slots=True)
class Restart:
    """Starts the attempt of a request that reruns."""

    units: Units
    runs: WorkflowRuns
    ourselves: Ourselves
    clock: Clock
    mint: Mint

    async def first(self, request: Request, repository: Repository) -> None:
        """Record the attempt, then ask for it. The request is queued and was judged just now."""
        assert request.rerun is not None
        try:
            report = await self.runs.get(repository, request.rerun.run)
        except (Refused, NotFound):
            return await self.end(request, RequestState.REFUSED, Reason.NO_RUN, GONE)
        rerun = replace(request.rerun, attempt=report.attempt + 1)
        begun = None if report.status is not RunStatus.COMPLETED else await self._begin(request, rerun)
        if begun is None:
            return await self.end(request, RequestState.REFUSED, Reason.NOT_ENDED, TAKEN)
        await self.send(begun, repository)

    async def _begin(self, request: Request, rerun: RerunOf) -> Request | None:
        """The request with its attempt written down; None when another request goes for the same one."""
        now = self.clock.now()
        advanced = lifecycle.advance(request, RequestState.DISPATCHING, at=now)
        async with self.units.write() as unit:
            taken = await unit.runs.by_github(request.connection, request.repository, rerun.run, rerun.attempt)
            if taken is not None:
                owner = await unit.requests.get(taken.request)
                if taken.verified or owner is None or owner.state not in lifecycle.FINAL:
                    return None
                await unit.runs.remove(taken)  # it never began, or GitHub would not be at the attempt before it
            begun = await move(unit, request, replace(advanced, rerun=rerun, dispatched_at=now), now, quiet=True)
            await unit.runs.add(unseen(self.mint.id(), begun, rerun.run, rerun.attempt, now))
        return begun

    async def send(self, request: Request, repository: Repository) -> None:
        """Ask GitHub for the attempt that was written down."""
        rerun = request.rerun
        assert rerun is not None
        try:
            await self.runs.rerun(repository, rerun.run, failed_only=rerun.failed_only)
        except (Refused, NotFound) as error:
            note = f"GitHub refused: {error}"
            return await insist(lambda: self.end(request, RequestState.FAILED, Reason.UPSTREAM_REFUSED, note))
        await insist(lambda: self._started(request))

    async def look(self, request: Request, repository: Repository) -> bool:
        """Whether an earlier attempt to ask got through, and then the request goes on, or ends if it was not ours."""
        rerun = request.rerun
        assert rerun is not None
        try:
            report = await self.runs.get(repository, rerun.run)
        except NotFound:
            await self.end(request, RequestState.LOST, Reason.RUN_NOT_FOUND, GONE)
            return True
        if report.attempt < rerun.attempt:
            return False
        if report.attempt > rerun.attempt:
            report = await self.runs.get(repository, rerun.run, attempt=rerun.attempt)
        if await self._ours(request, report):
            await self._started(request)
        else:
            await self.end(request, RequestState.VOIDED, Reason.RUN_MISMATCH, TAKEN)
        return True

    async def end(self, request: Request, state: RequestState, reason: Reason, note: str) -> None:
        """End the request for a reason that the person sees."""
        now = self.clock.now()
        async with self.units.write() as unit:
            current = await unit.requests.get(request.id)
            if current is None or not lifecycle.may(current, state):
                return
            ended = lifecycle.advance(current, state, at=now, reason=reason, note=note)
            await move(unit, current, ended, now)

    async def _started(self, request: Request) -> None:
        now = self.clock.now()
        async with self.units.write() as unit:
            current = await unit.requests.get(request.id)
            if current is None or not lifecycle.may(current, RequestState.RUNNING):
                return
            started = lifecycle.advance(current, RequestState.RUNNING, at=now, reason=current.reason, note=current.note)
            await move(unit, current, started, now)

    async def _ours(self, request: Request, report: RunReport) -> bool:
        login = await self.ourselves.login(request.connection)
        return verify.started_by_us(report, login)


def rerun_of(request: UUID, run: Run, *, failed_only: bool) -> RerunOf:
    """The next attempt of this run."""
    return RerunOf(of=request, run=run.github_id, attempt=run.attempt + 1, failed_only=failed_only)
