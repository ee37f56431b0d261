"""Questions in GraphQL: where they go, and what an answer of 200 means."""

from __future__ import annotations

import json
from typing import Any

import httpx
import msgspec
import pytest
import respx

from bot.errors import NotFound, RateLimited, Refused, Unreachable
from bot.github import scopes
from bot.github.call import graphql_url
from bot.github.clients import Clients
from bot.github.graphql import GraphQL, Told
from bot.github.transport import GitHubClient
from tests.github.conftest import TOKENS_PATH
from tests.support.clock import FakeClock
from tests.support.make import repository

QUESTION = "query { repository { name } }"


class Data(msgspec.Struct):
    """What is asked for."""

    name: str | None = None


async def ask(clients: Clients, **spare: Any) -> Told[Data]:
    permissions = scopes.SNAPSHOT
    return await GraphQL(clients).ask(
        QUESTION, {"number": 7}, repository=repository(), permissions=permissions, shape=Data, **spare
    )


@pytest.mark.parametrize(
    ("api", "graphql"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.github.com/", "https://api.github.com/graphql"),
        ("https://ghes.example.com/api/v3", "https://ghes.example.com/api/graphql"),
        ("https://ghes.example.com/api/v3/", "https://ghes.example.com/api/graphql"),
        ("https://ghes.example.com:8443/api/v3/", "https://ghes.example.com:8443/api/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("http://127.0.0.1:4001/api/v3", "http://127.0.0.1:4001/api/graphql"),
    ],
)
def test_graphql_lies_where_each_host_has_it(api: str, graphql: str) -> None:
    assert graphql_url(httpx.URL(api)) == graphql


async def test_a_question_is_posted_with_a_token_for_one_repository(clients: Clients, github: respx.MockRouter) -> None:
    route = github.post("/graphql").respond(200, json={"data": {"name": "shop"}})
    told = await ask(clients)
    assert (told.data.name, told.untold) == ("shop", frozenset())
    assert json.loads(route.calls.last.request.content) == {"query": QUESTION, "variables": {"number": 7}}
    assert json.loads(github["tokens"].calls.last.request.content) == {
        "repository_ids": [77],
        "permissions": {"checks": "read", "contents": "read", "pull_requests": "read", "statuses": "read"},
    }


async def test_an_enterprise_server_is_asked_beside_its_api(clock: FakeClock, private_key: str) -> None:
    client = GitHubClient(
        connection=repository().connection,
        api_url="https://ghes.example.com/api/v3",
        app_id=1,
        private_key=private_key,
        clock=clock,
        user_agent="signalbox/test",
    )
    with respx.mock(base_url="https://ghes.example.com") as router:
        token = {"token": "ghs_x", "expires_at": "2026-11-21T10:00:00Z"}
        router.post(f"/api/v3{TOKENS_PATH}").respond(201, json=token)
        router.post("/api/graphql").respond(200, json={"data": {"name": "shop"}})
        assert (await ask(Clients(client))).data.name == "shop"
    await client.aclose()


@pytest.mark.parametrize(
    ("error", "kind", "retryable"),
    [
        ({"type": "NOT_FOUND", "message": "Could not resolve to a Repository."}, NotFound, False),
        ({"type": "FORBIDDEN", "message": "Resource not accessible by integration"}, Refused, False),
        ({"type": "RATE_LIMITED", "message": "API rate limit exceeded"}, RateLimited, True),
        ({"type": "RATE_LIMIT", "message": "API rate limit already exceeded"}, RateLimited, True),
        ({"message": "Something went wrong while executing your query. Please include `A:B`."}, Unreachable, True),
        ({"message": "Field 'nmae' doesn't exist on type 'Repository'"}, Refused, False),
        ({"type": "NEW", "message": "Anything else"}, Refused, False),
        ({}, Refused, False),
    ],
)
@pytest.mark.parametrize("data", [None, {"name": "shop"}])
async def test_errors_are_failures_however_much_is_there(
    clients: Clients, github: respx.MockRouter, error: dict[str, Any], kind: type[Exception], retryable: bool, data: Any
) -> None:
    github.post("/graphql").respond(200, json={"data": data, "errors": [error]})
    with pytest.raises(kind) as raised:
        await ask(clients)
    assert type(raised.value) is kind
    assert getattr(raised.value, "retryable", None) is retryable
    assert str(error.get("message", "GitHub did not answer")) in str(raised.value)


async def test_a_limit_says_when_to_come_back(clients: Clients, github: respx.MockRouter) -> None:
    github.post("/graphql").respond(200, json={"errors": [{"type": "RATE_LIMITED", "message": "limit"}]})
    with pytest.raises(RateLimited) as raised:
        await ask(clients)
    assert raised.value.retry_after == 60


async def test_what_may_stay_empty_is_told_apart_from_what_is_empty(clients: Clients, github: respx.MockRouter) -> None:
    fault = {"type": "FORBIDDEN", "message": "no", "path": ["repository", "name", 0, "inside"]}
    github.post("/graphql").respond(200, json={"data": {"name": None}, "errors": [fault]})
    told = await ask(clients, spare=frozenset({"name", "other"}))
    assert (told.data.name, told.untold) == (None, frozenset({"name"}))


@pytest.mark.parametrize("path", [None, [], ["repository"]])
async def test_an_error_elsewhere_is_no_empty_place(clients: Clients, github: respx.MockRouter, path: Any) -> None:
    faults = [{"message": "a", "path": ["name"]}, {"type": "FORBIDDEN", "message": "no", "path": path}]
    github.post("/graphql").respond(200, json={"data": {"name": None}, "errors": faults})
    with pytest.raises(Refused, match="no"):
        await ask(clients, spare=frozenset({"name"}))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>log in</html>"),
        httpx.Response(200, json={"data": None}),
        httpx.Response(200, json={"data": {"name": 7}}),
        httpx.Response(200, json={}),
        httpx.Response(200, json=[]),
    ],
)
async def test_what_is_not_githubs_shape_is_no_answer(
    clients: Clients, github: respx.MockRouter, answer: httpx.Response
) -> None:
    github.post("/graphql").mock(return_value=answer)
    with pytest.raises(Unreachable):
        await ask(clients)


@pytest.mark.parametrize(
    ("status", "kind"), [(502, Unreachable), (401, Refused), (403, Refused), (429, RateLimited), (301, Refused)]
)
async def test_other_answers_mean_what_they_mean_elsewhere(
    clients: Clients, github: respx.MockRouter, status: int, kind: type[Exception]
) -> None:
    github.post("/graphql").respond(status, headers={"location": "https://api.github.com/else"})
    with pytest.raises(kind):
        await ask(clients)


async def test_a_question_counts_as_one_read(client: GitHubClient, clients: Clients, github: respx.MockRouter) -> None:
    limits = {"x-ratelimit-resource": "graphql", "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0"}
    github.post("/graphql").respond(
        200, json={"data": {"name": "shop"}}, headers={**limits, "x-ratelimit-reset": "1795251600"}
    )
    before = client.budget.left("points")
    await ask(clients)
    await ask(clients)  # GraphQL's own hour is not REST's
    assert before - client.budget.left("points") == 2
