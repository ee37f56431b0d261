"""Owns scripts: how the jobs of a workflow end when its runs play by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Conclusion = Literal["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"]


@dataclass(frozen=True, slots=True)
class JobPlan:
    """One job's part; `name` is the job's id in the workflow file or the name people see."""

    name: str
    seconds: float = 1.0
    conclusion: Conclusion = "success"
    log: str = ""  # what the failing step says, or the last one
    steps: Sequence[str] = ()  # in place of those of the file
    failing: str | None = None  # the step that ends the job; the last of the job's own if none is named


@dataclass(frozen=True, slots=True)
class Plan:
    """Jobs that are not named succeed."""

    jobs: Sequence[JobPlan] = field(default_factory=tuple)

    def job(self, key: str, name: str) -> JobPlan:
        return next((each for each in self.jobs if each.name in (key, name)), JobPlan(name))
