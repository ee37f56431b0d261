"""Owns asking about workflow runs, and asking GitHub to cancel one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.errors import Refused
from bot.github import readings, scopes
from bot.github.budget import Turn
from bot.github.clients import Clients
from bot.github.facts import JobFacts, RunFacts
from bot.github.transport import GitHubClient
from bot.model.repository import Repository
from bot.model.run import RunJob, RunReport

PAGE: Final = 100
MOST_LISTED: Final = 1_000

_RUN: Final = "/repos/{owner}/{repo}/actions/runs/{run_id}"
_ATTEMPT: Final = _RUN + "/attempts/{attempt_number}"


class _Jobs(msgspec.Struct):
    jobs: list[JobFacts] = []


class _Runs(msgspec.Struct):
    workflow_runs: list[RunFacts] = []


class WorkflowRuns:
    """It satisfies `bot.flow.ports.WorkflowRuns`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def get(self, repository: Repository, run: int, *, attempt: int | None = None) -> RunReport:
        """The newest attempt of a run, or the one that is named.

        Raises `NotFound`, and `Refused` for a run that is not of this repository.
        """
        part: dict[str, str | int] = {} if attempt is None else {"attempt_number": attempt}
        answer = await self._client(repository).request(
            "GET",
            _RUN if attempt is None else _ATTEMPT,
            repository=repository,
            permissions=scopes.READ_RUNS,
            run_id=run,
            **part,  # type: ignore[arg-type]
        )
        facts = answer.read(RunFacts)
        if facts.id != run or (facts.repository is not None and facts.repository.id != repository.id):
            raise Refused("GitHub answered about another run.", status=answer.status)
        report = readings.run(facts)
        if report is None:
            raise Refused("GitHub answered with a status that is unknown here.", status=answer.status)
        return report

    async def jobs(self, repository: Repository, run: int, attempt: int) -> Sequence[RunJob]:
        """The jobs of one attempt, in GitHub's order; those with a status that is unknown here are left out."""
        pages = self._client(repository).pages(
            _RUN + "/attempts/{attempt_number}/jobs",
            repository=repository,
            permissions=scopes.READ_RUNS,
            query={"per_page": PAGE},
            run_id=run,
            attempt_number=attempt,
        )
        found = [readings.job(facts) async for page in pages for facts in page.read(_Jobs).jobs]
        return [job for job in found if job is not None]

    async def dispatched_since(self, repository: Repository, path: str, since: datetime) -> Sequence[RunReport]:
        """Runs of this workflow that our App dispatched since then, to the second: candidates for T31."""
        client = self._client(repository)
        actor = f"{await client.app_slug()}[bot]"
        pages = client.pages(
            "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs",
            repository=repository,
            permissions=scopes.READ_RUNS,
            query={
                "event": "workflow_dispatch",
                "actor": actor,
                "created": f">={readings.utc(since):%Y-%m-%dT%H:%M:%SZ}",
                "per_page": PAGE,
            },
            workflow_id=path.rpartition("/")[2],
        )
        found = [readings.run(facts) async for page in pages for facts in page.read(_Runs).workflow_runs]
        return [run for run in found if run is not None and run.actor_login == actor and run.path in {path, None}]

    async def started_since(self, repository: Repository, since: datetime) -> Sequence[RunReport]:
        """The newest attempts of runs of all workflows that were created since then or earlier on that day.

        A day is asked for, so that all questions of a day are one, which costs nothing while the answer stays (304).
        GitHub lists a thousand at most, the newest first.
        https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
        """
        found: list[RunFacts] = []
        for page in range(1, MOST_LISTED // PAGE + 1):
            answer = await self._client(repository).request(
                "GET",
                "/repos/{owner}/{repo}/actions/runs",
                repository=repository,
                permissions=scopes.READ_RUNS,
                query={"created": f">={readings.utc(since):%Y-%m-%d}", "per_page": PAGE, "page": page},
                remember=page == 1,
            )
            listed = answer.read(_Runs).workflow_runs
            found += listed
            if len(listed) < PAGE or _before(listed[-1], since):
                break
        return [run for run in map(readings.run, found) if run is not None]

    async def rerun(self, repository: Repository, run: int, *, failed_only: bool) -> None:
        """Start the next attempt of a completed run: of all its jobs, or of those that failed and what needs them.

        Sent once, whatever happens: after `Unreachable` it may have started even so, which `get` tells by attempt and
        triggering actor. Raises `NotFound`, and `Refused` in GitHub's words for a run that is still going, that is too
        old, or that has nothing to run again.
        https://docs.github.com/en/rest/actions/workflow-runs#re-run-a-workflow
        """
        route = _RUN + ("/rerun-failed-jobs" if failed_only else "/rerun")
        await self._client(repository).request(
            "POST", route, repository=repository, permissions=scopes.START_RUNS, turn=Turn.FIRST, run_id=run
        )

    async def cancel(self, repository: Repository, run: int) -> None:
        """Ask GitHub to cancel. A run that is completed already (409) is not an error."""
        try:
            await self._client(repository).request(
                "POST",
                _RUN + "/cancel",
                repository=repository,
                permissions=scopes.START_RUNS,
                turn=Turn.FIRST,
                run_id=run,
            )
        except Refused as error:
            if error.status != 409:
                raise

    def _client(self, repository: Repository) -> GitHubClient:
        return self._clients.of(repository.connection)


def _before(facts: RunFacts, moment: datetime) -> bool:
    return facts.created_at is not None and readings.utc(facts.created_at) < moment
