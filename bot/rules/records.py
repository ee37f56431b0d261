"""Owns what GitHub's own records say of a request that touches an environment: a check run on its commit, and a
deployment.

A check run that is required must not pass by anything but a success, so nothing here ever is `neutral` or `skipped`.
https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.model.address import CheckPlace, DeploymentPlace, Record
from bot.model.check_run import Annotation, CheckButton, CheckReport, CheckStatus, Level
from bot.model.deployment import DeploymentState
from bot.model.request import Request, RequestState
from bot.model.run import Conclusion, Run
from bot.rules.lifecycle import FINAL

S = RequestState

APPROVE: Final = CheckButton(identifier="approve", label="Approve", description="Say yes to this request")
REJECT: Final = CheckButton(identifier="reject", label="Reject", description="Say no, which ends this request")
CANCEL: Final = CheckButton(identifier="cancel", label="Cancel", description="Stop this request for everybody")
RERUN_FAILED: Final = CheckButton(
    identifier="rerun_failed", label="Re-run failed", description="Run the failed jobs once more"
)

TITLES: Final[Mapping[RequestState, str]] = {
    S.RECEIVED: "Received",
    S.WAITING: "Waiting",
    S.QUEUED: "Queued",
    S.DISPATCHING: "Starting",
    S.RUNNING: "Running",
    S.REFUSED: "Refused",
    S.REJECTED: "Rejected",
    S.EXPIRED: "Expired",
    S.VOIDED: "Stopped: not what was asked for",
    S.CANCELLED: "Cancelled",
    S.SUCCEEDED: "Passed",
    S.FAILED: "Failed",
    S.LOST: "Lost: nobody knows how it ended",
}

CONCLUSIONS: Final[Mapping[RequestState, Conclusion]] = {
    S.REFUSED: Conclusion.FAILURE,
    S.REJECTED: Conclusion.FAILURE,
    S.EXPIRED: Conclusion.TIMED_OUT,
    S.VOIDED: Conclusion.CANCELLED,
    S.CANCELLED: Conclusion.CANCELLED,
    S.SUCCEEDED: Conclusion.SUCCESS,
    S.FAILED: Conclusion.FAILURE,
    S.LOST: Conclusion.FAILURE,
}

DEPLOYED: Final[Mapping[RequestState, DeploymentState]] = {
    S.RUNNING: DeploymentState.IN_PROGRESS,
    S.SUCCEEDED: DeploymentState.SUCCESS,
    S.FAILED: DeploymentState.FAILURE,
    S.CANCELLED: DeploymentState.ERROR,
    S.VOIDED: DeploymentState.ERROR,
    S.LOST: DeploymentState.ERROR,
}
"""What ran and was stopped, or ended unseen, left the environment in a state that nobody knows: an error."""


def places(request: Request) -> Sequence[Record]:
    """Where GitHub keeps a record of it. Only what touches an environment by a rule has any, once it is pinned; a
    rehearsal ships nothing, so it is no deployment."""
    pin = request.pin
    if pin is None or pin.head_sha is None or request.environment is None:
        return ()
    check = CheckPlace(connection=request.connection, repository=request.repository, sha=pin.sha)
    if request.dry_run:
        return (check,)
    return (
        check,
        DeploymentPlace(
            connection=request.connection,
            repository=request.repository,
            sha=pin.sha,
            environment=request.environment,
        ),
    )


def check_name(request: Request) -> str:
    """`Deploy / production`, by what is touched and not by the word that was typed (T2): the same for each request of
    its kind, a rerun included, so that branch protection can require it."""
    file = request.workflow_path.rpartition("/")[2]
    return f"{request.workflow_name.strip() or file} / {request.environment}"


def check_run(request: Request, runs: Sequence[Run], *, key: str, summary: str, url: str | None) -> CheckReport:
    """The check run as the request stands; `summary` is its living message in Markdown, `url` the page of its run."""
    status, conclusion = _how_far(request)
    return CheckReport(
        name=check_name(request),
        external_id=key,
        status=status,
        conclusion=conclusion,
        title=_title(request),
        summary=summary,
        details_url=url,
        buttons=_buttons(request, runs),
        annotations=_annotations(request, runs),
    )


def deployment_state(request: Request) -> DeploymentState | None:
    """None while nothing was deployed."""
    return DEPLOYED.get(request.state)


def _how_far(request: Request) -> tuple[CheckStatus, Conclusion | None]:
    if request.state in FINAL:
        return CheckStatus.COMPLETED, CONCLUSIONS[request.state]
    if request.state is S.WAITING and request.waiting_for == "approval":
        return CheckStatus.COMPLETED, Conclusion.ACTION_REQUIRED
    if request.state is S.RUNNING:
        return CheckStatus.IN_PROGRESS, None
    return CheckStatus.QUEUED, None


def _title(request: Request) -> str:
    if request.state is S.WAITING and request.waiting_for:
        return f"Waiting for {WAITS.get(request.waiting_for, request.waiting_for)}"
    return TITLES[request.state]


WAITS: Final = {"approval": "approval", "lock": "the lock", "upstream": "GitHub"}


def _buttons(request: Request, runs: Sequence[Run]) -> tuple[CheckButton, ...]:
    """At most three, which is what GitHub shows."""
    if request.state is S.FAILED and runs:
        return (RERUN_FAILED,)
    if request.state in FINAL:
        return ()
    if request.state is S.WAITING and request.waiting_for == "approval":
        return (APPROVE, REJECT, CANCEL)
    return (CANCEL,)


def _annotations(request: Request, runs: Sequence[Run]) -> tuple[Annotation, ...]:
    """Each failed job, at the top of its workflow file: GitHub says no line of a job that failed."""
    if request.state is not S.FAILED or not runs:
        return ()
    failed = [job for job in runs[-1].jobs if job.conclusion in (Conclusion.FAILURE, Conclusion.TIMED_OUT)]
    return tuple(
        Annotation(
            path=request.workflow_path,
            start_line=1,
            end_line=1,
            level=Level.FAILURE,
            title=job.name,
            message=f"The job {job.name} failed: {job.url}",
        )
        for job in failed[:50]
    )
