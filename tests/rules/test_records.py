"""What GitHub's own records say of a request in each of its states."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model.address import CheckPlace, DeploymentPlace
from bot.model.check_run import CheckStatus
from bot.model.deployment import DeploymentState
from bot.model.request import Request, RequestState
from bot.model.run import Conclusion, RunStatus
from bot.rules import records
from tests.support import make

GUARDED = replace(make.request(command="deploy", environment="production"), pin=replace(make.pin(), head_sha="d" * 40))
CHECK = CheckPlace(connection=make.CONNECTION, repository=77, sha=make.SHA)
DEPLOYMENT = DeploymentPlace(connection=make.CONNECTION, repository=77, sha=make.SHA, environment="production")

STATES = [
    (RequestState.RECEIVED, None, CheckStatus.QUEUED, None, "Received", ["cancel"]),
    (RequestState.QUEUED, None, CheckStatus.QUEUED, None, "Queued", ["cancel"]),
    (RequestState.DISPATCHING, None, CheckStatus.QUEUED, None, "Starting", ["cancel"]),
    (RequestState.DISPATCHING, "upstream", CheckStatus.QUEUED, None, "Starting", ["cancel"]),
    (
        RequestState.WAITING,
        "approval",
        CheckStatus.COMPLETED,
        Conclusion.ACTION_REQUIRED,
        "Waiting for approval",
        ["approve", "reject", "cancel"],
    ),
    (RequestState.WAITING, "lock", CheckStatus.QUEUED, None, "Waiting for the lock", ["cancel"]),
    (RequestState.WAITING, "upstream", CheckStatus.QUEUED, None, "Waiting for GitHub", ["cancel"]),
    (RequestState.RUNNING, None, CheckStatus.IN_PROGRESS, None, "Running", ["cancel"]),
    (RequestState.SUCCEEDED, None, CheckStatus.COMPLETED, Conclusion.SUCCESS, "Passed", []),
    (RequestState.FAILED, None, CheckStatus.COMPLETED, Conclusion.FAILURE, "Failed", ["rerun_failed"]),
    (RequestState.REFUSED, None, CheckStatus.COMPLETED, Conclusion.FAILURE, "Refused", []),
    (RequestState.REJECTED, None, CheckStatus.COMPLETED, Conclusion.FAILURE, "Rejected", []),
    (RequestState.EXPIRED, None, CheckStatus.COMPLETED, Conclusion.TIMED_OUT, "Expired", []),
    (
        RequestState.VOIDED,
        None,
        CheckStatus.COMPLETED,
        Conclusion.CANCELLED,
        "Stopped: not what was asked for",
        [],
    ),
    (RequestState.CANCELLED, None, CheckStatus.COMPLETED, Conclusion.CANCELLED, "Cancelled", []),
    (
        RequestState.LOST,
        None,
        CheckStatus.COMPLETED,
        Conclusion.FAILURE,
        "Lost: nobody knows how it ended",
        [],
    ),
]


@pytest.mark.parametrize(("state", "waits", "status", "conclusion", "title", "buttons"), STATES)
def test_a_check_run_in_every_state(
    state: RequestState,
    waits: str | None,
    status: CheckStatus,
    conclusion: Conclusion | None,
    title: str,
    buttons: list[str],
) -> None:
    request = replace(GUARDED, state=state, waiting_for=waits)
    report = records.check_run(request, [make.run()], key="k", summary="words", url="https://github.com/run")
    assert (report.name, report.external_id, report.summary) == ("Deploy / production", "k", "words")
    assert (report.status, report.conclusion, report.title) == (status, conclusion, title)
    assert [button.identifier for button in report.buttons] == buttons
    assert report.details_url == "https://github.com/run"


def test_the_table_knows_every_state() -> None:
    assert {state for state, *_ in STATES} == set(RequestState)


def test_only_a_success_lets_a_required_check_pass() -> None:
    passing = {Conclusion.SUCCESS, Conclusion.NEUTRAL, Conclusion.SKIPPED}
    assert {state for state, end in records.CONCLUSIONS.items() if end in passing} == {RequestState.SUCCEEDED}


def test_what_failed_is_marked_at_its_workflow_file() -> None:
    done = {"status": RunStatus.COMPLETED}
    jobs = (
        make.job(1, conclusion=Conclusion.SUCCESS, **done),
        make.job(2, name="ship", conclusion=Conclusion.FAILURE, **done),
        make.job(3, name="wait", conclusion=Conclusion.TIMED_OUT, **done),
        make.job(4, name="skip", conclusion=Conclusion.SKIPPED, **done),
    )
    failed = replace(GUARDED, state=RequestState.FAILED)
    report = records.check_run(failed, [make.run(jobs=jobs)], key="k", summary="", url=None)
    assert [(mark.path, mark.start_line, mark.title) for mark in report.annotations] == [
        (".github/workflows/deploy.yml", 1, "ship"),
        (".github/workflows/deploy.yml", 1, "wait"),
    ]
    assert report.annotations[0].message == "The job ship failed: https://github.com/acme/shop/actions/runs/555/job/2"


def test_what_never_ran_has_nothing_to_run_again() -> None:
    report = records.check_run(replace(GUARDED, state=RequestState.FAILED), [], key="k", summary="", url=None)
    assert (report.buttons, report.annotations) == ((), ())


@pytest.mark.parametrize(
    ("request_", "places"),
    [
        (GUARDED, (CHECK, DEPLOYMENT)),
        (replace(GUARDED, dry_run=True), (CHECK,)),
        (replace(GUARDED, pin=None), ()),
        (replace(GUARDED, environment=None), ()),
        # What no rule guards, as `run` without a configuration, is nobody's deployment.
        (replace(GUARDED, pin=make.pin()), ()),
    ],
)
def test_where_records_are_kept(request_: Request, places: tuple[object, ...]) -> None:
    assert tuple(records.places(request_)) == places


@pytest.mark.parametrize("state", list(RequestState))
def test_what_did_not_run_is_no_deployment(state: RequestState) -> None:
    told = {
        RequestState.RUNNING: DeploymentState.IN_PROGRESS,
        RequestState.SUCCEEDED: DeploymentState.SUCCESS,
        RequestState.FAILED: DeploymentState.FAILURE,
        RequestState.CANCELLED: DeploymentState.ERROR,
        RequestState.VOIDED: DeploymentState.ERROR,
        RequestState.LOST: DeploymentState.ERROR,
    }
    assert records.deployment_state(replace(GUARDED, state=state)) == told.get(state)
