"""Owns the jobs of a request, and when its messages catch up with it: whoever changes one asks here, in the same
transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from bot.flow.ports import Unit
from bot.model.address import DeploymentPlace, SlackPlace
from bot.model.approval import Asked
from bot.model.job import Job
from bot.model.request import Announcement, Request
from bot.rules import approvals, pacing
from bot.rules.lifecycle import FINAL
from bot.rules.records import deployment_state

ANNOUNCE: Final = "announce"
DISPATCH: Final = "dispatch"
EXPIRE: Final = "expire"
REMIND: Final = "remind"
NOTIFY: Final = "notify"

FIRST_LOOK: Final = timedelta(milliseconds=300)
"""The first message waits this long, so that it can usually name the run already: one edit saved, still under 1 s."""

SETTLE: Final = timedelta(milliseconds=500)
"""A final state waits this long for the last jobs' news, which travels beside the run's: still under 1 s."""


async def schedule(unit: Unit, request: Request, now: datetime, *, urgent: bool = False) -> None:
    """Have every message of the request brought up to date, as soon as its pace allows, in the caller's transaction."""
    final = request.state in FINAL
    for announcement in await unit.announcements.of_request(request.id):
        if not shown(request, announcement):
            continue
        if announcement.message_id is None:
            await unit.enqueue(announce(announcement.id, request.created_at + FIRST_LOOK))
            continue
        due = pacing.next_edit(
            now=now,
            created_at=request.created_at,
            edited_at=announcement.edited_at,
            edits=announcement.edits,
            urgent=urgent,
            final=final,
        )
        await unit.enqueue(announce(announcement.id, max(due, now + SETTLE) if final else due))


def shown(request: Request, announcement: Announcement) -> bool:
    """Whether others may read there of this request: in Slack not before it was judged, for anybody can name any
    repository there (T22). A deployment is none before it was sent."""
    if isinstance(announcement.address, DeploymentPlace):
        return deployment_state(request) is not None
    return request.judged_at is not None or not isinstance(announcement.address, SlackPlace)


def announce(announcement: UUID, run_at: datetime | None) -> Job:
    """The job that brings one message up to date, not before `run_at`."""
    payload = {"v": 1, "announcement": str(announcement)}
    return Job(kind=ANNOUNCE, key=str(announcement), payload=payload, run_at=run_at)


def dispatch(request: UUID) -> Job:
    """The job that dispatches a request."""
    return Job(kind=DISPATCH, key=str(request), payload={"v": 1, "request": str(request)})


def expire(request: UUID, at: datetime) -> Job:
    """The job that ends a request which nobody approved in time."""
    return Job(kind=EXPIRE, key=str(request), payload={"v": 1, "request": str(request)}, run_at=at)


def notify(request: UUID) -> Job:
    """The job that shows a request in the channels that the configuration names."""
    return Job(kind=NOTIFY, key=str(request), payload={"v": 1, "request": str(request)})


def remind(request: UUID, asked: Asked) -> Job:
    """The job that says once more that a request waits for people."""
    payload = {"v": 1, "request": str(request)}
    return Job(kind=REMIND, key=str(request), payload=payload, run_at=approvals.reminder(asked))
