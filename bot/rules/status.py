"""Owns GitHub's statuses in words that people use, and the few groups that a reader tells apart."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from bot.model.run import Conclusion, RunStatus


class Group(enum.StrEnum):
    """What a reader wants to know of a job, in the order of how soon they want to know it."""

    FAILED = "failed"
    RUNNING = "running"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    PASSED = "passed"
    SKIPPED = "skipped"


_UNDERWAY: Final[Mapping[RunStatus, tuple[Group, str]]] = {
    RunStatus.REQUESTED: (Group.WAITING, "waiting for a runner"),
    RunStatus.QUEUED: (Group.WAITING, "waiting for a runner"),
    RunStatus.PENDING: (Group.WAITING, "waiting for another run to end"),
    RunStatus.WAITING: (Group.WAITING, "needs a review in GitHub"),
    RunStatus.IN_PROGRESS: (Group.RUNNING, "running"),
}

_OVER: Final[Mapping[Conclusion, tuple[Group, str]]] = {
    Conclusion.SUCCESS: (Group.PASSED, "passed"),
    Conclusion.NEUTRAL: (Group.PASSED, "ended without a verdict"),
    Conclusion.FAILURE: (Group.FAILED, "failed"),
    Conclusion.TIMED_OUT: (Group.FAILED, "timed out"),
    Conclusion.STARTUP_FAILURE: (Group.FAILED, "could not start"),
    Conclusion.ACTION_REQUIRED: (Group.FAILED, "needs somebody to act in GitHub"),
    Conclusion.STALE: (Group.FAILED, "was given up by GitHub"),
    Conclusion.CANCELLED: (Group.CANCELLED, "cancelled"),
    Conclusion.SKIPPED: (Group.SKIPPED, "skipped"),
}


def told(status: RunStatus, conclusion: Conclusion | None) -> tuple[Group, str]:
    """The group of a run or job, and its state in words. Completed without a conclusion counts as failed."""
    if status is not RunStatus.COMPLETED:
        return _UNDERWAY[status]
    return _OVER[conclusion] if conclusion is not None else (Group.FAILED, "ended without a conclusion")
