"""Deployments: recorded as asked for, found again by key and creator, reported about, and read where a run made one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx

from bot.errors import NotFound, RateLimited, Refused, Unreachable, UpstreamError
from bot.github.clients import Clients
from bot.github.deployments import MOST_LOOKED_AT, Deployments
from bot.model.deployment import DeploymentState
from tests.support.clock import START
from tests.support.make import OTHER_SHA, SHA, repository

PATH = "/repos/acme/shop/deployments"
US = {"id": 88, "login": "signalbox[bot]", "type": "Bot"}
ALICE = {"id": 1001, "login": "alice", "type": "User"}
NINE = "2026-11-21T09:00:00Z"


@pytest.fixture
def deployments(clients: Clients, github: respx.MockRouter) -> Deployments:
    github.get("/app").respond(200, json={"id": 4242, "slug": "signalbox"})
    return Deployments(clients)


def deployment(id: int, **changes: Any) -> dict[str, Any]:
    usual = {"sha": SHA, "environment": "production", "task": "deploy", "payload": {"signalbox": "k1"}}
    return {"id": id, **usual, "creator": US, "created_at": NINE, **changes}


def own(id: int, **changes: Any) -> dict[str, Any]:
    """One that GitHub made for a job."""
    return deployment(id, payload={}, creator=ALICE, performed_via_github_app={"slug": "github-actions"}, **changes)


def body(route: respx.Route, call: int = -1) -> Any:
    return json.loads(route.calls[call].request.content)


async def create(deployments: Deployments) -> int:
    return await deployments.create(repository(), SHA, "production", key="k1", description="d" * 200)


async def find(deployments: Deployments) -> int | None:
    return await deployments.find(repository(), SHA, "production", key="k1", since=START)


async def test_one_is_recorded_and_github_neither_merges_nor_judges(
    deployments: Deployments, github: respx.MockRouter
) -> None:
    made = github.post(PATH).respond(201, json=deployment(8))
    assert await create(deployments) == 8
    assert body(made) == {
        "ref": SHA,
        "task": "deploy",
        "auto_merge": False,
        "required_contexts": [],
        "payload": {"signalbox": "k1"},
        "environment": "production",
        "description": "d" * 140,
    }
    assert body(github["tokens"])["permissions"] == {"deployments": "write"}


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (202, {"message": "Auto-merged main into feature on deployment."}, Refused),
        (201, deployment(8, sha=OTHER_SHA), Refused),
        (409, {"message": "Conflict merging main"}, Refused),
        (422, {"message": "No ref found"}, Refused),
        (403, {"message": "Resource not accessible by integration"}, Refused),
        (404, {"message": "Not Found"}, NotFound),
        (429, {"message": "Slow down"}, RateLimited),
        (502, {}, Unreachable),
    ],
)
async def test_anything_else_is_no_deployment(
    deployments: Deployments, github: respx.MockRouter, status: int, answer: dict[str, Any], kind: type[UpstreamError]
) -> None:
    github.post(PATH).respond(status, json=answer)
    with pytest.raises(kind):
        await create(deployments)


async def test_an_answer_that_was_lost_is_found_by_its_key(deployments: Deployments, github: respx.MockRouter) -> None:
    github.post(PATH).mock(side_effect=httpx.ReadTimeout("lost"))
    looked = github.get(PATH).respond(200, json=[deployment(9, payload={"signalbox": "k2"}), deployment(8)])
    with pytest.raises(Unreachable):
        await create(deployments)
    assert await find(deployments) == 8
    assert dict(looked.calls.last.request.url.params) == {
        "sha": SHA,
        "environment": "production",
        "task": "deploy",
        "per_page": "100",
    }


@pytest.mark.parametrize("payload", ['{"signalbox": "k1"}', {"signalbox": "k1", "more": 1}])
async def test_a_payload_comes_back_in_either_form(
    deployments: Deployments, github: respx.MockRouter, payload: object
) -> None:
    github.get(PATH).respond(200, json=[deployment(8, payload=payload, environment="Production")])
    assert await find(deployments) == 8


@pytest.mark.parametrize(
    "changes",
    [
        {"creator": ALICE},
        {"creator": None},
        {"creator": US | {"login": "signalbox"}},
        {"sha": OTHER_SHA},
        {"environment": "staging"},
        {"payload": {"signalbox": "k2"}},
        {"payload": {"signalbox": 1}},
        {"payload": "not JSON"},
        {"payload": "[]"},
        {"payload": None},
        {"created_at": "2026-11-21T08:58:59Z"},
    ],
)
async def test_t11_anybody_elses_does_not_count(
    deployments: Deployments, github: respx.MockRouter, changes: dict[str, Any]
) -> None:
    github.get(PATH).respond(200, json=[deployment(8, **changes)])
    assert await find(deployments) is None


async def test_clocks_may_differ_and_older_pages_are_not_asked_for(
    deployments: Deployments, github: respx.MockRouter
) -> None:
    more = {"link": f'<https://api.github.com{PATH}?page=2>; rel="next"'}
    old = [deployment(7, created_at="2026-11-21T08:00:00Z")]
    looked = github.get(PATH).respond(200, json=old, headers=more)
    assert await find(deployments) is None
    assert looked.call_count == 1
    github.get(PATH).respond(200, json=[deployment(8)])
    late = START + timedelta(seconds=59)
    assert await deployments.find(repository(), SHA, "production", key="k1", since=late) == 8


async def test_a_status_says_what_there_is_to_say(deployments: Deployments, github: respx.MockRouter) -> None:
    said = github.post(f"{PATH}/8/statuses").respond(201, json={"id": 1, "environment": "staging"})
    await deployments.status(
        repository(),
        8,
        DeploymentState.SUCCESS,
        log_url="https://github.com/acme/shop/actions/runs/555",
        environment_url="https://staging.acme.example",
        description="d" * 141,
    )
    assert body(said) == {
        "state": "success",
        "description": "d" * 140,
        "auto_inactive": True,
        "log_url": "https://github.com/acme/shop/actions/runs/555",
        "environment_url": "https://staging.acme.example",
    }
    await deployments.status(repository(), 8, DeploymentState.QUEUED, auto_inactive=False)
    assert body(said) == {"state": "queued", "description": "", "auto_inactive": False}


async def test_in_production_we_retire_our_older_ones_ourselves(
    deployments: Deployments, github: respx.MockRouter
) -> None:
    for number in (9, 7, 6):
        github.post(f"{PATH}/{number}/statuses").respond(201, json={"id": 1, "environment": "production"})
    there = [deployment(each) for each in (10, 9)] + [own(8)] + [deployment(each) for each in (7, 6, 5, 4)]
    github.get(PATH).respond(200, json=there)
    for number, state in ((7, "failure"), (6, "success"), (5, "inactive")):
        github.get(f"{PATH}/{number}/statuses").respond(200, json=[{"state": state}, {"state": "success"}])
    await deployments.status(repository(), 9, DeploymentState.SUCCESS)
    written = [
        call.request for call in github.calls if call.request.method == "POST" and "/statuses" in str(call.request.url)
    ]
    assert [(request.url.path, json.loads(request.content)["state"]) for request in written] == [
        (f"{PATH}/9/statuses", "success"),
        (f"{PATH}/6/statuses", "inactive"),
    ]


@pytest.mark.parametrize(
    ("state", "auto_inactive"), [(DeploymentState.FAILURE, True), (DeploymentState.SUCCESS, False)]
)
async def test_only_a_success_retires_others(
    deployments: Deployments, github: respx.MockRouter, state: DeploymentState, auto_inactive: bool
) -> None:
    github.post(f"{PATH}/9/statuses").respond(201, json={"id": 1, "environment": "production"})
    listed = github.get(PATH).respond(200, json=[deployment(8)])
    await deployments.status(repository(), 9, state, auto_inactive=auto_inactive)
    assert not listed.called


async def test_one_that_is_gone_is_not_found(deployments: Deployments, github: respx.MockRouter) -> None:
    github.post(f"{PATH}/8/statuses").respond(404)
    with pytest.raises(NotFound):
        await deployments.status(repository(), 8, DeploymentState.SUCCESS)


def said(run: int, url: str = "") -> dict[str, Any]:
    return {"log_url": f"https://github.com/acme/shop/actions/runs/{run}/job/1", "environment_url": url}


async def address(deployments: Deployments) -> str | None:
    return await deployments.environment_url(repository(), 555, SHA, "production")


async def test_the_address_is_the_one_of_that_very_run(deployments: Deployments, github: respx.MockRouter) -> None:
    github.get(PATH).respond(200, json=[own(9), deployment(8), own(7), own(6, sha=OTHER_SHA)])
    github.get(f"{PATH}/9/statuses").respond(200, json=[said(5551, "https://other.example"), said(55)])
    github.get(f"{PATH}/7/statuses").respond(
        200, json=[said(555, "https://shop.example"), said(555, "https://old.example"), said(555)]
    )
    assert await address(deployments) == "https://shop.example"
    assert body(github["tokens"])["permissions"] == {"deployments": "read"}


async def test_a_run_that_gave_no_address_has_none(deployments: Deployments, github: respx.MockRouter) -> None:
    github.get(PATH).respond(200, json=[own(9), own(8)])
    github.get(f"{PATH}/9/statuses").respond(200, json=[said(555), {"log_url": None}])
    other = github.get(f"{PATH}/8/statuses").respond(200, json=[])
    assert await address(deployments) is None
    assert not other.called


async def test_a_run_without_a_deployment_is_not_looked_for_for_ever(
    deployments: Deployments, github: respx.MockRouter
) -> None:
    github.get(PATH).respond(200, json=[own(number) for number in range(40, 0, -1)])
    looked = github.get(path__regex=rf"{PATH}/\d+/statuses").respond(200, json=[said(1)])
    assert await address(deployments) is None
    assert looked.call_count == MOST_LOOKED_AT


async def test_nobody_elses_app_speaks_for_github_actions(deployments: Deployments, github: respx.MockRouter) -> None:
    github.get(PATH).respond(200, json=[own(9) | {"performed_via_github_app": {"slug": "evil"}}, deployment(8)])
    looked = github.get(path__regex=rf"{PATH}/\d+/statuses").respond(200, json=[said(555, "https://evil.example")])
    assert await address(deployments) is None
    assert not looked.called
