"""The route for Slack: bounded, counted, and answered as the door behind it says."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping

import pytest

from bot.web import slack_edge
from tests.web.conftest import Backstage, Client, Open

EVENTS = "/slack/events"


class Door:
    """Repeats the body."""

    def __init__(self) -> None:
        self.opened: list[bytes] = []

    async def answer(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        self.opened.append(body)
        return int(headers.get("x-status", "200")), {"content-type": "application/json;charset=utf-8"}, b"{}"


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def client(serve: Open, door: Door) -> Client:
    return await serve(slack=door.answer)


@pytest.mark.parametrize("status", [200, 400, 401, 503])
async def test_the_door_says_how_to_answer(client: Client, door: Door, status: int) -> None:
    answer = await client.post(EVENTS, data=b"token=\xc3\xa9&x=%00", headers={"X-Status": str(status)})
    assert (answer.status, await answer.read()) == (status, b"{}")
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    assert door.opened == [b"token=\xc3\xa9&x=%00"]


async def test_each_request_is_timed(client: Client, behind: Backstage) -> None:
    await client.post(EVENTS, data=b"{}")
    assert behind.metrics.registry.get_sample_value("signalbox_delivery_seconds_count") == 1


async def test_a_compressed_body_is_not_unpacked(client: Client, door: Door) -> None:
    packed = gzip.compress(b"{}")
    await client.post(EVENTS, data=packed, headers={"Content-Encoding": "gzip"})
    assert door.opened == [packed]


async def test_without_slack_the_route_says_so(serve: Open, behind: Backstage) -> None:
    client = await serve()
    answer = await client.post(EVENTS, data=b"{}")
    assert answer.status == 503
    assert "Slack is not configured" in (await answer.json())["message"]
    assert behind.count("unknown", "unconfigured") == 1


async def test_a_body_that_is_announced_too_large_is_refused_before_it_is_read(client: Client, door: Door) -> None:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    length = slack_edge.BODY_BYTES + 1
    writer.write(f"POST {EVENTS} HTTP/1.1\r\nHost: box\r\nContent-Length: {length}\r\n\r\n".encode())
    assert (await reader.readline()) == b"HTTP/1.1 413 Request Entity Too Large\r\n"
    writer.close()
    await writer.wait_closed()
    assert door.opened == []


async def test_a_body_that_turns_out_too_large_is_refused(client: Client, door: Door, behind: Backstage) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b" " * slack_edge.BODY_BYTES
        yield b" "

    assert (await client.post(EVENTS, data=chunks())).status == 413
    assert door.opened == []
    assert behind.count("unknown", "too_large") == 1


async def test_a_body_of_the_largest_size_is_taken(client: Client, door: Door) -> None:
    body = b" " * slack_edge.BODY_BYTES
    assert (await client.post(EVENTS, data=body)).status == 200
    assert door.opened == [body]


async def test_a_body_that_does_not_arrive_is_not_waited_for(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_edge, "BODY_SECONDS", 0.01)
    release = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"{"
        await release.wait()

    assert (await client.post(EVENTS, data=chunks())).status == 408
    release.set()


async def test_t26_bodies_of_all_requests_share_one_cap(
    serve: Open, door: Door, behind: Backstage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_edge, "IN_FLIGHT_BYTES", 100)
    client = await serve(slack=door.answer)
    waiting, release = asyncio.Event(), asyncio.Event()
    gauge = behind.metrics.unverified_bytes
    count = gauge.inc

    def count_and_tell(amount: float = 1) -> None:
        count(amount)
        waiting.set()

    monkeypatch.setattr(gauge, "inc", count_and_tell)

    async def slow() -> AsyncIterator[bytes]:
        yield b" " * 60
        await release.wait()

    first = asyncio.create_task(client.post(EVENTS, data=slow()))
    await waiting.wait()
    crowded = await client.post(EVENTS, data=b" " * 60)
    assert (crowded.status, crowded.headers["Retry-After"]) == (503, "1")
    assert behind.count("unknown", "crowded") == 1
    release.set()
    assert (await first).status == 200
    assert (await client.post(EVENTS, data=b" " * 100)).status == 200
    assert behind.metrics.registry.get_sample_value("signalbox_unverified_bytes") == 0
