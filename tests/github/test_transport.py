"""Calls to GitHub: with which token, how often, and what a failure means."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
import respx
from cryptography.hazmat.primitives import serialization

from bot.errors import BotError, Moved, NotFound, RateLimited, Refused, Unreachable, UpstreamError
from bot.github.call import Answer
from bot.github.clients import Clients, Ourselves, input_limit
from bot.github.identity import AppIdentity
from bot.github.transport import GitHubClient
from bot.github.wire import API_VERSION
from bot.model.repository import Connection, Repository
from tests.github.conftest import API, APP_ID, RENAMED, TOKEN, TOKENS_PATH, token_answer
from tests.support.clock import FakeClock
from tests.support.make import CONNECTION, repository

ROUTE = "/repos/{owner}/{repo}/things/{thing}"
PATH = "/repos/acme/shop/things/1"
READ = {"contents": "read"}


async def get(client: GitHubClient, **changes: Any) -> Answer:
    return await client.request("GET", ROUTE, repository=repository(), permissions=READ, thing=1, **changes)


async def post(client: GitHubClient) -> Answer:
    return await client.request(
        "POST", ROUTE, repository=repository(), permissions={"actions": "write"}, body={"a": "b"}, thing=1
    )


def asked_for(call: respx.models.Call) -> dict[str, Any]:
    asked: dict[str, Any] = json.loads(call.request.content)
    return asked


# --- tokens --------------------------------------------------------------------------------------------------------


async def test_a_token_is_narrowed_to_one_repository_and_the_permissions_of_the_act(
    client: GitHubClient, github: respx.MockRouter
) -> None:
    github.get(PATH).respond(200)
    github.post(PATH).respond(201)
    await get(client)
    await post(client)
    assert [asked_for(call) for call in github["tokens"].calls] == [
        {"repository_ids": [77], "permissions": {"contents": "read"}},
        {"repository_ids": [77], "permissions": {"actions": "write"}},
    ]


async def test_a_token_is_asked_for_with_the_apps_jwt_and_calls_carry_the_token(
    client: GitHubClient, github: respx.MockRouter
) -> None:
    route = github.get(PATH).respond(200)
    await get(client)
    bearer = github["tokens"].calls.last.request.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(bearer, options={"verify_signature": False})
    assert claims["iss"] == str(APP_ID)
    assert 0 < claims["exp"] - claims["iat"] <= 600
    assert route.calls.last.request.headers["authorization"] == f"Bearer {TOKEN}"


async def test_every_request_says_who_we_are_and_which_version_we_speak(
    client: GitHubClient, github: respx.MockRouter
) -> None:
    github.get(PATH).respond(200)
    await get(client)
    for call in github.calls:
        assert call.request.headers["x-github-api-version"] == API_VERSION == "2022-11-28"
        assert call.request.headers["user-agent"] == "signalbox/test"
        assert call.request.headers["accept"] == "application/vnd.github+json"


async def test_a_token_is_used_again_until_five_minutes_before_its_end(
    client: GitHubClient, github: respx.MockRouter, clock: FakeClock
) -> None:
    github.get(PATH).respond(200)
    await get(client)
    clock.advance(54 * 60)
    await get(client)
    assert github["tokens"].call_count == 1
    clock.advance(60)
    await get(client)
    assert github["tokens"].call_count == 2


async def test_however_many_wait_one_request_asks_for_the_token(client: GitHubClient, github: respx.MockRouter) -> None:
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slowly(request: httpx.Request) -> httpx.Response:
        asked.set()
        await answered.wait()
        return token_answer()

    github["tokens"].mock(side_effect=slowly)
    github.get(PATH).respond(200)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(get(client)) for _ in range(20)]
        await asked.wait()
        tasks[0].cancel()  # the one that asked first stops waiting; the others still get their token
        answered.set()
    assert github["tokens"].call_count == 1
    assert [task.cancelled() for task in tasks] == [True] + [False] * 19


async def test_a_failed_token_request_fails_for_all_who_wait_and_is_not_remembered(
    client: GitHubClient, github: respx.MockRouter
) -> None:
    github["tokens"].mock(side_effect=[httpx.Response(503), token_answer()])
    github.get(PATH).respond(200)
    results = await asyncio.gather(get(client), get(client), return_exceptions=True)
    assert [type(result) for result in results] == [Unreachable, Unreachable]
    assert (await get(client)).status == 200
    assert github["tokens"].call_count == 2


async def test_a_401_drops_the_token_and_asks_once_more(client: GitHubClient, github: respx.MockRouter) -> None:
    github["tokens"].mock(side_effect=[token_answer("ghs_old"), token_answer("ghs_new")])
    route = github.post(PATH).mock(side_effect=[httpx.Response(401), httpx.Response(201)])
    assert (await post(client)).status == 201
    assert [call.request.headers["authorization"] for call in route.calls] == ["Bearer ghs_old", "Bearer ghs_new"]


async def test_a_second_401_is_refused(client: GitHubClient, github: respx.MockRouter) -> None:
    route = github.get(PATH).respond(401, json={"message": "Bad credentials"})
    with pytest.raises(Refused, match="Bad credentials"):
        await get(client)
    assert route.call_count == 2


async def test_t24_two_hosts_with_the_same_app_number_share_nothing(
    client: GitHubClient, github: respx.MockRouter, clock: FakeClock, private_key: str
) -> None:
    other = UUID(int=2)
    server = GitHubClient(
        connection=other,
        api_url="https://github.example.com/api/v3/",
        app_id=APP_ID,
        private_key=private_key,
        clock=clock,
        user_agent="signalbox/test",
    )
    here = github.get(PATH).respond(200)
    with respx.mock(base_url="https://github.example.com/api/v3") as there:
        there.post(TOKENS_PATH).mock(return_value=token_answer("ghs_of_the_server"))
        route = there.get(PATH).respond(200)
        clients = Clients(client, server)
        try:
            await get(clients.of(CONNECTION))
            await get(clients.of(other))
            await get(clients.of(CONNECTION))
        finally:
            await server.aclose()
        assert route.calls.last.request.headers["authorization"] == "Bearer ghs_of_the_server"
    assert here.calls.last.request.headers["authorization"] == f"Bearer {TOKEN}"
    assert github["tokens"].call_count == 1
    with pytest.raises(BotError):
        clients.of(UUID(int=3))


# --- installations -------------------------------------------------------------------------------------------------


async def test_an_unknown_installation_is_asked_for_once(client: GitHubClient, github: respx.MockRouter) -> None:
    lookup = github.get("/repos/acme/shop/installation").respond(200, json={"id": 5})
    github.get(PATH).respond(200)
    new = repository(installation=None)
    for _ in range(2):
        await client.request("GET", ROUTE, repository=new, permissions=READ, thing=1)
    assert lookup.call_count == 1


async def test_an_installation_that_is_gone_is_looked_up_anew(client: GitHubClient, github: respx.MockRouter) -> None:
    gone = github.post("/app/installations/4/access_tokens").respond(404)
    github.get("/repos/acme/shop/installation").respond(200, json={"id": 5})
    github.get(PATH).respond(200)
    old = repository(installation=4)
    for _ in range(2):
        assert (await client.request("GET", ROUTE, repository=old, permissions=READ, thing=1)).status == 200
    assert gone.call_count == 1


async def test_an_installation_that_is_right_but_refuses_stays_refused(
    client: GitHubClient, github: respx.MockRouter
) -> None:
    message = "The permissions requested are not granted to this installation."
    github["tokens"].respond(422, json={"message": message})
    github.get("/repos/acme/shop/installation").respond(200, json={"id": 5})
    with pytest.raises(Refused, match="not granted"):
        await get(client)


async def test_a_repository_without_the_app_is_not_found(client: GitHubClient, github: respx.MockRouter) -> None:
    github.get("/repos/acme/shop/installation").respond(404, json={"message": "Not Found"})
    with pytest.raises(NotFound):
        await client.request("GET", ROUTE, repository=repository(installation=None), permissions=READ, thing=1)


# --- failures ------------------------------------------------------------------------------------------------------

FAILURES = [
    (500, {}, {"message": "Server Error"}, Unreachable, None),
    (502, {}, None, Unreachable, None),
    (503, {"retry-after": "5"}, None, Unreachable, None),
    (429, {}, {"message": "slow down"}, RateLimited, 60),
    (429, {"retry-after": "7"}, None, RateLimited, 7),
    (429, {"retry-after": "0"}, None, RateLimited, 1),
    (429, {"retry-after": "Sat, 21 Nov 2026 09:00:30 GMT"}, None, RateLimited, 30),
    (429, {"retry-after": "soon"}, None, RateLimited, 60),
    (429, {"retry-after": "99999999999999999999"}, None, RateLimited, 7200),  # no moment is that far away
    (429, {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, None, RateLimited, 7200),
    (403, {"retry-after": "120"}, None, RateLimited, 120),
    (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795252500"}, None, RateLimited, 900),
    (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, None, RateLimited, 1),
    (403, {"x-ratelimit-remaining": "0"}, None, RateLimited, 60),
    (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "never"}, None, RateLimited, 60),
    (403, {}, {"message": "You have exceeded a secondary rate limit."}, RateLimited, 60),
    (403, {"x-ratelimit-remaining": "9"}, {"message": "Resource not accessible by integration"}, Refused, None),
    (404, {}, {"message": "Not Found"}, NotFound, None),
    (400, {}, {"message": "Problems parsing JSON"}, Refused, None),
    (409, {}, {"message": "Conflict"}, Refused, None),
    (410, {}, {"message": "Gone"}, Refused, None),
    (422, {}, None, Refused, None),
    (304, {}, None, Refused, None),
]


@pytest.mark.parametrize(("status", "headers", "body", "kind", "retry_after"), FAILURES)
async def test_a_failure_says_whether_another_try_helps(
    client: GitHubClient,
    github: respx.MockRouter,
    status: int,
    headers: dict[str, str],
    body: dict[str, str] | None,
    kind: type[UpstreamError],
    retry_after: float | None,
) -> None:
    route = github.get(PATH).respond(status, headers=headers, json=body)
    with pytest.raises(UpstreamError) as error:
        await get(client)
    assert type(error.value) is kind
    assert (error.value.status, error.value.retry_after) == (status, retry_after)
    assert error.value.retryable is (kind in {Unreachable, RateLimited})
    assert route.call_count == 1


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 500, 502])
async def test_a_write_is_sent_once_whatever_happens(
    client: GitHubClient, github: respx.MockRouter, status: int
) -> None:
    route = github.post(PATH).respond(status, headers={"retry-after": "1"} if status == 429 else {})
    with pytest.raises(UpstreamError):
        await post(client)
    assert route.call_count == (2 if status == 401 else 1)  # after a 401 GitHub did nothing


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("no"), httpx.ReadTimeout("no"), httpx.RemoteProtocolError("no"), OSError("no")]
)
async def test_no_answer_is_unreachable_and_a_write_is_not_sent_again(
    client: GitHubClient, github: respx.MockRouter, fault: Exception
) -> None:
    route = github.post(PATH).mock(side_effect=fault)
    with pytest.raises(Unreachable, match=type(fault).__name__):
        await post(client)
    assert route.call_count == 1


async def test_a_host_that_says_nothing_is_given_up(
    github: respx.MockRouter, clock: FakeClock, private_key: str
) -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    github.get(PATH).mock(side_effect=never)
    client = GitHubClient(
        connection=CONNECTION,
        api_url=API,
        app_id=APP_ID,
        private_key=private_key,
        clock=clock,
        user_agent="signalbox/test",
        timeout_seconds=0.05,
    )
    try:
        with pytest.raises(Unreachable, match=r"within 0\.05 seconds"):
            await get(client)
    finally:
        await client.aclose()


async def test_a_refusal_carries_githubs_own_words_and_the_permission_that_lacks(
    client: GitHubClient, github: respx.MockRouter
) -> None:
    github.post(PATH).respond(
        403,
        headers={"X-Accepted-GitHub-Permissions": "actions=write"},
        json={"message": "Resource not accessible by integration"},
    )
    with pytest.raises(Refused) as error:
        await post(client)
    assert str(error.value) == "Resource not accessible by integration (needs actions=write)"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"message": "No ref found\nfor: x"}, "No ref found for: x"),
        ({"message": "Validation Failed", "errors": ["bad body"]}, "Validation Failed; bad body"),
        ({"message": "Validation Failed", "errors": "bad"}, "Validation Failed; bad"),
        (
            {"message": "Validation Failed", "errors": [{"field": "ref", "code": "missing"}, {"message": "no"}]},
            "Validation Failed; ref missing; no",
        ),
        ({"message": 7}, "GitHub answered 422"),
        (["no object"], "GitHub answered 422"),
    ],
)
async def test_messages_are_read_whatever_their_shape(
    client: GitHubClient, github: respx.MockRouter, body: object, text: str
) -> None:
    github.get(PATH).respond(422, json=body)
    with pytest.raises(Refused) as error:
        await get(client)
    assert str(error.value) == text


async def test_a_page_that_is_not_githubs_is_unreachable(client: GitHubClient, github: respx.MockRouter) -> None:
    github.get(PATH).respond(200, html="<h1>Please log in</h1>")
    with pytest.raises(Unreachable):
        (await get(client)).read(dict[str, str])


# --- redirects -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("location", [f"{API}/repositories/77/things/1", "/repositories/77/things/1"])
async def test_a_get_follows_one_redirect_on_the_same_host(
    client: GitHubClient, github: respx.MockRouter, location: str
) -> None:
    github.get(PATH).respond(301, headers={"location": location})
    moved = github.get("/repositories/77/things/1").respond(200, json={})
    assert (await get(client)).status == 200
    assert moved.calls.last.request.headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_get_follows_no_second_redirect(client: GitHubClient, github: respx.MockRouter) -> None:
    route = github.get(PATH).respond(301, headers={"location": f"{API}{PATH}"})
    with pytest.raises(Refused):
        await get(client)
    assert route.call_count == 2


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example.com/x",
        "http://api.github.com/x",
        "https://api.github.com:8443/x",
        "//evil.example.com/x",
        "https://[",
    ],
)
async def test_no_redirect_leads_to_another_host(client: GitHubClient, github: respx.MockRouter, location: str) -> None:
    github.get(PATH).respond(302, headers={"location": location})
    with pytest.raises(Refused):
        await get(client)


@pytest.fixture
async def told(client: GitHubClient) -> list[Repository]:
    """Under which names the client found repositories again."""
    found: list[Repository] = []

    async def tell(repository: Repository) -> None:
        found.append(repository)

    client._on_moved = tell
    return found


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_t8_a_write_follows_no_redirect_and_learns_the_new_name_by_number(
    client: GitHubClient, github: respx.MockRouter, told: list[Repository], status: int
) -> None:
    write = github.post(PATH).respond(status, headers={"location": f"{API}/repositories/77/things/1"})
    with pytest.raises(Moved, match="nothing was done"):
        await post(client)
    assert write.call_count == 1
    assert told == [replace(repository(), owner="acme", name="store", installation=5)]


@pytest.mark.parametrize("answer", [{**RENAMED, "id": 78}, {**RENAMED, "full_name": "store"}])
async def test_t8_another_repository_is_not_taken_for_ours(
    client: GitHubClient, github: respx.MockRouter, told: list[Repository], answer: dict[str, Any]
) -> None:
    github.post(PATH).respond(307, headers={"location": f"{API}/repositories/78/things/1"})
    github["by number"].respond(200, json=answer)
    with pytest.raises(Refused, match="another repository"):
        await post(client)
    assert told == []


async def test_a_name_that_leads_to_itself_is_not_tried_for_ever(
    client: GitHubClient, github: respx.MockRouter, told: list[Repository]
) -> None:
    github.post(PATH).respond(307, headers={"location": f"{API}/repositories/77/things/1"})
    github["by number"].respond(200, json={**RENAMED, "full_name": "Acme/Shop"})
    with pytest.raises(Refused, match="not where to"):
        await post(client)
    assert told == []


async def test_what_the_app_itself_writes_follows_no_redirect_either(
    client: GitHubClient, github: respx.MockRouter
) -> None:
    github.post("/app/hook/deliveries/1/attempts").respond(307, headers={"location": f"{API}/x"})
    with pytest.raises(Refused, match="has moved"):
        await client.as_app("POST", "/app/hook/deliveries/{id}/attempts", id=1)


# --- limits --------------------------------------------------------------------------------------------------------


async def test_after_githubs_no_nobody_asks_in_the_name_of_that_installation(
    client: GitHubClient, github: respx.MockRouter, clock: FakeClock
) -> None:
    route = github.get(PATH).mock(
        side_effect=[httpx.Response(403, headers={"retry-after": "30"}), httpx.Response(200, json={})]
    )
    with pytest.raises(RateLimited) as told:
        await get(client)
    assert (told.value.status, told.value.retry_after) == (403, 30)
    clock.advance(29)
    with pytest.raises(RateLimited) as waits:
        await get(client)
    assert waits.value.status is None
    assert 1 <= (waits.value.retry_after or 0) <= 1 + 30 * 0.05
    assert route.call_count == 1
    clock.advance(3)
    assert (await get(client)).status == 200


async def test_after_githubs_no_to_the_app_itself_it_rests_too(
    client: GitHubClient, github: respx.MockRouter, clock: FakeClock
) -> None:
    route = github.get("/app").mock(
        side_effect=[httpx.Response(429, headers={"retry-after": "30"}), httpx.Response(200, json={"slug": "box"})]
    )
    for _ in range(2):
        with pytest.raises(RateLimited):
            await client.app_slug()
    assert route.call_count == 1
    clock.advance(32)
    assert await client.app_slug() == "box"


async def test_what_would_be_too_much_does_not_go_out(client: GitHubClient, github: respx.MockRouter) -> None:
    limits = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4000", "x-ratelimit-reset": "1900000000"}
    route = github.post(PATH).respond(201, headers=limits)
    for _ in range(156):  # five points each, of 780
        await post(client)
    with pytest.raises(RateLimited, match="has to wait for its turn"):
        await post(client)
    assert route.call_count == 156


# --- pages ---------------------------------------------------------------------------------------------------------


async def numbers(client: GitHubClient) -> AsyncIterator[int]:
    pages = client.pages(ROUTE, repository=repository(), permissions=READ, query={"per_page": 2}, thing=1)
    async for page in pages:
        for number in page.read(list[int]):
            yield number


async def test_pages_follow_githubs_links(client: GitHubClient, github: respx.MockRouter) -> None:
    following = f"{API}/repositories/77/things/1?per_page=2&page=2"
    github.get(PATH, params={"per_page": "2"}).respond(200, json=[1, 2], headers={"link": f'<{following}>; rel="next"'})
    github.get("/repositories/77/things/1", params={"per_page": "2", "page": "2"}).respond(200, json=[3])
    assert [number async for number in numbers(client)] == [1, 2, 3]


async def test_pages_of_another_host_are_not_followed(client: GitHubClient, github: respx.MockRouter) -> None:
    github.get(PATH).respond(200, json=[1], headers={"link": '<https://evil.example.com/>; rel="next"'})
    with pytest.raises(Refused):
        assert [number async for number in numbers(client)] == []


# --- conditional requests ------------------------------------------------------------------------------------------


async def test_an_answer_that_did_not_change_is_served_from_memory(
    client: GitHubClient, github: respx.MockRouter
) -> None:
    route = github.get(PATH)
    route.mock(side_effect=[httpx.Response(200, json={"a": 1}, headers={"etag": '"x"'}), httpx.Response(304)])
    first = await get(client, remember=True)
    second = await get(client, remember=True)
    assert (second.status, second.body) == (200, first.body)
    assert route.calls[0].request.headers.get("if-none-match") is None
    assert route.calls[1].request.headers["if-none-match"] == '"x"'


async def test_a_changed_answer_takes_the_place_of_the_old_one(client: GitHubClient, github: respx.MockRouter) -> None:
    route = github.get(PATH)
    route.mock(
        side_effect=[
            httpx.Response(200, json=1, headers={"etag": '"x"'}),
            httpx.Response(200, json=2, headers={"etag": '"y"'}),
            httpx.Response(304),
        ]
    )
    answers = [(await get(client, remember=True)).read(int) for _ in range(3)]
    assert answers == [1, 2, 2]
    assert route.calls.last.request.headers["if-none-match"] == '"y"'


async def test_an_etag_is_of_one_identity(client: GitHubClient, github: respx.MockRouter) -> None:
    route = github.get(PATH).respond(200, json=1, headers={"etag": '"x"'})
    await get(client, remember=True)
    await client.request("GET", ROUTE, repository=repository(), permissions={"actions": "read"}, remember=True, thing=1)
    await client.request("GET", ROUTE, repository=repository(id=78), permissions=READ, remember=True, thing=1)
    assert [call.request.headers.get("if-none-match") for call in route.calls] == [None, None, None]


async def test_nothing_is_remembered_unless_asked(client: GitHubClient, github: respx.MockRouter) -> None:
    route = github.get(PATH).respond(200, json=1, headers={"etag": '"x"'})
    await get(client)
    await get(client)
    assert route.calls.last.request.headers.get("if-none-match") is None


# --- paths ---------------------------------------------------------------------------------------------------------


async def test_names_can_not_leave_their_place_in_a_path(client: GitHubClient, github: respx.MockRouter) -> None:
    route = github.get(url__startswith=API).respond(200)
    await client.request("GET", ROUTE, repository=repository(), permissions=READ, thing="a/b?c#d%2e{owner}")
    assert route.calls.last.request.url.raw_path == b"/repos/acme/shop/things/a%2Fb%3Fc%23d%252e%7Bowner%7D"


# --- what is measured, what leaks ----------------------------------------------------------------------------------


async def test_each_exchange_is_measured_without_names(
    github: respx.MockRouter, clock: FakeClock, private_key: str
) -> None:
    seen: list[tuple[str, str, int | None]] = []
    client = GitHubClient(
        connection=CONNECTION,
        api_url=API,
        app_id=APP_ID,
        private_key=private_key,
        clock=clock,
        user_agent="signalbox/test",
        on_call=lambda method, route, status, seconds: seen.append((method, route, status)),
    )
    github.get(PATH).mock(side_effect=[httpx.Response(404), httpx.ConnectError("no")])
    for kind in (NotFound, Unreachable):
        with pytest.raises(kind):
            await get(client)
    await client.aclose()
    assert seen == [
        ("POST", "/app/installations/{installation_id}/access_tokens", 201),
        ("GET", ROUTE, 404),
        ("GET", ROUTE, None),
    ]


async def test_no_secret_shows_in_errors_logs_or_representations(
    client: GitHubClient, github: respx.MockRouter, private_key: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    odd = "v1.no-known-prefix-0123456789"
    github["tokens"].mock(side_effect=[token_answer(odd), token_answer(odd)])
    echo = f"you sent {odd} and ghu_abcdefgh1234 and github_pat_11AAAA_bbbb"
    github.get(PATH).mock(side_effect=[httpx.Response(403, json={"message": echo}), httpx.ConnectError(echo[:0])])
    texts = [repr(client), repr(client._wire), repr(client._tokens._kept)]
    for _ in range(2):
        with pytest.raises(UpstreamError) as error:
            await get(client)
        texts += [str(error.value), repr(error.value), "".join(traceback.format_exception(error.value))]
    texts += [repr(client._wire._jwt), repr(client._tokens._kept), caplog.text]
    jwt_sent = github["tokens"].calls.last.request.headers["authorization"].removeprefix("Bearer ")
    whole = "\n".join(texts)
    secrets = [odd, "abcdefgh1234", "11AAAA_bbbb", jwt_sent, *private_key.strip().splitlines()[1:-1]]
    assert [secret for secret in secrets if secret in whole] == []
    assert "you sent ***" in whole


@pytest.mark.parametrize("kind", ["nonsense", "public"])
async def test_a_private_key_that_is_none_is_our_fault_and_not_shown(
    github: respx.MockRouter, clock: FakeClock, private_key: str, kind: str
) -> None:
    public = serialization.load_pem_private_key(private_key.encode(), None).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = public.public_bytes(serialization.Encoding.PEM, form).decode()
    client = GitHubClient(
        connection=CONNECTION,
        api_url=API,
        app_id=APP_ID,
        private_key=pem if kind == "public" else "not-a-key-but-secret",
        clock=clock,
        user_agent="signalbox/test",
    )
    try:
        with pytest.raises(BotError, match="private key can not be used") as error:
            await get(client)
        assert "not-a-key" not in "".join(traceback.format_exception(error.value))
    finally:
        await client.aclose()


# --- who we are ----------------------------------------------------------------------------------------------------


async def test_who_we_are_is_asked_once(client: GitHubClient, github: respx.MockRouter) -> None:
    github.get("/app").respond(200, json={"id": APP_ID, "slug": "signalbox"})
    github.get("/app/installations").respond(
        200, json=[{"id": 4, "suspended_at": "2026-01-01T00:00:00Z"}, {"id": 5, "suspended_at": None}]
    )
    user = github.get("/users/signalbox%5Bbot%5D").respond(200, json={"id": 88})
    expected = AppIdentity(app_id=APP_ID, slug="signalbox", bot_id=88)
    assert list(await asyncio.gather(client.app_identity(), client.app_identity())) == [expected, expected]
    assert await Ourselves(Clients(client)).login(CONNECTION) == expected.login == "signalbox[bot]"
    assert user.calls.last.request.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked_for(github["tokens"].calls.last) == {"permissions": {"metadata": "read"}}
    assert [call.request.url.path for call in github.calls] == [
        "/app",
        "/app/installations",
        TOKENS_PATH,
        "/users/signalbox[bot]",
    ]


async def test_without_any_installation_strangers_rights_must_do(
    client: GitHubClient, github: respx.MockRouter
) -> None:
    github.get("/app").respond(200, json={"slug": "signalbox"})
    github.get("/app/installations").respond(200, json=[])
    user = github.get("/users/signalbox%5Bbot%5D").respond(200, json={"id": 88})
    assert (await client.app_identity()).bot_id == 88
    assert "authorization" not in user.calls.last.request.headers


async def test_a_failure_to_learn_who_we_are_is_not_remembered(client: GitHubClient, github: respx.MockRouter) -> None:
    github.get("/app").mock(side_effect=[httpx.Response(500), httpx.Response(200, json={"slug": "signalbox"})])
    with pytest.raises(Unreachable):
        await client.app_slug()
    assert await client.app_slug() == "signalbox"


@pytest.mark.parametrize(
    ("api_url", "limit"),
    [
        ("https://api.github.com", 25),
        ("https://api.acme.ghe.com", 25),
        ("https://github.example.com/api/v3", 10),
        ("https://api.github.com.evil.example/api/v3", 10),
        ("https://evilghe.com/api/v3", 10),
    ],
)
def test_the_limit_of_inputs_is_the_hosts(api_url: str, limit: int) -> None:
    connection = Connection(id=CONNECTION, name="x", api_url=api_url, server_url="https://x", app_id=1, app_slug=None)
    assert input_limit(connection) == limit
