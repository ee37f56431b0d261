"""Pull requests, and where their branches have been."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import respx

from bot.errors import NotFound, Refused, Unreachable
from bot.github.clients import Clients
from bot.github.pull_requests import PullRequests
from bot.model.repository import Head
from tests.github.conftest import API
from tests.github.webhook import PULL_REQUEST
from tests.support.clock import START
from tests.support.make import CONNECTION, pull_request, repository

PATH = "/repos/acme/shop/pulls/7"
ACTIVITY = "/repos/acme/shop/activity"


@pytest.fixture
def pulls(clients: Clients) -> PullRequests:
    return PullRequests(clients)


async def test_a_pull_request_is_read(pulls: PullRequests, github: respx.MockRouter) -> None:
    github.get(PATH).respond(200, json=PULL_REQUEST)
    assert await pulls.get(repository(), 7) == pull_request()


@pytest.mark.parametrize(
    ("repo", "head_repository", "fork"), [({"id": 77}, 77, False), ({"id": 78}, 78, True), (None, None, True)]
)
async def test_t15_unknown_is_a_fork(
    pulls: PullRequests,
    github: respx.MockRouter,
    repo: dict[str, int] | None,
    head_repository: int | None,
    fork: bool,
) -> None:
    github.get(PATH).respond(200, json={**PULL_REQUEST, "head": {"sha": "a" * 40, "ref": "main", "repo": repo}})
    found = await pulls.get(repository(), 7)
    assert (found.head_repository, found.fork) == (head_repository, fork)


@pytest.mark.parametrize(
    "changes",
    [
        {"base": {"sha": "b" * 40, "ref": "main", "repo": {"id": 78}}},
        {"base": {"sha": "b" * 40, "ref": "main", "repo": None}},
        {"base": None},
        {"number": 8},
        {"head": None},
        {"head": {"sha": "", "ref": "x"}},
    ],
)
async def test_t8_a_pull_request_of_another_repository_is_refused(
    pulls: PullRequests, github: respx.MockRouter, changes: dict[str, Any]
) -> None:
    github.get(PATH).respond(200, json={**PULL_REQUEST, **changes})
    with pytest.raises(Refused):
        await pulls.get(repository(), 7)


async def test_a_missing_pull_request_is_not_found(pulls: PullRequests, github: respx.MockRouter) -> None:
    github.get(PATH).respond(404)
    with pytest.raises(NotFound):
        await pulls.get(repository(), 7)


def entry(minutes: int, sha: str, kind: str = "push", ref: str = "refs/heads/feature/x") -> dict[str, Any]:
    at = START + timedelta(minutes=minutes)
    return {
        "id": minutes,
        "before": "0" * 40,
        "after": sha,
        "ref": ref,
        "timestamp": at.isoformat(),
        "activity_type": kind,
    }


OLD, NEW = "a" * 40, "b" * 40


async def head(pulls: PullRequests) -> Head | None:
    return await pulls.head_before(repository(), "feature/x", START)


async def test_t4_the_head_before_a_moment_is_the_newest_entry_from_before_it(
    pulls: PullRequests, github: respx.MockRouter
) -> None:
    route = github.get(ACTIVITY).respond(
        200, json=[entry(1, NEW), entry(0, NEW, "force_push"), entry(-5, OLD), entry(-9, NEW, "branch_creation")]
    )
    assert await head(pulls) == Head(
        connection=CONNECTION,
        repository=77,
        pull_request=0,
        sha=OLD,
        since=START - timedelta(minutes=5),
        source="activity",
    )
    assert dict(route.calls.last.request.url.params) == {"ref": "refs/heads/feature/x", "per_page": "100"}


async def test_older_pages_are_looked_at(pulls: PullRequests, github: respx.MockRouter) -> None:
    link = {"link": f'<{API}{ACTIVITY}?ref=x&after=1>; rel="next"'}
    github.get(ACTIVITY, params={"per_page": "100"}).respond(200, json=[entry(1, NEW)], headers=link)
    github.get(ACTIVITY, params={"after": "1"}).respond(200, json=[entry(-1, OLD)])
    found = await head(pulls)
    assert found is not None
    assert found.sha == OLD


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [entry(1, NEW)],
        [entry(0, NEW)],
        [entry(-1, "0" * 40, "branch_deletion")],
        [entry(-1, "")],
        [entry(-1, OLD, ref="refs/heads/feature")],
    ],
)
async def test_what_the_log_does_not_tell_is_none(
    pulls: PullRequests, github: respx.MockRouter, entries: list[dict[str, Any]]
) -> None:
    github.get(ACTIVITY).respond(200, json=entries)
    assert await head(pulls) is None


async def test_a_host_without_the_log_does_not_tell(pulls: PullRequests, github: respx.MockRouter) -> None:
    github.get(ACTIVITY).respond(404)
    assert await head(pulls) is None


async def test_a_log_that_can_not_be_reached_is_no_none(pulls: PullRequests, github: respx.MockRouter) -> None:
    github.get(ACTIVITY).respond(502)
    with pytest.raises(Unreachable):
        await head(pulls)
