"""Owns the job `protect`, and its enqueueing when GitHub asks: what is looked at then outlives the question."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.flow.keep import microseconds
from bot.flow.ports import Units
from bot.model.inbound import ProtectionAsked
from bot.model.job import Job
from bot.model.repository import Repository

PROTECT: Final = "protect"


async def asked(units: Units, said: ProtectionAsked, received_at: datetime) -> None:
    """GitHub asks about a job that waits."""
    async with units.write() as unit:
        await unit.repositories.save(said.repository, received_at)
        await unit.enqueue(protect(said.repository, said.run, said.environment, received_at))


def protect(repository: Repository, run: int, environment: str, asked_at: datetime) -> Job:
    """The job that answers for one run at one environment."""
    return Job(
        kind=PROTECT,
        key=f"{repository.connection}:{repository.id}:{run}:{environment.casefold()}",
        payload={
            "v": 1,
            "connection": str(repository.connection),
            "repository": repository.id,
            "run": run,
            "environment": environment,
            "asked_at": microseconds(asked_at),
        },
    )
