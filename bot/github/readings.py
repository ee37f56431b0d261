"""Owns how GitHub's fields become values of the model, for webhooks and for answers of the API alike."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from bot.errors import BadPayload
from bot.github.facts import Account, Envelope, JobFacts, PullRequestFacts, RunFacts, StepFacts
from bot.model.people import GitHubAccount
from bot.model.repository import PullRequest, Repository, Visibility
from bot.model.run import Conclusion, RunJob, RunReport, RunStatus, Step

log = logging.getLogger(__name__)

_PATH_AND_REF: Final = re.compile(r"(.*?\.ya?ml)@.*")


def utc(moment: datetime) -> datetime:
    """The same moment in UTC: some bodies carry an offset."""
    return moment.astimezone(UTC)


def account(connection: UUID, facts: Account) -> GitHubAccount:
    """A user of that connection."""
    return GitHubAccount(connection=connection, id=facts.id, login=facts.login)


def repository(connection: UUID, event: Envelope) -> Repository:
    """The repository that an event is about. Raises `BadPayload` when it is not named."""
    facts = event.repository
    if facts is None:
        raise BadPayload("The event names no repository")
    owner, _, name = facts.full_name.partition("/")
    if facts.owner is not None:
        owner = facts.owner.login or facts.owner.name or owner
    if not owner or not (facts.name or name):
        raise BadPayload("The event does not name its repository's owner and name")
    return Repository(
        connection=connection,
        id=facts.id,
        owner=owner,
        name=facts.name or name,
        private=facts.private,
        visibility=Visibility.of(facts.visibility),
        default_branch=facts.default_branch,
        installation=event.installation.id if event.installation else None,
    )


def pull_request(facts: PullRequestFacts, base_repository: int) -> PullRequest:
    """A pull request of the repository `base_repository`, which the caller knows from elsewhere."""
    head, base = facts.head, facts.base
    return PullRequest(
        number=facts.number,
        head_sha=head.sha if head else "",
        head_ref=head.ref if head else "",
        head_repository=head.repo.id if head and head.repo else None,
        base_repository=base_repository,
        base_ref=base.ref if base else "",
        open=facts.state == "open",
        draft=bool(facts.draft),
        author=facts.user.id if facts.user else None,
    )


def run(facts: RunFacts) -> RunReport | None:
    """What GitHub says about a run; None, and a line in the log, when its status is a word that we do not know."""
    status = _status(facts.status)
    updated_at = facts.updated_at or facts.created_at
    if status is None or updated_at is None:
        return None
    return RunReport(
        id=facts.id,
        attempt=facts.run_attempt or 1,
        status=status,
        conclusion=_conclusion(facts.conclusion),
        event=facts.event,
        workflow_id=facts.workflow_id,
        path=path(facts.path) if facts.path else None,
        head_sha=facts.head_sha,
        actor_id=facts.actor.id if facts.actor else None,
        actor_login=facts.actor.login if facts.actor else None,
        display_title=facts.display_title,
        url=facts.html_url,
        created_at=utc(facts.created_at) if facts.created_at else None,
        updated_at=utc(updated_at),
        triggering_actor_id=facts.triggering_actor.id if facts.triggering_actor else None,
        triggering_actor_login=facts.triggering_actor.login if facts.triggering_actor else None,
    )


def path(told: str) -> str:
    """`.github/workflows/deploy.yml`, from what may be told with the ref behind it: `...yml@refs/heads/main`."""
    with_ref = _PATH_AND_REF.fullmatch(told)
    return with_ref[1] if with_ref else told


def job(facts: JobFacts) -> RunJob | None:
    """What GitHub says about a job; None, and a line in the log, when its status is a word that we do not know."""
    status = _status(facts.status)
    if status is None:
        return None
    return RunJob(
        id=facts.id,
        name=facts.name,
        status=status,
        conclusion=_conclusion(facts.conclusion),
        started_at=utc(facts.started_at) if facts.started_at else None,
        completed_at=utc(facts.completed_at) if facts.completed_at else None,
        url=facts.html_url or "",
    )


def step(facts: StepFacts) -> Step:
    """What GitHub says about a step."""
    return Step(
        number=facts.number,
        name=facts.name,
        conclusion=_conclusion(facts.conclusion),
        started_at=utc(facts.started_at) if facts.started_at else None,
        completed_at=utc(facts.completed_at) if facts.completed_at else None,
    )


def _status(word: str | None) -> RunStatus | None:
    try:
        return RunStatus(word or "")
    except ValueError:
        log.warning("GitHub reports the status %r, which is unknown here", word, extra={"action": "status_unknown"})
        return None


def _conclusion(word: str | None) -> Conclusion | None:
    if word is None:
        return None
    try:
        return Conclusion(word)
    except ValueError:
        log.warning("GitHub reports the conclusion %r, unknown here", word, extra={"action": "conclusion_unknown"})
        return None
