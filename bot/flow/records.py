"""Owns keeping GitHub's records of a request: a check run on its commit, and a deployment. Each is an announcement like
a comment or a message: written down first, looked for before it is made again, and brought up to date with its request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.errors import UpstreamError
from bot.flow.ports import CheckRuns, Deployments, Units
from bot.model.address import CheckPlace, Record
from bot.model.check_run import CheckReport
from bot.model.deployment import DeploymentReport
from bot.model.repository import Repository
from bot.model.request import Request, RequestState
from bot.model.run import Run
from bot.rules import records

Kept = CheckReport | DeploymentReport
"""What a record says."""


@dataclass(frozen=True, slots=True)
class Records:
    """Makes, finds and changes them."""

    units: Units
    checks: CheckRuns
    deployments: Deployments

    async def said(
        self, record: Record, request: Request, runs: tuple[Run, ...], *, key: UUID, summary: str, url: str | None
    ) -> Kept | None:
        """What it should say now; None while there is nothing to keep: what never ran was never deployed."""
        if isinstance(record, CheckPlace):
            return records.check_run(request, runs, key=str(key), summary=summary, url=url)
        state = records.deployment_state(request)
        if state is None or not runs:
            return None
        return DeploymentReport(state=state, log_url=url, environment_url=await self._url(request, runs))

    async def create(self, record: Record, said: Kept, key: UUID) -> str:
        """Make it; its id. Raises `UpstreamError`."""
        repository = await self._repository(record)
        if isinstance(record, CheckPlace):
            assert isinstance(said, CheckReport)
            return str(await self.checks.create(repository, record.sha, said))
        made = await self.deployments.create(repository, record.sha, record.environment, key=str(key))
        await self._status(repository, made, said)
        return str(made)

    async def edit(self, record: Record, made: int, said: Kept) -> None:
        """Have it say this. Raises `NotFound` when it is gone, and `UpstreamError`."""
        repository = await self._repository(record)
        if isinstance(said, CheckReport):
            return await self.checks.update(repository, made, said)
        await self._status(repository, made, said)

    async def find(self, record: Record, key: UUID, since: datetime) -> str | None:
        """The id of what an earlier attempt made."""
        repository = await self._repository(record)
        if isinstance(record, CheckPlace):
            found = await self.checks.find(repository, record.sha, str(key))
        else:
            found = await self.deployments.find(repository, record.sha, record.environment, key=str(key), since=since)
        return None if found is None else str(found)

    async def _status(self, repository: Repository, made: int, said: Kept) -> None:
        assert isinstance(said, DeploymentReport)
        await self.deployments.status(
            repository, made, said.state, log_url=said.log_url, environment_url=said.environment_url
        )

    async def _url(self, request: Request, runs: tuple[Run, ...]) -> str | None:
        """The address that the run's own job gave the environment. A success without one is a success."""
        if request.state is not RequestState.SUCCEEDED or request.environment is None or request.pin is None:
            return None
        async with self.units.read() as unit:
            repository = await unit.repositories.get(request.connection, request.repository)
        assert repository is not None
        try:
            return await self.deployments.environment_url(
                repository, runs[-1].github_id, request.pin.run_sha, request.environment
            )
        except UpstreamError:
            return None

    async def _repository(self, record: Record) -> Repository:
        async with self.units.read() as unit:
            repository = await unit.repositories.get(record.connection, record.repository)
        assert repository is not None
        return repository
