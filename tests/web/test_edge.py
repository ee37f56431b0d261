"""The door for webhooks: every status code, in the order in which the door checks."""

from __future__ import annotations

import asyncio
import gzip
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest

from bot.model.delivery import Delivery
from bot.web import edge
from bot.web.metrics import MOST_WORDS, OTHER
from tests.web.conftest import JSON, SIGNED, Backstage, Client, Open, delivery

HOOK = "/github/webhooks"


async def test_a_new_delivery_is_recorded(client: Client, behind: Backstage) -> None:
    answer = await client.post(HOOK, data=b'{"n":1}', headers=SIGNED)
    assert (answer.status, await answer.json()) == (202, {"message": "Recorded."})
    assert [delivery.facts for delivery in behind.recorded] == [b'{"n":1}']
    assert behind.count("issue_comment", "recorded") == 1


async def test_a_receipt_carries_nothing_for_browsers_nor_what_serves_it(client: Client) -> None:
    answer = await client.post(HOOK, data=b'{"n":1}', headers=SIGNED)
    assert answer.headers["Server"] == "Signalbox"
    assert set(answer.headers) == {"Content-Type", "Content-Length", "Date", "Server"}


async def test_the_same_delivery_again_is_a_duplicate(client: Client, behind: Backstage) -> None:
    await client.post(HOOK, data=b'{"n":1}', headers=SIGNED)
    answer = await client.post(HOOK, data=b'{"n":1}', headers=SIGNED)
    assert (answer.status, await answer.json()) == (200, {"message": "Recorded before."})
    assert len(behind.recorded) == 1
    assert behind.count("issue_comment", "repeated") == 1


async def test_a_delivery_without_work_is_not_recorded(client: Client, behind: Backstage) -> None:
    answer = await client.post(HOOK, data=b"{}", headers=SIGNED)
    assert (answer.status, behind.recorded) == (200, [])
    assert behind.count("other", "ignored") == 1


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"n":1}'])
async def test_the_signature_comes_before_the_shape(client: Client, behind: Backstage, body: bytes) -> None:
    answer = await client.post(HOOK, data=body, headers=JSON)
    assert answer.status == 401
    assert (behind.opened, behind.recorded) == ([], [])


async def test_a_wrong_shape_is_refused_and_not_recorded(client: Client, behind: Backstage) -> None:
    answer = await client.post(HOOK, data=b"[1]", headers=SIGNED)
    assert (answer.status, await answer.json()) == (400, {"message": "The body is not a JSON object."})
    assert behind.recorded == []


async def test_the_door_gets_the_bytes_as_they_were_sent(client: Client, behind: Backstage) -> None:
    body = b'{ "n" : 1,\r\n "text": "\xc3\xa9\x00" }'
    assert (await client.post(HOOK, data=body, headers=SIGNED)).status == 202
    assert behind.opened == [body]


async def test_a_compressed_body_is_not_unpacked(client: Client, behind: Backstage) -> None:
    packed = gzip.compress(b'{"n":1}')
    answer = await client.post(HOOK, data=packed, headers={**SIGNED, "Content-Encoding": "gzip"})
    assert (answer.status, behind.opened) == (400, [packed])


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
async def test_another_content_type_is_refused_with_a_hint(client: Client, behind: Backstage, kind: str) -> None:
    answer = await client.post(HOOK, data=b"payload=%7B%7D", headers={**SIGNED, "Content-Type": kind})
    assert answer.status == 400
    assert "content type of the webhook" in (await answer.json())["message"]
    assert behind.opened == []


async def test_a_body_that_is_announced_too_large_is_refused_before_it_is_read(client: Client) -> None:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    length = edge.BODY_BYTES + 1
    head = f"POST {HOOK} HTTP/1.1\r\nHost: box\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    writer.write(head.encode())
    assert (await reader.readline()) == b"HTTP/1.1 413 Request Entity Too Large\r\n"
    writer.close()
    await writer.wait_closed()


async def test_a_body_that_turns_out_too_large_is_refused(
    client: Client, behind: Backstage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "BODY_BYTES", 10)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"{" + b" " * 9
        yield b"}"

    answer = await client.post(HOOK, data=chunks(), headers=SIGNED)
    assert (answer.status, behind.opened) == (413, [])
    assert behind.count("unknown", "too_large") == 1


async def test_a_body_of_the_largest_size_is_taken(client: Client, behind: Backstage) -> None:
    body = b"{" + b" " * (edge.BODY_BYTES - 2) + b"}"
    assert (await client.post(HOOK, data=io.BytesIO(body), headers=SIGNED)).status == 202
    assert len(behind.opened[0]) == edge.BODY_BYTES


async def test_a_body_that_does_not_arrive_is_not_waited_for(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "BODY_SECONDS", 0.01)
    release = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"{"
        await release.wait()

    answer = await client.post(HOOK, data=chunks(), headers=SIGNED)
    assert answer.status == 408
    release.set()


async def test_t26_bodies_of_all_requests_share_one_cap(
    serve: Open, behind: Backstage, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await serve(in_flight_bytes=100)
    waiting, release = asyncio.Event(), asyncio.Event()
    gauge = behind.metrics.unverified_bytes
    count = gauge.inc

    def count_and_tell(amount: float = 1) -> None:
        count(amount)
        waiting.set()

    monkeypatch.setattr(gauge, "inc", count_and_tell)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{" + b" " * 59
        await release.wait()
        yield b"}"

    first = asyncio.create_task(client.post(HOOK, data=slow(), headers=SIGNED))
    await waiting.wait()
    crowded = await client.post(HOOK, data=b"{" + b" " * 58 + b"}", headers=SIGNED)
    assert (crowded.status, crowded.headers["Retry-After"]) == (503, "1")
    assert behind.count("unknown", "crowded") == 1
    release.set()
    assert (await first).status == 202
    assert (await client.post(HOOK, data=b"{" + b" " * 97 + b"}", headers=SIGNED)).status == 202
    assert behind.metrics.registry.get_sample_value("signalbox_unverified_bytes") == 0


async def test_room_is_given_back_after_every_refusal(serve: Open) -> None:
    client = await serve(in_flight_bytes=10)
    for headers in (JSON, SIGNED, JSON, SIGNED):
        assert (await client.post(HOOK, data=b"[1234567]", headers=headers)).status in (400, 401)


async def test_what_can_not_be_stored_is_asked_for_again(client: Client, behind: Backstage) -> None:
    async def broken(delivery: Delivery) -> bool:
        raise OSError("disk full at /var/lib/secret-path")

    behind.record = broken
    answer = await client.post(HOOK, data=b'{"n":1}', headers=SIGNED)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert "secret-path" not in await answer.text()
    assert behind.count("issue_comment", "not_stored") == 1


async def test_without_github_the_door_says_so(serve: Open, behind: Backstage) -> None:
    client = await serve(github=None)
    answer = await client.post(HOOK, data=b'{"n":1}', headers=SIGNED)
    assert answer.status == 503
    assert "GitHub is not configured" in (await answer.json())["message"]
    assert behind.recorded == []


async def test_strangers_do_not_choose_metric_labels(client: Client, behind: Backstage) -> None:
    await client.post(HOOK, data=b"{}", headers={**JSON, "X-GitHub-Event": "a-name-of-theirs"})
    text = await (await client.get("/metrics")).text()
    assert 'signalbox_deliveries_total{event="unknown",result="unsigned"} 1.0' in text
    assert "a-name-of-theirs" not in text


async def test_made_up_events_do_not_become_series_of_their_own(serve: Open, behind: Backstage) -> None:
    def door(headers: Mapping[str, str], body: bytes) -> Delivery:
        return replace(delivery(body), event=headers["X-GitHub-Event"])

    client = await serve(github=door)
    for number in range(MOST_WORDS + 20):
        await client.post(HOOK, data=b'{"n":%d}' % number, headers={**SIGNED, "X-GitHub-Event": f"event_{number}"})
    await client.post(HOOK, data=b'{"n":1000}', headers={**SIGNED, "X-GitHub-Event": 'x"} 1'})
    assert behind.count("event_0", "recorded") == 1
    assert behind.count(OTHER, "recorded") == 21
    assert 'x"}' not in await (await client.get("/metrics")).text()
