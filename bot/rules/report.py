"""Owns the one living message of a request: which template tells its state, and the fields that the template gets.

The fields are declared in bot/rules/fields.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote

from bot.model.approval import Ships
from bot.model.decision import Reason
from bot.model.message import Message
from bot.model.repository import Repository
from bot.model.request import Request, RequestState
from bot.model.run import Run, RunJob
from bot.rules import buttons, places
from bot.rules.approvals import every_team, needs
from bot.rules.fields import (
    ApprovalFields,
    CommitFields,
    InputFields,
    JobFields,
    PlaceFields,
    RequestFields,
    RunFields,
    ShipsFields,
    WorkflowFields,
)
from bot.rules.inputs import is_reserved
from bot.rules.lifecycle import FINAL, UPSTREAM, held_up
from bot.rules.next_step import next_step
from bot.rules.normalise import normalise
from bot.rules.patience import OUTAGE
from bot.rules.pin import short
from bot.rules.status import Group, told

TEMPLATES: Final[Mapping[RequestState, str]] = {
    RequestState.RECEIVED: "request_queued",
    RequestState.WAITING: "request_waiting",
    RequestState.QUEUED: "request_queued",
    RequestState.DISPATCHING: "request_dispatching",
    RequestState.RUNNING: "request_started",
    RequestState.REFUSED: "request_refused",
    RequestState.REJECTED: "request_rejected",
    RequestState.EXPIRED: "request_expired",
    RequestState.VOIDED: "request_voided",
    RequestState.CANCELLED: "request_cancelled",
    RequestState.SUCCEEDED: "request_succeeded",
    RequestState.FAILED: "request_failed",
    RequestState.LOST: "request_lost",
}

SHORT_SHA: Final = 7
SHOWN_TITLES: Final = 5


def living(
    request: Request,
    runs: Sequence[Run],
    *,
    asked_by: str,
    repository: Repository,
    server_url: str,
    now: datetime,
    slack_user: str | None = None,
    also: Sequence[PlaceFields] = (),
    slack_url: str | None = None,
    line: str | None = None,
) -> Message:
    """The request as it stands, with the buttons that make sense now.

    `runs` are its attempts, oldest first; `server_url` has no slash at its end; `slack_user` is the id of the person
    who asked, in the workspace where the message stands; `also` is where else it is shown, and `slack_url` the origin
    of what of that lies in Slack.
    """
    base = f"{server_url}/{quote(repository.full_name)}"
    run = runs[-1] if runs else None
    jobs = sorted(map(_job, run.jobs), key=lambda job: list(Group).index(Group(job["group"]))) if run else []
    told_run = _run(run, base) if run else None
    because = held_up(request)
    sentence, offers = next_step(request, has_run=run is not None, line=line)
    note, rule = places.apart(request.note)
    fields = RequestFields(
        code=request.code,
        state=request.state.value,
        asked_by=asked_by,
        asked_by_slack=slack_user,
        text=normalise(request.text),
        repository=repository.full_name,
        server_url=server_url,
        workflow=_workflow(request, base),
        ref=short(request.pin.ref) if request.pin else None,
        commit=_commit(request, base),
        pull_request=request.pin.pull_request if request.pin else None,
        pull_request_url=_pull_request_url(request, base),
        inputs=[InputFields(name=name, value=value) for name, value in request.inputs.items() if not is_reserved(name)],
        environment=request.environment,
        approval=_approval(request, base),
        run=told_run,
        jobs=jobs,
        counts=_counts(jobs),
        asked_at=request.created_at,
        started_at=request.dispatched_at,
        ended_at=request.ended_at,
        seconds=_seconds(request.dispatched_at, request.ended_at),
        elapsed=None if request.ended_at else _seconds(request.dispatched_at, now),
        stopping=request.state not in FINAL and request.reason is Reason.CANCELLED_BY_PERSON,
        waiting_for=request.waiting_for,
        waits_until=request.created_at + OUTAGE if request.waiting_for == UPSTREAM else None,
        reason=request.reason.value if request.reason else None,
        waits_because=because,
        note="" if request.note == because else note,
        rule=rule,
        rule_url=places.rule_url(rule, server_url),
        also=list(also),
        slack_url=slack_url,
        next_step=sentence,
        offers=list(offers),
    )
    pressed = buttons.of(request, run_url=told_run["url"] if told_run else None)
    return Message(name=TEMPLATES[request.state], fields=fields, buttons=pressed)


def run_url(message: Message) -> str | None:
    """The page of the run that a living message is about; None while there is none."""
    run = message.fields["run"]
    return str(run["url"]) if isinstance(run, Mapping) else None


def _approval(request: Request, base: str) -> ApprovalFields | None:
    asked = request.asked
    if asked is None:
        return None
    return ApprovalFields(
        needs=needs(asked),
        teams=every_team(asked),
        people=list(asked.people),
        yes=list(asked.yes),
        until=asked.expires_at,
        ships=_ships(asked.ships, base) if asked.ships else None,
    )


def _ships(ships: Ships, base: str) -> ShipsFields:
    return ShipsFields(
        commits=ships.commits,
        behind=ships.behind,
        live=ships.live,
        titles=list(ships.titles[:SHOWN_TITLES]),
        pull_requests=list(ships.pull_requests),
        url=f"{base}/compare/{quote(ships.live)}...{quote(ships.sha)}",
    )


def _workflow(request: Request, base: str) -> WorkflowFields:
    file = request.workflow_path.rpartition("/")[2]
    return WorkflowFields(
        name=request.workflow_name.strip() or file,
        path=request.workflow_path,
        file=file,
        url=f"{base}/actions/workflows/{quote(file)}",
    )


def _commit(request: Request, base: str) -> CommitFields | None:
    if request.pin is None:
        return None
    sha = request.pin.sha
    return CommitFields(sha=sha, short=sha[:SHORT_SHA], url=f"{base}/commit/{quote(sha)}")


def _pull_request_url(request: Request, base: str) -> str | None:
    number = request.pin.pull_request if request.pin else None
    return f"{base}/pull/{number}" if number is not None else None


def _run(run: Run, base: str) -> RunFields:
    group, words = told(run.status, run.conclusion)
    # The id is known from the answer to our dispatch, the address from the first report, which may be late.
    url = run.url or f"{base}/actions/runs/{run.github_id}"
    return RunFields(url=url, attempt=run.attempt, words=words, group=group.value)


def _job(job: RunJob) -> JobFields:
    group, words = told(job.status, job.conclusion)
    return JobFields(
        name=job.name,
        group=group.value,
        words=words,
        conclusion=job.conclusion.value if job.conclusion else None,
        seconds=_seconds(job.started_at, job.completed_at),
        url=job.url,
    )


def _counts(jobs: Sequence[JobFields]) -> dict[str, int]:
    found = Counter(job["group"] for job in jobs)
    return {group.value: found[group.value] for group in Group if found[group.value]}


def _seconds(start: datetime | None, end: datetime | None) -> int | None:
    """Whole seconds between two moments; None while one of them is missing. Clocks that disagree count as 0."""
    return max(0, round((end - start).total_seconds())) if start and end else None
