"""Owns one job of a run: its status, its times, its steps and its log."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.github.plans import Conclusion, JobPlan
from bot.sandbox.github.workflows import JobSpec

if TYPE_CHECKING:
    from bot.sandbox.github.runs import Run


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
