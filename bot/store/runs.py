"""Owns the rows of workflow runs that our requests started, and of their jobs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.model.run import Conclusion, Run, RunJob, RunStatus, Silence, Silent
from bot.store import silence
from bot.store.dialect import insert as insert_unless
from bot.store.schema import run_jobs, runs


class Runs:
    """Runs, one row per attempt; the jobs of each in the order that GitHub gave."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def add(self, run: Run) -> None:
        """A run that we learnt of. Raises `Conflict` when this attempt is known: look again."""
        try:
            await self._sql.execute(insert(runs).values(**_columns(run)))
        except IntegrityError as error:
            raise Conflict(f"Run {run.github_id}, attempt {run.attempt}, is known already.") from error
        await self._save_jobs(run, known={})

    async def save(self, run: Run) -> None:
        """The newest that we know of it; of its jobs only those that changed are written."""
        await self._sql.execute(update(runs).where(runs.c.id == run.id).values(**_columns(run)))
        known = {row.github_id: row for row in await self._job_rows([run.id])}
        await self._save_jobs(run, known=known)

    async def remove(self, run: Run) -> None:
        """Forget it with its jobs: an attempt that GitHub refused to start was never one."""
        await self._sql.execute(delete(run_jobs).where(run_jobs.c.run_id == run.id))
        await self._sql.execute(delete(runs).where(runs.c.id == run.id))

    async def by_github(self, connection: UUID, repository: int, github_id: int, attempt: int) -> Run | None:
        """By GitHub's id of the run and the number of the attempt."""
        found = await self._find(
            runs.c.connection_id == connection,
            runs.c.repository_id == repository,
            runs.c.github_id == github_id,
            runs.c.attempt == attempt,
        )
        return found[0] if found else None

    async def claimed(self, connection: UUID, repository: int, github_ids: Collection[int]) -> frozenset[int]:
        """Which of these runs, in whatever attempt, belong to a request."""
        statement = select(runs.c.github_id).where(
            runs.c.connection_id == connection,
            runs.c.repository_id == repository,
            runs.c.github_id.in_(sorted(github_ids)),
        )
        return frozenset(row.github_id for row in await self._sql.execute(statement))

    async def of_request(self, request: UUID) -> Sequence[Run]:
        """Oldest attempt first."""
        return await self._find(runs.c.request_id == request)

    async def silent(self, now: datetime, allowed: Silence, limit: int) -> Sequence[Silent]:
        """Requests at GitHub that have had no news for too long; the longest silence first. One statement for all."""
        return await silence.broken(self._sql, now, allowed, limit)

    async def _find(self, *conditions: ColumnElement[bool]) -> list[Run]:
        statement = select(runs).where(*conditions).order_by(runs.c.attempt, runs.c.id)
        rows = (await self._sql.execute(statement)).all()
        jobs: defaultdict[UUID, list[RunJob]] = defaultdict(list)
        if rows:
            for row in await self._job_rows([row.id for row in rows]):
                jobs[row.run_id].append(_job(row))
        return [_model(row, tuple(jobs[row.id])) for row in rows]

    async def _job_rows(self, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
        statement = select(run_jobs).where(run_jobs.c.run_id.in_(ids)).order_by(run_jobs.c.position)
        return (await self._sql.execute(statement)).all()

    async def _save_jobs(self, run: Run, *, known: dict[int, Row[Any]]) -> None:
        wanted = [_job_columns(run.id, position, job) for position, job in enumerate(run.jobs)]
        changed = [row for row in wanted if row["github_id"] not in known or row != known[row["github_id"]]._asdict()]
        gone = known.keys() - {row["github_id"] for row in wanted}
        if gone:
            await self._sql.execute(
                delete(run_jobs).where(run_jobs.c.run_id == run.id, run_jobs.c.github_id.in_(sorted(gone)))
            )
        if changed:
            statement = insert_unless(self._sql.dialect.name, run_jobs)
            await self._sql.execute(
                statement.on_conflict_do_update(
                    index_elements=[run_jobs.c.run_id, run_jobs.c.github_id],
                    set_={column.name: column for column in statement.excluded if not column.primary_key},
                ),
                changed,
            )


def _columns(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "connection_id": run.connection,
        "repository_id": run.repository,
        "github_id": run.github_id,
        "attempt": run.attempt,
        "request_id": run.request,
        "status": run.status.value,
        "conclusion": None if run.conclusion is None else run.conclusion.value,
        "url": run.url,
        "verified": run.verified,
        "updated_at": run.updated_at,
        "checked_at": run.checked_at,
    }


def _job_columns(run: UUID, position: int, job: RunJob) -> dict[str, Any]:
    return {
        "run_id": run,
        "github_id": job.id,
        "position": position,
        "name": job.name,
        "status": job.status.value,
        "conclusion": None if job.conclusion is None else job.conclusion.value,
        "started_at": job.started_at,
        "completed_at": job.completed_at,
        "url": job.url,
    }


def _model(row: Row[Any], jobs: tuple[RunJob, ...]) -> Run:
    return Run(
        id=row.id,
        connection=row.connection_id,
        repository=row.repository_id,
        github_id=row.github_id,
        attempt=row.attempt,
        request=row.request_id,
        status=RunStatus(row.status),
        conclusion=None if row.conclusion is None else Conclusion(row.conclusion),
        url=row.url,
        verified=row.verified,
        jobs=jobs,
        updated_at=row.updated_at,
        checked_at=row.checked_at,
    )


def _job(row: Row[Any]) -> RunJob:
    return RunJob(
        id=row.github_id,
        name=row.name,
        status=RunStatus(row.status),
        conclusion=None if row.conclusion is None else Conclusion(row.conclusion),
        started_at=row.started_at,
        completed_at=row.completed_at,
        url=row.url,
    )
