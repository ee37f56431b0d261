"""Owns the steps of a job: the runner's own around those of the file, how each ended and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.github.jobs import Job

FIRST, LAST = "Set up job", "Complete job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    number: int
    name: str
    status: str
    conclusion: str | None
    started_at: datetime | None
    completed_at: datetime | None
    decisive: bool  # the step that the job's conclusion comes from


def steps_of(job: "Job") -> list[Step]:
    """None before a runner took the job."""
    if job.started_at is None or job.conclusion == "skipped":
        return []
    names = [FIRST, *(job.steps or job.spec.steps), LAST]
    decisive = names.index(job.failing) if job.failing in names else len(names) - 2
    return [step(job, number, names, decisive) for number in range(len(names))]


def step(job: "Job", number: int, names: list[str], decisive: int) -> Step:
    status = "completed" if job.done or number == 0 else "in_progress" if number == 1 else "queued"
    ended = conclusion(job, number, decisive, len(names)) if status == "completed" else None
    return Step(
        number=number + 1,
        name=names[number],
        status=status,
        conclusion=ended,
        started_at=None if status == "queued" else moment(job, number, len(names)),
        completed_at=moment(job, number + 1, len(names)) if ended else None,
        decisive=number == decisive,
    )


def conclusion(job: "Job", number: int, decisive: int, count: int) -> str | None:
    """What follows a failed step is skipped, but the runner always tidies up."""
    if not job.done or number < decisive or number == count - 1:
        return "success"
    return job.conclusion if number == decisive or job.conclusion == "success" else "skipped"


def moment(job: "Job", number: int, count: int) -> datetime | None:
    """The steps share the job's time evenly; a running job has only begun."""
    if job.started_at is None or job.completed_at is None:
        return job.started_at
    return job.started_at + (job.completed_at - job.started_at) * number / count
