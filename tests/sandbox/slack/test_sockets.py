"""Socket Mode: each envelope to one connection, acks, and what happens when a connection goes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from bot.sandbox.slack import Delivery, SandboxSlack
from tests.sandbox.slack.support import Client
from tests.support.clock import FakeClock

Socket = aiohttp.ClientWebSocketResponse
Connect = Callable[[], Awaitable[Socket]]


@pytest.fixture
async def slack(clock: FakeClock) -> AsyncIterator[SandboxSlack]:
    slack = SandboxSlack(clock=clock.now)
    slack.register_app(app_token="xapp-1-A1-hush")
    slack.channel("#deploys", members=["alice"])
    async with slack:
        yield slack


@pytest.fixture
def connect(slack: SandboxSlack, client: Client) -> Connect:
    async def connected() -> Socket:
        answer = await client.call("apps.connections.open", token="xapp-1-A1-hush")
        many, able = len(slack.sockets.connections), [each for each in slack.sockets.connections if not each.leaving]
        socket = await client.http.ws_connect(answer["url"])
        hello = await socket.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", many + 1)
        await slack.sockets.connected(slack.app, len(able) + 1)
        return socket

    return connected


def typed(slack: SandboxSlack) -> "asyncio.Task[Delivery | None]":
    return asyncio.create_task(slack.command("alice", "#deploys", "/ops help"))


async def ack(socket: Socket, envelope: dict[str, Any], **more: Any) -> None:
    await socket.send_json({"envelope_id": envelope["envelope_id"], **more})


async def test_a_command_comes_in_an_envelope_and_its_ack_may_answer(slack: SandboxSlack, connect: Connect) -> None:
    socket, task = await connect(), typed(slack)
    envelope = await socket.receive_json()
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert envelope["payload"]["text"] == "help"
    await ack(socket, envelope, payload={"text": "here"})
    delivery = await task
    assert delivery is not None
    assert delivery.succeeded
    assert [each.text for each in slack.seen_by("alice", "#deploys")] == ["here"]
    assert slack.sockets.acked == [envelope["envelope_id"]]


async def test_each_envelope_goes_to_one_connection(slack: SandboxSlack, connect: Connect) -> None:
    sockets = [await connect(), await connect()]
    for socket in sockets:
        task = typed(slack)
        await ack(socket, await socket.receive_json())
        await task


async def test_a_lost_connection_hands_its_envelope_to_the_next(slack: SandboxSlack, connect: Connect) -> None:
    first, task = await connect(), typed(slack)
    envelope = await first.receive_json()
    await first.close()
    second = await connect()
    again = await second.receive_json()
    assert again == envelope
    await ack(second, again)
    delivery = await task
    assert delivery is not None
    assert (delivery.succeeded, len(delivery.attempts)) == (True, 1)


async def test_cut_connections_break_without_a_word(slack: SandboxSlack, connect: Connect) -> None:
    first, task = await connect(), typed(slack)
    await first.receive_json()
    slack.sockets.cut()
    assert (await first.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.ERROR)
    second = await connect()
    await ack(second, await second.receive_json())
    await task


async def test_an_event_without_ack_comes_again_to_another_one(slack: SandboxSlack, connect: Connect) -> None:
    first, second = await connect(), await connect()
    slack.outbox.patience = 0.05
    task = asyncio.create_task(slack.mentions("alice", "#deploys", "@signalbox status"))
    lost = await first.receive_json()
    slack.outbox.patience = 3
    again = await second.receive_json()
    assert (lost["retry_attempt"], lost["retry_reason"]) == (0, "")
    assert (again["retry_attempt"], again["retry_reason"]) == (1, "timeout")
    assert lost["payload"] == again["payload"]
    assert lost["envelope_id"] != again["envelope_id"]
    await ack(second, again)
    await task


async def test_a_command_without_ack_is_shown_to_the_person(slack: SandboxSlack, connect: Connect) -> None:
    slack.outbox.patience = 0.02
    assert (await slack.command("alice", "#deploys", "/ops help")).failure == "dispatch_failed"  # type: ignore[union-attr]
    socket = await connect()
    assert (await slack.command("alice", "#deploys", "/ops help")).failure == "operation_timeout"  # type: ignore[union-attr]
    await socket.close()


async def test_who_is_told_to_go_gets_nothing_new(slack: SandboxSlack, connect: Connect) -> None:
    first = await connect()
    await slack.sockets.disconnect("warning")
    assert (await first.receive_json())["reason"] == "warning"
    task = typed(slack)
    await ack(first, await first.receive_json())
    await task
    await slack.sockets.disconnect("refresh_requested")
    assert (await first.receive_json())["reason"] == "refresh_requested"
    task = typed(slack)
    answer_comes_from = asyncio.create_task(first.receive_json())
    second = await connect()
    await ack(second, await second.receive_json())
    await task
    assert not answer_comes_from.done()
    answer_comes_from.cancel()


async def test_a_ticket_opens_one_connection_of_ten(slack: SandboxSlack, client: Client, connect: Connect) -> None:
    answer = await client.call("apps.connections.open", token="xapp-1-A1-hush")
    sockets = [await client.http.ws_connect(answer["url"])]
    await sockets[0].receive_json()
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await client.http.ws_connect(answer["url"])
    sockets += [await connect() for _ in range(9)]
    answer = await client.call("apps.connections.open", token="xapp-1-A1-hush")
    assert answer["error"] == "too_many_websockets"


async def test_without_socket_mode_the_link_is_disabled(slack: SandboxSlack, client: Client) -> None:
    slack.app.request_url = "http://127.0.0.1:9/"
    answer = await client.call("apps.connections.open", token="xapp-1-A1-hush")
    socket = await client.http.ws_connect(answer["url"])
    assert (await socket.receive_json())["reason"] == "link_disabled"
