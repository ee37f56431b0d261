"""Socket Mode: always a connection, the next one before the last one goes, and an ack for what is in the inbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from bot.sandbox.slack import App, Delivery, SandboxSlack
from bot.sandbox.slack.sockets import Parting
from bot.slack.line import Hear
from bot.slack.socket import LONGEST_WAIT_SECONDS, SocketMode, _wait
from tests.slack.payload import House


class Pause:
    """Waits for nobody, and knows how long it would have been."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.again = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        self.again.set()
        await asyncio.sleep(0)


class Stage:
    """A Slack, and a bot that hears it by socket."""

    def __init__(self, slack: SandboxSlack, app: App) -> None:
        self.slack = slack
        self.app = app
        self.house = House(signing_secret=None, api_url=slack.url)
        self.pause = Pause()
        self.hear: Hear = lambda payload, retry: self.house.door.hear(payload, retry)
        self.mode = SocketMode(
            api_url=slack.url,
            app_token=app.app_token,
            hear=lambda payload, retry: self.hear(payload, retry),
            pause=self.pause,
            linger_seconds=0,
        )
        self.task = asyncio.create_task(self.mode.run())

    async def connected(self) -> None:
        await self.slack.sockets.connected(self.app)

    async def types(self) -> Delivery:
        delivery = await self.slack.command("alice", "#deploys", "/ops help")
        assert delivery is not None
        return delivery

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    slack = SandboxSlack()
    app = slack.register_app(command="/ops")
    slack.person("alice")
    slack.channel("#deploys", members=["alice"])
    async with slack:
        stage = Stage(slack, app)
        try:
            async with asyncio.timeout(20):
                await stage.connected()
                yield stage
        finally:
            await stage.stop()


async def test_what_people_do_is_recorded_and_acknowledged(stage: Stage) -> None:
    delivery = await stage.types()
    assert (delivery.status, delivery.failure) == (200, None)
    await stage.slack.mentions("alice", "#deploys", "@signalbox status")
    assert [kept.event for kept in stage.house.inbox.kept] == ["slack_command", "slack_mention"]
    assert stage.mode.connected


async def test_the_next_connection_is_up_before_the_last_one_goes(stage: Stage) -> None:
    await stage.slack.sockets.disconnect("refresh_requested")
    await stage.connected()
    delivery = await stage.types()
    assert delivery.failure is None
    assert len(stage.house.inbox.kept) == 1
    assert stage.pause.asked == []


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_what_is_under_way_is_acked_on_the_connection_that_brought_it(stage: Stage, reason: Parting) -> None:
    entered, release, hear = asyncio.Event(), asyncio.Event(), stage.hear

    async def slow(payload: Mapping[str, Any], retry: int) -> bool:
        entered.set()
        await release.wait()
        return await hear(payload, retry)

    stage.hear = slow
    sent = asyncio.create_task(stage.types())
    await entered.wait()
    await stage.slack.sockets.disconnect(reason)
    await stage.slack.sockets.connected(stage.app, 2 if reason == "warning" else 1)
    release.set()
    assert (await sent).failure is None
    assert len(stage.house.inbox.kept) == 1


async def test_a_cut_connection_is_opened_again_and_the_event_comes_once(stage: Stage) -> None:
    hear = stage.hear

    async def cut_after_recording(payload: Mapping[str, Any], retry: int) -> bool:
        done = await hear(payload, retry)
        stage.hear = hear
        stage.slack.sockets.cut()
        return done

    stage.hear = cut_after_recording
    await stage.slack.mentions("alice", "#deploys", "@signalbox status")
    assert len(stage.house.inbox.kept) == 1
    assert stage.house.told == [("slack_mention", "recorded"), ("slack_mention", "repeated")]


async def test_what_could_not_be_stored_is_not_acknowledged(stage: Stage) -> None:
    stage.slack.outbox.patience = 0.05
    stage.house.inbox.error = OSError()
    delivery = await stage.types()
    assert delivery.failure == "operation_timeout"
    assert stage.slack.sockets.acked == []


async def test_stopping_finishes_what_came_in(stage: Stage) -> None:
    entered, release, hear = asyncio.Event(), asyncio.Event(), stage.hear

    async def slow(payload: Mapping[str, Any], retry: int) -> bool:
        entered.set()
        await release.wait()
        return await hear(payload, retry)

    stage.hear = slow
    sent = asyncio.create_task(stage.types())
    await entered.wait()
    stage.task.cancel()
    await asyncio.sleep(0)
    release.set()
    assert (await sent).failure is None
    await asyncio.gather(stage.task, return_exceptions=True)
    assert stage.task.cancelled()
    assert not stage.mode.connected


async def test_slack_out_of_order_is_waited_for_ever_longer(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.slack.faults.error("internal_error", "apps.connections.open", times=3)
    await stage.slack.sockets.disconnect()
    await stage.connected()
    assert [seconds > before for before, seconds in zip([0.0, *stage.pause.asked], stage.pause.asked, strict=False)]
    assert len(stage.pause.asked) == 3
    assert caplog.text.count("Could not connect to Slack") == 3


async def test_no_token_and_no_address_is_logged(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stage.slack.faults.error("invalid_auth", "apps.connections.open", times=1)
    await stage.slack.sockets.disconnect()
    await stage.connected()
    assert stage.app.app_token not in caplog.text + repr(stage.mode)
    assert "ticket=" not in "".join(each.getMessage() for each in caplog.records if each.name.startswith("bot.slack"))


def test_the_wait_is_nothing_once_then_grows_and_ends() -> None:
    assert [_wait(tries) for tries in (0, 1)] == [0.0, 0.0]
    assert 1.0 <= _wait(2) <= 2.0
    assert LONGEST_WAIT_SECONDS / 2 <= _wait(50) <= LONGEST_WAIT_SECONDS
