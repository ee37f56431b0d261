"""The living message's name and fields, in each state of a request."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bot.model.decision import Reason
from bot.model.origin import CommentOrigin
from bot.model.repository import Repository
from bot.model.request import Pin, PinSource, Request, RequestState
from bot.model.run import Conclusion, Run, RunJob, RunStatus
from bot.rules.report import living

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CONNECTION = UUID(int=1)
SHA = "0123456789abcdef0123456789abcdef01234567"
SHOP = Repository(
    connection=CONNECTION, id=7, owner="acme", name="shop", private=True, default_branch="main", installation=3
)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def request(state: RequestState = RequestState.RUNNING) -> Request:
    return Request(
        id=UUID(int=2),
        code="K7QX2M",
        key="k3y",
        connection=CONNECTION,
        repository=7,
        command="run",
        text="/run deploy.yml\u00a0environment=staging\r",
        person=UUID(int=3),
        number=12,
        on_pull_request=True,
        rerun=None,
        origin=CommentOrigin(
            connection=CONNECTION,
            repository=7,
            number=12,
            on_pull_request=True,
            comment=99,
            line=1,
            created_at=NOON,
            url="https://github.com/acme/shop/pull/12#issuecomment-99",
            via_app=False,
        ),
        workflow_id=None,
        workflow_path=".github/workflows/deploy.yml",
        workflow_name="Deploy",
        inputs={"environment": "staging", "signalbox_request": "k3y"},
        environment="staging",
        pin=Pin(
            ref="refs/heads/feature/login",
            sha=SHA,
            source=PinSource.RECORDED,
            pull_request=12,
            workflow_blob="b10b",
        ),
        state=state,
        waiting_for=None,
        reason=None,
        note="",
        judged_at=NOON,
        dispatched_at=later(1),
        created_at=NOON,
        ended_at=None,
        version=3,
    )


def job(name: str, status: RunStatus, conclusion: Conclusion | None = None, seconds: float | None = None) -> RunJob:
    return RunJob(
        id=1,
        name=name,
        status=status,
        conclusion=conclusion,
        started_at=None if seconds is None else NOON,
        completed_at=None if seconds is None else later(seconds),
        url="https://github.com/acme/shop/actions/runs/5/job/1",
    )


def run(*jobs: RunJob, status: RunStatus = RunStatus.IN_PROGRESS, conclusion: Conclusion | None = None) -> Run:
    return Run(
        id=UUID(int=4),
        connection=CONNECTION,
        repository=7,
        github_id=5,
        attempt=1,
        request=UUID(int=2),
        status=status,
        conclusion=conclusion,
        url="https://github.com/acme/shop/actions/runs/5",
        verified=True,
        jobs=jobs,
        updated_at=NOON,
        checked_at=NOON,
    )


def fields(told: Request, *runs: Run, now: datetime = NOON) -> dict[str, object]:
    message = living(told, runs, asked_by="alice", repository=SHOP, server_url="https://github.com", now=now)
    return dict(message.fields)


def test_every_field_of_a_running_request() -> None:
    underway = run(
        job("build", RunStatus.COMPLETED, Conclusion.SUCCESS, 42),
        job("lint", RunStatus.QUEUED),
        job("test", RunStatus.COMPLETED, Conclusion.TIMED_OUT, 61.6),
        job("pack", RunStatus.IN_PROGRESS),
    )
    url = "https://github.com/acme/shop/actions/runs/5/job/1"
    assert fields(request(), run(), underway, now=later(31)) == {
        "code": "K7QX2M",
        "state": "running",
        "asked_by": "alice",
        "asked_by_slack": None,
        "text": "/run deploy.yml environment=staging",
        "repository": "acme/shop",
        "server_url": "https://github.com",
        "workflow": {
            "name": "Deploy",
            "path": ".github/workflows/deploy.yml",
            "file": "deploy.yml",
            "url": "https://github.com/acme/shop/actions/workflows/deploy.yml",
        },
        "ref": "feature/login",
        "commit": {"sha": SHA, "short": "0123456", "url": f"https://github.com/acme/shop/commit/{SHA}"},
        "pull_request": 12,
        "pull_request_url": "https://github.com/acme/shop/pull/12",
        "inputs": [{"name": "environment", "value": "staging"}],
        "environment": "staging",
        "run": {
            "url": "https://github.com/acme/shop/actions/runs/5",
            "attempt": 1,
            "words": "running",
            "group": "running",
        },
        "jobs": [
            {
                "name": "test",
                "group": "failed",
                "words": "timed out",
                "conclusion": "timed_out",
                "seconds": 62,
                "url": url,
            },
            {"name": "pack", "group": "running", "words": "running", "conclusion": None, "seconds": None, "url": url},
            {
                "name": "lint",
                "group": "waiting",
                "words": "waiting for a runner",
                "conclusion": None,
                "seconds": None,
                "url": url,
            },
            {"name": "build", "group": "passed", "words": "passed", "conclusion": "success", "seconds": 42, "url": url},
        ],
        "approval": None,
        "counts": {"failed": 1, "running": 1, "waiting": 1, "passed": 1},
        "asked_at": NOON,
        "started_at": later(1),
        "ended_at": None,
        "seconds": None,
        "elapsed": 30,
        "stopping": False,
        "waiting_for": None,
        "waits_until": None,
        "waits_because": None,
        "reason": None,
        "note": "",
        "rule": None,
        "rule_url": None,
        "also": [],
        "slack_url": None,
        "next_step": "",
        "offers": [{"line": "/cancel K7QX2M", "does": "stops it"}],
    }


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (RequestState.RECEIVED, "request_queued"),
        (RequestState.WAITING, "request_waiting"),
        (RequestState.QUEUED, "request_queued"),
        (RequestState.DISPATCHING, "request_dispatching"),
        (RequestState.RUNNING, "request_started"),
        (RequestState.REFUSED, "request_refused"),
        (RequestState.REJECTED, "request_rejected"),
        (RequestState.EXPIRED, "request_expired"),
        (RequestState.VOIDED, "request_voided"),
        (RequestState.CANCELLED, "request_cancelled"),
        (RequestState.SUCCEEDED, "request_succeeded"),
        (RequestState.FAILED, "request_failed"),
        (RequestState.LOST, "request_lost"),
    ],
)
def test_each_state_has_its_template_and_a_way_on(state: RequestState, name: str) -> None:
    message = living(request(state), [], asked_by="alice", repository=SHOP, server_url="https://github.com", now=NOON)
    assert message.name == name
    assert message.fields["next_step"] or message.fields["offers"]


def test_a_request_that_ended_tells_how_long_it_took() -> None:
    told = fields(replace(request(RequestState.SUCCEEDED), ended_at=later(103)), now=later(900))
    assert (told["seconds"], told["elapsed"]) == (102, None)


def test_clocks_that_disagree_never_show_less_than_nothing() -> None:
    told = fields(replace(request(RequestState.SUCCEEDED), ended_at=NOON))
    assert told["seconds"] == 0


def test_a_request_without_pin_and_run_has_no_commit() -> None:
    told = fields(replace(request(RequestState.REFUSED), pin=None, dispatched_at=None))
    assert [told[name] for name in ("ref", "commit", "pull_request", "run", "jobs", "started_at", "seconds")] == [
        None,
        None,
        None,
        None,
        [],
        None,
        None,
    ]


def test_while_it_is_being_stopped_nothing_offers_to_stop_it() -> None:
    told = fields(replace(request(), reason=Reason.CANCELLED_BY_PERSON, note="bob stopped it."))
    assert (told["stopping"], told["note"], told["offers"]) == (True, "bob stopped it.", [])


@pytest.mark.parametrize(
    ("waiting_for", "sentence"),
    [
        ("approval", ""),  # the card says who may say yes
        ("lock", "It starts when the lock is free."),
        ("freeze", "It starts when the freeze is over."),
        ("upstream", ""),
        (None, ""),
    ],
)
def test_waiting_says_for_what(waiting_for: str | None, sentence: str) -> None:
    told = fields(replace(request(RequestState.WAITING), waiting_for=waiting_for))
    assert told["next_step"] == sentence


def test_a_failure_leads_to_the_logs_only_where_there_is_a_run() -> None:
    failed = request(RequestState.FAILED)
    line = "/run deploy.yml environment=staging"
    with_run, without = fields(failed, run(status=RunStatus.COMPLETED, conclusion=Conclusion.FAILURE)), fields(failed)
    assert (with_run["next_step"], with_run["offers"]) == (
        "Open the logs of what failed and mend what they show.",
        [{"line": line, "does": "runs it again"}],
    )
    assert (without["next_step"], without["offers"]) == (
        "Mend what GitHub named.",
        [{"line": line, "does": "asks again"}],
    )


def test_a_refusal_offers_to_explain() -> None:
    told = fields(replace(request(RequestState.REFUSED), text="/ops run deploy.yml"))
    assert told["offers"] == [
        {"line": "/explain ops run deploy.yml", "does": "shows every gate"},
        {"line": "/ops run deploy.yml", "does": "asks again"},
    ]


@pytest.mark.parametrize(
    ("ref", "short"),
    [
        ("refs/heads/main", "main"),
        ("refs/tags/v1", "v1"),
        ("refs/heads/refs/tags/v1", "refs/tags/v1"),
        ("refs/heads/a/refs/heads/b", "a/refs/heads/b"),
    ],
)
def test_a_ref_is_shown_by_its_short_name(ref: str, short: str) -> None:
    pin = request().pin
    assert pin is not None
    assert fields(replace(request(), pin=replace(pin, ref=ref)))["ref"] == short


def test_names_go_into_urls_quoted() -> None:
    told = living(
        replace(request(), workflow_path=".github/workflows/a b).yml"),
        [],
        asked_by="alice",
        repository=replace(SHOP, name="sh op"),
        server_url="https://ghe.example",
        now=NOON,
    )
    assert told.fields["workflow"] == {
        "name": "Deploy",
        "path": ".github/workflows/a b).yml",
        "file": "a b).yml",
        "url": "https://ghe.example/acme/sh%20op/actions/workflows/a%20b%29.yml",
    }


@pytest.mark.parametrize("status", list(RunStatus))
@pytest.mark.parametrize("conclusion", [None, *Conclusion])
def test_every_status_has_words(status: RunStatus, conclusion: Conclusion | None) -> None:
    told = fields(request(), run(job("a", status, conclusion)))
    assert isinstance(told["jobs"], list)
    assert told["jobs"][0]["words"]
    assert told["counts"] == {told["jobs"][0]["group"]: 1}


def test_a_slack_user_and_buttons_go_with_the_message() -> None:
    told = living(
        request(),
        [run()],
        asked_by="alice",
        repository=SHOP,
        server_url="https://github.com",
        now=NOON,
        slack_user="U012ALICE",
    )
    assert told.fields["asked_by_slack"] == "U012ALICE"
    assert [(button.action, button.url) for button in told.buttons] == [
        ("cancel", None),
        ("show", "https://github.com/acme/shop/actions/runs/5"),
    ]
