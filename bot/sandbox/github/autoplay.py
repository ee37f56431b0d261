"""Owns runs that play by themselves, at the pace of their plan: for the demo."""

import asyncio
from contextlib import suppress

from bot.sandbox.github.jobs import Job
from bot.sandbox.github.runs import Run

PAUSE_SECONDS = 0.5  # between the requested run and its first job, as runners are never there at once


class Autoplay:
    """Background tasks, one per run, owned here and ended with the sandbox."""

    def __init__(self) -> None:
        self.switched_on = False
        self.speed = 1.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._playing: set[tuple[int, int]] = set()  # runs and their attempts

    def consider(self, run: Run) -> None:
        """A run was opened, or one of its jobs was let into its environment."""
        playing = (run.id, run.attempt)
        if self.switched_on and playing not in self._playing:
            self._playing.add(playing)
            task = asyncio.create_task(self._play(run, run.attempt), name=f"sandbox-run-{run.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _play(self, run: Run, attempt: int) -> None:
        try:
            await self._play_waves(run, attempt)
        finally:
            self._playing.discard((run.id, attempt))

    async def _play_waves(self, run: Run, attempt: int) -> None:
        """Waves of jobs: those that are ready start together and end by their own length. Where all that is left waits
        for an environment it ends, and begins again once somebody lets a job in."""
        await self._pass(PAUSE_SECONDS)
        run.begin()
        while wave := [job for job in run.jobs if job.ready]:
            for job in wave:
                run.begin_job(job)
            elapsed = 0.0
            for job in sorted(wave, key=lambda each: seconds(run, each)):
                await self._pass(seconds(run, job) - elapsed)
                elapsed = max(elapsed, seconds(run, job))
                if run.done or run.attempt != attempt:
                    return
                planned = run.plan.job(job.key, job.name)
                job.follow(planned)
                run.end_job(job, planned.conclusion, planned.log)
        run.end()

    async def _pass(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self.speed)

    async def finished(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()


def seconds(run: Run, job: Job) -> float:
    return run.plan.job(job.key, job.name).seconds
