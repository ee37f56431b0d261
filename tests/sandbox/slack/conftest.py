"""A sandbox with one app, a channel with the app in it, one without, and a private one."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.slack import SandboxSlack
from tests.sandbox.slack.support import Client, Listener
from tests.support.clock import FakeClock

SCOPES = [
    *(f"{kind}:{right}" for kind in ("channels", "groups", "im") for right in ("history", "read")),
    *("app_mentions:read", "chat:write", "commands", "im:write", "reactions:read", "reactions:write", "users:read"),
]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener, app = Listener(), web.Application()
    app.router.add_post("/slack/events", listener.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield listener
    await runner.cleanup()


@pytest.fixture
async def slack(clock: FakeClock, listener: Listener) -> AsyncIterator[SandboxSlack]:
    slack = SandboxSlack(clock=clock.now)
    slack.register_app(
        app_id="A0SIGNAL", signing_secret="hush", request_url=listener.url, scopes=SCOPES, client_secret="client-hush"
    )
    slack.channel("#deploys", members=["alice", "bob"])
    slack.channel("#random", members=["alice"], app=False)
    slack.channel("#secret", members=["bob"], private=True, app=False)
    async with slack:
        yield slack


@pytest.fixture
async def client(slack: SandboxSlack) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as http:
        yield Client(slack, http)
