"""Logs: where they lie, who is asked for them and how, and how much of them is kept."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx

from bot.errors import NotFound, Refused, Unreachable, UpstreamError
from bot.github.clients import Clients
from bot.github.logs import KEPT_BYTES, Logs
from bot.github.transport import GitHubClient
from bot.model.run import Conclusion, JobLog, Step
from tests.github.conftest import API, APP_ID, TOKEN
from tests.github.webhook import JOB
from tests.support.clock import START, FakeClock
from tests.support.make import CONNECTION, repository

PATH = "/repos/acme/shop/actions/jobs/1"
BLOB = "https://logs.example.net/1.txt?sig=only-for-you"


@pytest.fixture
def logs(clients: Clients) -> Logs:
    return Logs(clients, user_agent="signalbox/test", timeout_seconds=5, most_bytes=2 * KEPT_BYTES)


def step(number: int, name: str, conclusion: str | None) -> dict[str, Any]:
    begun = START + timedelta(seconds=number)
    return {
        "number": number,
        "name": name,
        "status": "completed",
        "conclusion": conclusion,
        "started_at": begun.isoformat(),
        "completed_at": (begun + timedelta(seconds=1)).isoformat(),
    }


STEPS = [step(1, "Set up job", "success"), step(2, "Test", "failure"), step(3, "Report", "failure")]


def points_to(github: respx.MockRouter, address: str = BLOB) -> respx.Route:
    """GitHub knows the job and says where its log is."""
    github.get(PATH).respond(200, json={**JOB, "conclusion": "failure", "steps": STEPS})
    return github.get(f"{PATH}/logs").respond(302, headers={"location": address})


async def test_the_end_of_a_log_is_fetched_without_our_token(logs: Logs, github: respx.MockRouter) -> None:
    asked = points_to(github)
    blob = github.get(BLOB).respond(200, text="\ufeffone\ntwo\n")
    at = START + timedelta(seconds=2)
    failed = Step(
        number=2,
        name="Test",
        conclusion=Conclusion.FAILURE,
        started_at=at,
        completed_at=at + timedelta(seconds=1),
    )
    assert await logs.of_job(repository(), 1) == JobLog(
        job="build", step="Test", text="\ufeffone\ntwo\n", url=str(JOB["html_url"]), failed=failed
    )
    assert asked.calls.last.request.headers["authorization"] == f"Bearer {TOKEN}"
    sent = blob.calls.last.request.headers
    assert "authorization" not in sent
    assert "cookie" not in sent
    assert sent["user-agent"] == "signalbox/test"


@pytest.mark.parametrize(
    ("conclusions", "name"),
    [
        (["success", "cancelled", "failure"], "three"),
        (["success", "timed_out", "cancelled"], "two"),
        (["success", None, "skipped"], None),
        (["success", "puzzled", "success"], None),
    ],
)
async def test_the_step_that_failed_first_is_named(
    logs: Logs, github: respx.MockRouter, conclusions: list[str | None], name: str | None
) -> None:
    points_to(github)
    github.get(BLOB).respond(200, text="x")
    names = ("one", "two", "three")
    steps = [step(number, names[number], conclusion) for number, conclusion in enumerate(conclusions)]
    github.get(PATH).respond(200, json={**JOB, "steps": steps})
    found = await logs.of_job(repository(), 1)
    assert found is not None
    assert found.step == name


async def test_a_job_of_a_renamed_repository_is_followed_to_its_log(logs: Logs, github: respx.MockRouter) -> None:
    points_to(github)
    moved = "/repositories/77/actions/jobs/1/logs"
    github.get(f"{PATH}/logs").respond(301, headers={"location": f"{API}{moved}"})
    github.get(moved).respond(302, headers={"location": BLOB})
    github.get(BLOB).respond(200, text="x")
    assert await logs.of_job(repository(), 1) is not None


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("path", [PATH, f"{PATH}/logs", BLOB])
async def test_a_log_that_is_gone_is_none(logs: Logs, github: respx.MockRouter, path: str, status: int) -> None:
    points_to(github)
    github.get(path).respond(status)
    assert await logs.of_job(repository(), 1) is None


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        (PATH, 502, Unreachable),
        (f"{PATH}/logs", 502, Unreachable),
        (f"{PATH}/logs", 403, Refused),
        (f"{PATH}/logs", 200, Unreachable),
        (BLOB, 403, Unreachable),
        (BLOB, 500, Unreachable),
    ],
)
async def test_no_answer_is_no_none(
    logs: Logs, github: respx.MockRouter, path: str, status: int, kind: type[Exception]
) -> None:
    points_to(github)
    github.get(path).respond(status)
    with pytest.raises(kind):
        await logs.of_job(repository(), 1)


async def test_an_answer_about_another_job_is_refused(logs: Logs, github: respx.MockRouter) -> None:
    points_to(github)
    github.get(PATH).respond(200, json={**JOB, "id": 2})
    with pytest.raises(Refused):
        await logs.of_job(repository(), 1)


async def test_t18_no_second_redirect_is_followed(logs: Logs, github: respx.MockRouter) -> None:
    points_to(github)
    github.get(BLOB).respond(302, headers={"location": "https://169.254.169.254/latest"})
    with pytest.raises(Unreachable):
        await logs.of_job(repository(), 1)


@pytest.mark.parametrize(
    "address",
    [
        "http://logs.example.net/1.txt",
        "http://127.0.0.1:9/1.txt",
        "file:///etc/passwd",
        "ftp://logs.example.net/1.txt",
        "https://alice:secret@logs.example.net/1.txt",
        "/relative",
        "https://",
        "https://logs.example.net:port/1.txt",
    ],
)
async def test_t18_only_https_is_followed(logs: Logs, github: respx.MockRouter, address: str) -> None:
    points_to(github, address)
    with pytest.raises(UpstreamError):  # respx knows no such address: asking for it would fail otherwise
        await logs.of_job(repository(), 1)


@pytest.fixture
async def loopback(clock: FakeClock, private_key: str) -> AsyncIterator[Logs]:
    """A GitHub on this very machine, as in development."""
    client = GitHubClient(
        connection=CONNECTION,
        api_url="http://127.0.0.1:3001",
        app_id=APP_ID,
        private_key=private_key,
        clock=clock,
        user_agent="signalbox/test",
    )
    yield Logs(Clients(client), user_agent="signalbox/test")
    await client.aclose()


@pytest.mark.parametrize(
    ("address", "followed"),
    [
        ("http://127.0.0.1:3002/1.txt", True),
        ("http://[::1]:3002/1.txt", True),
        ("http://localhost:3002/1.txt", True),
        ("https://logs.example.net/1.txt", True),
        ("http://logs.example.net/1.txt", False),
        ("http://192.168.0.1/1.txt", False),
    ],
)
async def test_plain_http_is_followed_between_programs_of_one_machine(
    loopback: Logs, address: str, followed: bool
) -> None:
    with respx.mock(base_url="http://127.0.0.1:3001", assert_all_called=False) as router:
        token = {"token": TOKEN, "expires_at": "2026-11-21T10:00:00Z"}
        router.post("/app/installations/5/access_tokens").respond(201, json=token)
        points_to(router, address)
        blob = router.get(address).respond(200, text="x")
        if followed:
            assert await loopback.of_job(repository(), 1) is not None
        else:
            with pytest.raises(Refused):
                await loopback.of_job(repository(), 1)
        assert blob.called is followed


class Parts(httpx.AsyncByteStream):
    """A body that comes in parts; `sent` counts them."""

    def __init__(self, part: bytes, count: int, ending: bytes = b"") -> None:
        self.part = part
        self.count = count
        self.ending = ending
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.count):
            self.sent += 1
            yield self.part
        yield self.ending


async def test_only_the_end_of_a_long_log_is_kept_in_whole_lines(logs: Logs, github: respx.MockRouter) -> None:
    points_to(github)
    body = Parts(b"some line of the log\n" * 1_000, 20, "das Ende \N{BUG}\n".encode())
    github.get(BLOB).mock(return_value=httpx.Response(200, stream=body))
    found = await logs.of_job(repository(), 1)
    assert found is not None
    assert found.text.startswith("some line of the log\n")
    assert found.text.endswith("log\ndas Ende \N{BUG}\n")
    assert KEPT_BYTES - 100 < len(found.text.encode()) <= KEPT_BYTES


async def test_a_log_that_is_too_large_is_refused_before_it_was_read(logs: Logs, github: respx.MockRouter) -> None:
    points_to(github)
    body = Parts(b"x" * 100_000, 1_000)
    github.get(BLOB).mock(return_value=httpx.Response(200, stream=body))
    with pytest.raises(Refused, match="too large"):
        await logs.of_job(repository(), 1)
    assert body.sent <= 7


async def test_a_log_that_does_not_come_to_an_end_is_given_up(clients: Clients, github: respx.MockRouter) -> None:
    points_to(github)

    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    github.get(BLOB).mock(side_effect=never)
    with pytest.raises(Unreachable, match="within"):
        await Logs(clients, user_agent="signalbox/test", timeout_seconds=0.01).of_job(repository(), 1)


async def test_a_failure_does_not_tell_the_address(logs: Logs, github: respx.MockRouter) -> None:
    points_to(github)
    github.get(BLOB).mock(side_effect=httpx.ConnectError(f"no way to {BLOB}"))
    with pytest.raises(Unreachable) as unreachable:
        await logs.of_job(repository(), 1)
    assert "only-for-you" not in "".join(traceback.format_exception(unreachable.value))


async def test_bytes_that_are_no_text_are_replaced(logs: Logs, github: respx.MockRouter) -> None:
    points_to(github)
    github.get(BLOB).respond(200, content=b"a\xff\nb")
    found = await logs.of_job(repository(), 1)
    assert found is not None
    assert found.text == "a\ufffd\nb"


async def test_a_missing_address_is_no_pointer(client: GitHubClient, github: respx.MockRouter) -> None:
    github.get(PATH).respond(404)
    with pytest.raises(NotFound):
        await client.pointer(
            "/repos/{owner}/{repo}/actions/jobs/{job_id}", repository=repository(), permissions={}, job_id=1
        )
