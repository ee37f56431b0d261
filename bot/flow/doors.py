"""Owns asking what a run of ours waits for at GitHub: a question about our protection rule can get lost on its way."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.errors import UpstreamError
from bot.flow.ports import Clock, Environments, Units
from bot.flow.protect_job import protect
from bot.model.repository import Repository
from bot.model.run import Run

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Doors:
    """Looks at the environments that a run waits for. No webhook tells that a run waits: whoever asks learns it."""

    units: Units
    environments: Environments
    clock: Clock

    async def __call__(self, run: Run, repository: Repository) -> None:
        """Have each of them answered, as if GitHub had asked. Where nothing waits for us, it says so."""
        try:
            pending = await self.environments.pending(repository, run.github_id)
        except UpstreamError as error:  # the sweep comes again
            log.warning("What run %s waits for: %s", run.github_id, error, extra={"action": "pending_not_told"})
            return
        jobs = [protect(repository, run.github_id, each.environment, self.clock.now()) for each in pending]
        async with self.units.write() as unit:
            asked = await unit.unfinished(jobs[0].kind, [job.key for job in jobs]) if jobs else frozenset()
            for job in jobs:
                if job.key not in asked:
                    await unit.enqueue(job)
