"""Owns what a recorded GitHub delivery means: its facts become the bot's own small events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeVar
from uuid import UUID

from bot.errors import BadPayload
from bot.github import inbound_deploying, readings
from bot.github.comment_text import find_lines
from bot.github.facts import (
    CommentEvent,
    Envelope,
    InstallationEvent,
    JobEvent,
    PullRequestEvent,
    PushEvent,
    RunEvent,
)
from bot.github.shapes import ACCESS_ACTIONS, LABEL_ACTIONS, SHAPES
from bot.model.delivery import Delivery
from bot.model.inbound import (
    AccessChanged,
    CommandReceived,
    HeadMoved,
    Inbound,
    InstallationChanged,
    JobReported,
    RepositoryChanged,
    RunReported,
)
from bot.model.origin import CommentOrigin

E = TypeVar("E", bound=Envelope)


class ReadDelivery:
    """Reads deliveries. It satisfies `bot.flow.ports.ReadDelivery`."""

    def __init__(self, app_ids: Mapping[UUID, int | None]) -> None:
        """`app_ids` says which GitHub App we are on each connection: what it wrote itself is no command."""
        self._app_ids = app_ids

    def __call__(self, delivery: Delivery) -> tuple[Inbound, ...]:
        """What the delivery means, in order; nothing for noise. Raises `BadPayload` when the facts are not ours."""
        return read(delivery, self._app_ids.get(delivery.connection))


def read(delivery: Delivery, app_id: int | None = None) -> tuple[Inbound, ...]:
    """What the delivery means. `app_id` is our GitHub App on that connection. Raises `BadPayload`."""
    shape = SHAPES.get(delivery.event)
    reader = _READERS.get(delivery.event)
    if shape is None or reader is None:
        return ()
    found = shape.decode(delivery.facts)
    if shape.actions is not None and found.action not in shape.actions:
        return ()
    return reader(delivery, found, app_id)


def _comment(delivery: Delivery, found: Envelope, app_id: int | None) -> tuple[Inbound, ...]:
    event = _as(found, CommentEvent)
    if event.action != "created":
        return inbound_deploying.comment_changed(delivery, event)
    comment, issue = event.comment, event.issue
    if comment is None or issue is None or comment.user is None or comment.created_at is None:
        return ()
    through = comment.performed_via_github_app
    if comment.user.type != "User" or (through is not None and through.id == app_id):
        return ()
    repository = readings.repository(delivery.connection, event)
    author = readings.account(delivery.connection, comment.user)
    origin = CommentOrigin(
        connection=delivery.connection,
        repository=repository.id,
        number=issue.number,
        on_pull_request=issue.pull_request is not None,
        comment=comment.id,
        line=0,
        created_at=readings.utc(comment.created_at),
        url=comment.html_url,
        via_app=through is not None,
    )
    return tuple(
        CommandReceived(origin=replace(origin, line=line.number), repository=repository, author=author, line=line.text)
        for line in find_lines(comment.body or "")
    )


def _pull_request(delivery: Delivery, found: Envelope, _: int | None) -> tuple[Inbound, ...]:
    event = _as(found, PullRequestEvent)
    facts = event.pull_request
    if facts is None:
        return ()
    at = facts.created_at if event.action == "opened" else facts.updated_at
    if at is None:
        return ()
    repository = readings.repository(delivery.connection, event)
    pull_request = readings.pull_request(facts, repository.id)
    if not pull_request.head_sha:
        return ()
    moved = HeadMoved(
        repository=repository,
        pull_request=pull_request,
        action=event.action or "",
        at=readings.utc(at),
        pusher=event.sender.id if event.sender and _pushed(event, fork=pull_request.fork) else None,
    )
    return (moved,)


def _pushed(event: PullRequestEvent, *, fork: bool) -> bool:
    """Whether the sender is whoever pushed the head. Who opens a pull request from a branch here need not be, and the
    repository's own log knows who was; of a fork it knows nothing, and nobody else is as likely."""
    return event.action == "synchronize" or (event.action == "opened" and fork)


def _run(delivery: Delivery, found: Envelope, _: int | None) -> tuple[Inbound, ...]:
    event = _as(found, RunEvent)
    report = readings.run(event.workflow_run) if event.workflow_run else None
    if report is None or event.repository is None:
        return ()
    return (RunReported(connection=delivery.connection, repository=event.repository.id, run=report),)


def _job(delivery: Delivery, found: Envelope, _: int | None) -> tuple[Inbound, ...]:
    event = _as(found, JobEvent)
    facts = event.workflow_job
    job = readings.job(facts) if facts else None
    if facts is None or job is None or facts.run_id is None or event.repository is None:
        return ()
    reported = JobReported(
        connection=delivery.connection,
        repository=event.repository.id,
        run_id=facts.run_id,
        attempt=facts.run_attempt or 1,
        job=job,
    )
    return (reported,)


def _access(delivery: Delivery, found: Envelope, _: int | None) -> tuple[Inbound, ...]:
    """Rights through a team or an organisation reach any repository, even when the body names one."""
    reach = found.repository.id if found.repository and delivery.event == "member" else None
    return (AccessChanged(connection=delivery.connection, repository=reach),)


def _repository(delivery: Delivery, found: Envelope, _: int | None) -> tuple[Inbound, ...]:
    meant: list[Inbound] = []
    if found.action in ACCESS_ACTIONS and found.repository is not None:
        meant.append(AccessChanged(connection=delivery.connection, repository=found.repository.id))
    if found.action in LABEL_ACTIONS:
        repository = readings.repository(delivery.connection, found)
        meant.append(RepositoryChanged(repository=repository, pushed_ref=None))
    return tuple(meant)


def _push(delivery: Delivery, found: Envelope, _: int | None) -> tuple[Inbound, ...]:
    event = _as(found, PushEvent)
    repository = readings.repository(delivery.connection, event)
    return (RepositoryChanged(repository=repository, pushed_ref=event.ref),)


def _installation(delivery: Delivery, found: Envelope, _: int | None) -> tuple[Inbound, ...]:
    event = _as(found, InstallationEvent)
    if event.installation is None:
        return ()
    changed = InstallationChanged(
        connection=delivery.connection,
        installation=event.installation.id,
        action=event.action or "",
        repositories_removed=tuple(repository.id for repository in event.repositories_removed or ()),
    )
    return (changed,)


def _as(found: Envelope, kind: type[E]) -> E:
    if not isinstance(found, kind):
        raise BadPayload(f"A body of {type(found).__name__} is not one of {kind.__name__}")
    return found


_READERS: Final[Mapping[str, Callable[[Delivery, Envelope, int | None], tuple[Inbound, ...]]]] = {
    "issue_comment": _comment,
    "pull_request": _pull_request,
    "workflow_run": _run,
    "workflow_job": _job,
    "check_run": inbound_deploying.check_run,
    "deployment_protection_rule": inbound_deploying.protection,
    "member": _access,
    "membership": _access,
    "team": _access,
    "team_add": _access,
    "organization": _access,
    "repository": _repository,
    "push": _push,
    "installation": _installation,
    "installation_repositories": _installation,
}
