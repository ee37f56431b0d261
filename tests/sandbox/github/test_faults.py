"""Failures on demand: what the client sees, and whether it happened anyway. And the journal of it all."""

import asyncio

import httpx
import pytest

from bot.sandbox.github import PullRequest, SandboxGitHub
from bot.sandbox.github.faults import ALWAYS
from tests.sandbox.github.support import Client

COMMENTS = "/repos/acme/shop/issues/1/comments"
HELLO = {"body": "Hello"}


@pytest.mark.parametrize(("after", "comments"), [(False, 0), (True, 1)])
async def test_an_error_comes_before_or_after_the_effect(
    github: SandboxGitHub, pull: PullRequest, client: Client, after: bool, comments: int
) -> None:
    token = client.as_installation(pull.repository)
    github.faults.status(502, "POST", "*/comments", after=after, message="Bad Gateway")
    response = await token.post(COMMENTS, HELLO)
    assert (response.status_code, response.json()["message"]) == (502, "Bad Gateway")
    assert len(github.thread(pull)) == comments
    assert (await token.post(COMMENTS, HELLO)).status_code == 201


@pytest.mark.parametrize(("after", "comments"), [(False, 0), (True, 1)])
async def test_a_connection_is_dropped_before_or_after_the_effect(
    github: SandboxGitHub, pull: PullRequest, client: Client, after: bool, comments: int
) -> None:
    github.faults.drop("POST", COMMENTS, after=after)
    with pytest.raises(httpx.RemoteProtocolError):
        await client.as_installation(pull.repository).post(COMMENTS, HELLO)
    assert len(github.thread(pull)) == comments
    assert github.journal[-1].status == 0


@pytest.mark.parametrize(("after", "comments"), [(False, 0), (True, 1)])
async def test_silence_lasts_until_it_is_released(
    github: SandboxGitHub, pull: PullRequest, client: Client, after: bool, comments: int
) -> None:
    fault = github.faults.silence("POST", COMMENTS, after=after)
    asking = asyncio.create_task(client.as_installation(pull.repository).post(COMMENTS, HELLO))
    await fault.begun.wait()
    assert (asking.done(), len(github.thread(pull))) == (False, comments)
    github.faults.release()
    assert (await asking).status_code == 201
    assert len(github.thread(pull)) == 1


async def test_silence_ends_by_itself_when_told_so(github: SandboxGitHub, client: Client) -> None:
    github.faults.silence("GET", "/meta", seconds=0.01)
    assert (await client.send("GET", "/meta")).status_code == 200


async def test_a_silent_server_can_be_stopped(github: SandboxGitHub, client: Client) -> None:
    fault = github.faults.silence("GET", "/meta")
    asking = asyncio.create_task(client.send("GET", "/meta"))
    await fault.begun.wait()
    await github.stop()
    await asyncio.wait([asking])
    asking.exception()


@pytest.mark.parametrize(("retry_after", "status"), [(60, 403), (None, 403), (1, 429)])
async def test_a_rate_limit_says_when_to_come_back(
    github: SandboxGitHub, client: Client, retry_after: int | None, status: int
) -> None:
    github.faults.rate_limited("GET", "/meta", retry_after=retry_after, status=status)
    response = await client.send("GET", "/meta")
    assert response.status_code == status
    assert response.headers.get("Retry-After") == (None if retry_after is None else str(retry_after))
    assert "secondary rate limit" in response.json()["message"]


async def test_a_used_up_limit_says_when_it_is_reset(github: SandboxGitHub, client: Client) -> None:
    github.faults.exhausted(reset=1_800_000_000)
    response = await client.send("GET", "/meta")
    assert (response.status_code, response.headers.get("Retry-After")) == (403, None)
    assert (response.headers["X-RateLimit-Remaining"], response.headers["X-RateLimit-Reset"]) == ("0", "1800000000")


async def test_a_fault_strikes_as_often_as_it_should(github: SandboxGitHub, client: Client) -> None:
    fault = github.faults.status(500, path="/m*", times=2)
    told = [(await client.send("GET", path)).status_code for path in ("/meta", "/rate_limit", "/meta", "/meta")]
    assert told == [500, 200, 500, 200]
    assert fault.struck == 2
    github.faults.status(500, times=1000)
    github.faults.clear()
    assert (await client.send("GET", "/meta")).status_code == 200


async def test_the_journal_keeps_what_was_said_without_secrets(
    github: SandboxGitHub, pull: PullRequest, client: Client
) -> None:
    token = client.as_installation(pull.repository)
    await token.send("POST", COMMENTS, HELLO, headers={"X-GitHub-Api-Version": "2022-11-28"})
    await token.send("GET", f"{COMMENTS}?per_page=1")
    said, read = github.journal
    assert (said.method, said.path, said.request_body, said.status) == ("POST", COMMENTS, HELLO, 201)
    assert said.request_headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert isinstance(said.response_body, dict)
    assert said.response_body["body"] == "Hello"
    assert (read.query, read.request_body) == ({"per_page": "1"}, None)
    assert str(said) == f"POST {COMMENTS} -> 201"
    assert "authorization" not in {name.lower() for name in said.request_headers}


async def test_the_journal_keeps_no_token(github: SandboxGitHub, pull: PullRequest, client: Client) -> None:
    installation = next(iter(github.app.installations))
    made = await client.as_app().post(f"/app/installations/{installation}/access_tokens")
    assert made.json()["token"] not in repr(github.journal)
    assert github.journal[-1].response_body["token"] == "ghs_***"  # type: ignore[index]


async def test_every_answer_bears_githubs_headers(github: SandboxGitHub, client: Client) -> None:
    response = await client.send("GET", "/nowhere")
    assert response.status_code == 404
    assert response.json() == {
        "message": "Not Found",
        "documentation_url": "https://docs.github.com/rest",
        "status": "404",
    }
    names = ("X-GitHub-Request-Id", "X-GitHub-Media-Type", "X-RateLimit-Remaining", "X-RateLimit-Reset")
    assert [name for name in names if name not in response.headers] == []


@pytest.mark.parametrize(("version", "status"), [("2022-11-28", 200), ("2026-03-10", 200), ("2020-01-01", 400)])
async def test_an_unknown_version_is_refused(client: Client, version: str, status: int) -> None:
    response = await client.send("GET", "/meta", headers={"X-GitHub-Api-Version": version})
    assert response.status_code == status


async def test_a_fault_by_chance_repeats_with_its_seed_and_ends_when_told(
    github: SandboxGitHub, client: Client
) -> None:
    async def statuses() -> list[int]:
        github.faults.random.seed(7)
        return [(await client.send("GET", "/meta")).status_code for _ in range(20)]

    fault = github.faults.status(502, times=ALWAYS, chance=0.5)
    first = await statuses()
    assert {200, 502} == set(first)
    assert await statuses() == first
    assert fault.struck == github.faults.struck == first.count(502) * 2
    fault.end()
    assert set(await statuses()) == {200}


async def test_secondary_limits_count_by_installation_once_they_are_switched_on(
    github: SandboxGitHub, pull: PullRequest, client: Client
) -> None:
    token = client.as_installation(pull.repository)
    github.limits.switched_on = True
    for _ in range(80):
        assert (await token.post(COMMENTS, HELLO)).status_code == 201
    response = await token.post(COMMENTS, HELLO)
    assert response.status_code == 403
    assert "secondary rate limit" in response.json()["message"]
    elsewhere = github.repository("zoe/home")
    issue = elsewhere.issue("zoe")
    other = client.as_installation(elsewhere)
    assert (await other.post(f"/repos/zoe/home/issues/{issue.number}/comments", HELLO)).status_code == 201


async def test_a_server_without_limits_tells_none(github: SandboxGitHub, client: Client) -> None:
    github.limits.told = False
    assert "X-RateLimit-Limit" not in (await client.send("GET", "/meta")).headers
