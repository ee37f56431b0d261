"""Owns one job of a run: its status, its times, its steps and its log; and what a run is by its jobs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.plans import Conclusion, JobPlan
from bot.sandbox.github.workflows import JobSpec

if TYPE_CHECKING:
    from bot.sandbox.github.deployments import Deployment
    from bot.sandbox.github.runs import Run
    from bot.sandbox.github.waiting import Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What changes from one attempt of a run to the next."""

    number: int
    status: str
    conclusion: str | None
    triggering_actor: Account
    started_at: datetime
    updated_at: datetime


@dataclass(slots=True, eq=False, kw_only=True)
class Job:
    id: int
    run: "Run"
    spec: JobSpec
    attempt: int
    status: str = "unborn"  # until the jobs it needs are done; then waiting | queued | in_progress | completed
    conclusion: Conclusion | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    log: str = ""
    steps: tuple[str, ...] = ()  # in place of those of the file
    failing: str | None = None
    wait: "Wait | None" = None  # for its environment
    deployment: "Deployment | None" = None

    @property
    def held(self) -> bool:
        """Whether somebody has to let it into its environment first."""
        return self.wait is not None and not self.wait.over and not self.done

    @property
    def ready(self) -> bool:
        return self.born and not self.done and not self.held

    @property
    def key(self) -> str:
        return self.spec.key

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def born(self) -> bool:
        """GitHub lists a job, and tells about it, once the jobs it needs are done."""
        return self.created_at is not None

    @property
    def done(self) -> bool:
        return self.status == "completed"

    def follow(self, plan: JobPlan) -> None:
        self.steps, self.failing = tuple(plan.steps), plan.failing

    def queue(self, now: datetime) -> None:
        self.status, self.created_at = "queued", now

    def wait_for_runner(self) -> None:
        """It was let into its environment."""
        self.status = "queued"

    def start(self, now: datetime) -> None:
        self.status, self.started_at = "in_progress", now

    def repeat(self, before: "Job") -> None:
        """It succeeded in an earlier attempt, and need not run again."""
        self.status, self.conclusion, self.log = before.status, before.conclusion, before.log
        self.created_at, self.started_at, self.completed_at = before.created_at, before.started_at, before.completed_at
        self.steps, self.failing = before.steps, before.failing

    def complete(self, conclusion: Conclusion, now: datetime, log: str = "") -> None:
        self.created_at = self.created_at or now
        self.started_at = self.started_at or now
        self.status, self.conclusion, self.completed_at = "completed", conclusion, now
        self.log = log or self.log or f"{self.name}: {conclusion}\n"


def dependents(jobs: Iterable[Job], keys: set[str]) -> set[str]:
    """These jobs, and all that need one of them at whatever remove; by their ids in the file."""
    needs = {job.key: set(job.spec.needs) for job in jobs}
    found = set(keys)
    while more := {key for key, needed in needs.items() if needed & found} - found:
        found |= more
    return found


def summary(conclusions: Iterable[str | None]) -> str:
    """A run is as bad as its worst job; skipped jobs do not count unless there is nothing else."""
    seen = set(conclusions)
    for bad in ("failure", "timed_out", "cancelled", "action_required"):
        if bad in seen:
            return "failure" if bad == "timed_out" else bad
    return "skipped" if seen == {"skipped"} else "success"
