"""Runs: as they are, their jobs, those that we dispatched, running one again and cancelling one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx

from bot.errors import Moved, NotFound, Refused, Unreachable
from bot.github.clients import Clients
from bot.github.runs import WorkflowRuns
from bot.model.run import RunStatus
from tests.github.conftest import API
from tests.github.webhook import JOB, RUN
from tests.support.clock import START
from tests.support.make import repository

PATH = "/repos/acme/shop/actions/runs/555"
JOBS = f"{PATH}/attempts/2/jobs"
LIST = "/repos/acme/shop/actions/workflows/deploy.yml/runs"
FILE = ".github/workflows/deploy.yml"


@pytest.fixture
def runs(clients: Clients) -> WorkflowRuns:
    return WorkflowRuns(clients)


async def test_a_run_is_read(runs: WorkflowRuns, github: respx.MockRouter) -> None:
    github.get(PATH).respond(200, json=RUN)
    report = await runs.get(repository(), 555)
    assert (report.id, report.status, report.path, report.actor_login) == (
        555,
        RunStatus.IN_PROGRESS,
        FILE,
        "signalbox[bot]",
    )
    assert (report.attempt, report.triggering_actor_id, report.triggering_actor_login) == (1, None, None)


async def test_an_attempt_names_who_started_it(runs: WorkflowRuns, github: respx.MockRouter) -> None:
    bob = {"id": 1002, "login": "bob", "type": "User"}
    github.get(PATH).respond(200, json={**RUN, "run_attempt": 2, "triggering_actor": bob})
    report = await runs.get(repository(), 555)
    assert (report.attempt, report.actor_login, report.triggering_actor_id, report.triggering_actor_login) == (
        2,
        "signalbox[bot]",
        1002,
        "bob",
    )


@pytest.mark.parametrize("changes", [{"id": 556}, {"repository": {"id": 78}}, {"status": "dreaming"}])
async def test_an_answer_about_another_run_is_refused(
    runs: WorkflowRuns, github: respx.MockRouter, changes: dict[str, Any]
) -> None:
    github.get(PATH).respond(200, json={**RUN, **changes})
    with pytest.raises(Refused):
        await runs.get(repository(), 555)


async def test_a_missing_run_is_not_found(runs: WorkflowRuns, github: respx.MockRouter) -> None:
    github.get(PATH).respond(404)
    with pytest.raises(NotFound):
        await runs.get(repository(), 555)


async def test_all_pages_of_an_attempts_jobs_are_read(runs: WorkflowRuns, github: respx.MockRouter) -> None:
    link = {"link": f'<{API}{JOBS}?per_page=100&page=2>; rel="next", <{API}{JOBS}?page=2>; rel="last"'}
    github.get(JOBS, params={"per_page": "100", "page": "2"}).respond(
        200, json={"jobs": [{**JOB, "id": 3}, {**JOB, "id": 4, "status": "dreaming"}]}
    )
    github.get(JOBS, params={"per_page": "100"}).respond(200, json={"jobs": [JOB, {**JOB, "id": 2}]}, headers=link)
    assert [job.id for job in await runs.jobs(repository(), 555, 2)] == [1, 2, 3]


async def test_t31_candidates_are_what_our_app_dispatched(runs: WorkflowRuns, github: respx.MockRouter) -> None:
    github.get("/app").respond(200, json={"slug": "signalbox"})
    other = {"id": 1, "login": "mallory", "type": "User"}
    route = github.get(LIST).respond(
        200,
        json={
            "total_count": 4,
            "workflow_runs": [
                RUN,
                {**RUN, "id": 556, "actor": other},
                {**RUN, "id": 557, "path": ".github/workflows/other.yml"},
                {**RUN, "id": 558, "actor": None},
                {**RUN, "id": 559, "path": f"{FILE}@refs/heads/main"},
            ],
        },
    )
    since = START + timedelta(seconds=1, milliseconds=900)
    assert [run.id for run in await runs.dispatched_since(repository(), FILE, since)] == [555, 559]
    assert dict(route.calls.last.request.url.params) == {
        "event": "workflow_dispatch",
        "actor": "signalbox[bot]",
        "created": ">=2026-11-21T09:00:01Z",
        "per_page": "100",
    }


def listed(first: int, count: int, created: str) -> dict[str, Any]:
    return {"workflow_runs": [{**RUN, "id": id, "created_at": created} for id in range(first, first + count)]}


async def test_runs_of_a_day_are_listed_until_older_ones_come_and_cost_nothing_while_nothing_changes(
    runs: WorkflowRuns, github: respx.MockRouter
) -> None:
    since = START + timedelta(seconds=1)
    route = github.get("/repos/acme/shop/actions/runs")
    route.side_effect = [
        httpx.Response(200, json=listed(1, 100, "2026-11-21T10:00:00Z"), headers={"ETag": '"one"'}),
        httpx.Response(200, json=listed(101, 100, "2026-11-21T08:00:00Z")),
        httpx.Response(304),
        httpx.Response(200, json=listed(101, 3, "2026-11-21T10:00:00Z")),
    ]
    assert [run.id for run in await runs.started_since(repository(), since)] == [*range(1, 201)]
    assert [run.id for run in await runs.started_since(repository(), since)] == [*range(1, 104)]
    first, second, third, _ = [call.request for call in route.calls]
    assert dict(first.url.params) == {"created": ">=2026-11-21", "per_page": "100", "page": "1"}
    assert second.url.params["page"] == "2"
    assert third.headers["If-None-Match"] == '"one"'


@pytest.mark.parametrize("status", [202, 409])
async def test_a_run_that_is_over_is_cancelled_enough(
    runs: WorkflowRuns, github: respx.MockRouter, status: int
) -> None:
    route = github.post(f"{PATH}/cancel").respond(status, json={})
    await runs.cancel(repository(), 555)
    assert route.call_count == 1


@pytest.mark.parametrize(("status", "kind"), [(403, Refused), (404, NotFound), (502, Unreachable)])
async def test_a_cancel_that_did_not_happen_says_so(
    runs: WorkflowRuns, github: respx.MockRouter, status: int, kind: type[Exception]
) -> None:
    route = github.post(f"{PATH}/cancel").respond(status)
    with pytest.raises(kind):
        await runs.cancel(repository(), 555)
    assert route.call_count == 1


@pytest.mark.parametrize(("failed_only", "path"), [(False, "rerun"), (True, "rerun-failed-jobs")])
async def test_a_run_is_run_again(runs: WorkflowRuns, github: respx.MockRouter, failed_only: bool, path: str) -> None:
    route = github.post(f"{PATH}/{path}").respond(201, json={})
    await runs.rerun(repository(), 555, failed_only=failed_only)
    assert route.call_count == 1
    assert json.loads(github["tokens"].calls.last.request.content) == {
        "repository_ids": [77],
        "permissions": {"actions": "write"},
    }


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (422, Refused), (502, Unreachable), (307, Moved)])
async def test_a_rerun_that_did_not_happen_says_so_and_is_not_tried_again(
    runs: WorkflowRuns, github: respx.MockRouter, status: int, kind: type[Exception]
) -> None:
    route = github.post(f"{PATH}/rerun").respond(status, headers={"location": f"{API}/repositories/77"})
    with pytest.raises(kind):
        await runs.rerun(repository(), 555, failed_only=False)
    assert route.call_count == 1


async def test_a_rerun_is_refused_in_githubs_words(runs: WorkflowRuns, github: respx.MockRouter) -> None:
    words = "This workflow is already running"
    needs = {"x-accepted-github-permissions": "actions=write"}
    github.post(f"{PATH}/rerun").respond(403, json={"message": words}, headers=needs)
    with pytest.raises(Refused) as refused:
        await runs.rerun(repository(), 555, failed_only=False)
    assert str(refused.value) == words
