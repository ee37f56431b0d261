"""Owns which deliveries are kept for their facts alone, and what any delivery says about a repository.

Delivery insights will ask who did what to which thing, and when. So nothing that happens to code on its way is let go
of, whether or not a step of ours waits for it. What people say to each other is: a comment counts only as a command.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from bot.errors import BadPayload
from bot.github import readings
from bot.github.facts import Envelope, Fields, Moment
from bot.github.facts_deploying import ACTIONS, CheckRunEvent
from bot.model.delivery import Delivery
from bot.model.repository_event import RepositoryEvent

SAID: Final = frozenset(
    {"commit_comment", "discussion", "discussion_comment", "issue_comment", "pull_request_review_comment", "ping"}
)
"""Talk, which is not kept; and `ping`, which says nothing."""

REVIEW: Final = "pull_request_review"
SUBSCRIBED: Final = frozenset({REVIEW, "deployment", "deployment_status"})
"""What the App hears for its facts alone. It comes with permissions that commands need anyway."""


class Belongs(Fields, frozen=True):
    """Something that is named by its id only."""

    id: int | None = None


class Side(Fields, frozen=True):
    """Where a pull request comes from or goes to."""

    sha: str | None = None
    ref: str | None = None


class Thing(Fields, frozen=True):
    """What an event is about. Which of these fields it has depends on its kind."""

    id: int | None = None
    number: int | None = None
    head: Side | None = None
    base: Side | None = None
    merged: bool | None = None
    merge_commit_sha: str | None = None
    head_sha: str | None = None
    head_branch: str | None = None
    head_ref: str | None = None
    commit_id: str | None = None
    sha: str | None = None
    ref: str | None = None
    state: str | None = None
    status: str | None = None
    conclusion: str | None = None
    environment: str | None = None
    run_id: int | None = None
    run_attempt: int | None = None
    workflow_id: int | None = None
    check_suite: Belongs | None = None
    created_at: Moment | None = None
    started_at: Moment | None = None
    updated_at: Moment | None = None
    submitted_at: Moment | None = None
    completed_at: Moment | None = None


class Happened(Envelope, frozen=True):
    """Any event of a repository: the things that it may be about, side by side."""

    pull_request: Thing | None = None
    issue: Thing | None = None
    comment: Belongs | None = None
    review: Thing | None = None
    deployment: Thing | None = None
    deployment_status: Thing | None = None
    check_run: Thing | None = None
    check_suite: Thing | None = None
    workflow_run: Thing | None = None
    workflow_job: Thing | None = None
    merge_group: Thing | None = None
    release: Thing | None = None
    number: int | None = None
    ref: str | None = None
    after: str | None = None
    sha: str | None = None
    state: str | None = None
    environment: str | None = None


_ABOUT: Final[Mapping[str, str]] = {
    "issue_comment": "comment",
    "issues": "issue",
    "deployment_review": "workflow_run",
    REVIEW: "review",
    **{name: name for name in ("pull_request", "deployment", "deployment_status", "check_run", "check_suite")},
    **{name: name for name in ("workflow_run", "workflow_job", "merge_group", "release")},
}
"""Which field holds the thing itself. A body without it belongs to another event (T20)."""

_READ: Final = msgspec.json.Decoder(Happened)


def glance(event: str, body: bytes) -> Happened | None:
    """The facts of an event that no step waits for; None when there is nothing to keep.

    Such bodies come in many shapes and none of them makes us act, so one that can not be read is no fault.
    """
    if event in SAID:
        return None
    try:
        found = _READ.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    told_apart = event != "deployment" or found.deployment_status is None
    return found if told_apart and keeps(event, found) and _is_there(event, found) else None


def keeps(event: str, found: Envelope) -> bool:
    """Whether an event that means nothing to our steps is kept for its facts.

    The check run of a job of GitHub Actions is not: it has the job's number, and `workflow_job` has told all of it.
    """
    return found.repository is not None and event not in SAID and not _is_job(found)


def read(delivery: Delivery) -> RepositoryEvent | None:
    """What a recorded delivery says about its repository; None when it names none. Raises `BadPayload`."""
    try:
        found = _READ.decode(delivery.facts)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadPayload("The facts of this delivery are not those of an event of GitHub's") from error
    if found.repository is None:
        return None
    named = getattr(found, _ABOUT.get(delivery.event, ""), None)
    thing = named if isinstance(named, Thing) else Thing(id=named.id if named else None)
    return RepositoryEvent(
        delivery=delivery.id,
        connection=delivery.connection,
        repository=found.repository.id,
        received_at=delivery.received_at,
        event=delivery.event,
        action=delivery.action,
        actor=found.sender.id if found.sender else None,
        number=_number(found),
        thing=thing.id,
        parent=_parent(delivery.event, found, thing),
        attempt=thing.run_attempt,
        sha=_sha(found, thing),
        ref=_ref(found, thing),
        environment=thing.environment or found.environment,
        state="merged" if thing.merged else thing.conclusion or thing.status or thing.state or found.state,
        happened_at=_moment(thing),
    )


def _is_job(found: Envelope) -> bool:
    """Workflows may write check runs beside those of their jobs; only a job's leads to a page with its own number."""
    if not isinstance(found, CheckRunEvent) or found.check_run is None or found.check_run.app is None:
        return False
    page = found.check_run.details_url or ""
    return found.check_run.app.slug == ACTIONS and page.endswith(f"/job/{found.check_run.id}")


def _is_there(event: str, found: Happened) -> bool:
    return event not in _ABOUT or getattr(found, _ABOUT[event]) is not None


def _number(found: Happened) -> int | None:
    about = found.pull_request or found.issue
    return about.number if about else found.number


def _parent(event: str, found: Happened, thing: Thing) -> int | None:
    match event:
        case "workflow_run":
            return thing.workflow_id
        case "workflow_job":
            return thing.run_id
        case "deployment_status":
            return found.deployment.id if found.deployment else None
        case "check_run":
            return thing.check_suite.id if thing.check_suite else None
        case _:
            return None


def _sha(found: Happened, thing: Thing) -> str | None:
    """The commit. Of a pull request that was merged it is the one that it became: that one is deployed later."""
    if thing.merged and thing.merge_commit_sha:
        return thing.merge_commit_sha
    head = thing.head.sha if thing.head else None
    deployed = found.deployment.sha if found.deployment else None
    return thing.head_sha or head or thing.commit_id or thing.sha or deployed or found.after or found.sha


def _ref(found: Happened, thing: Thing) -> str | None:
    base = thing.base.ref if thing.base else None
    return thing.head_branch or thing.head_ref or base or thing.ref or found.ref


def _moment(thing: Thing) -> datetime | None:
    at = thing.completed_at or thing.submitted_at or thing.updated_at or thing.started_at or thing.created_at
    return readings.utc(at) if at else None
