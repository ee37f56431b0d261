"""A sandbox with one app, one shop and somebody who may deploy it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web

from bot.sandbox.github import PullRequest, Repository, SandboxGitHub
from tests.sandbox.github.support import FILES, Client, Listener


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener, app = Listener(), web.Application()
    app.router.add_post("/github/webhooks", listener.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/github/webhooks"
    yield listener
    await runner.cleanup()


@pytest.fixture(params=[False], ids=["cloud"])
async def github(request: pytest.FixtureRequest, listener: Listener) -> AsyncIterator[SandboxGitHub]:
    github = SandboxGitHub(enterprise=request.param)
    github.register_app(app_id=4711, webhook_secret="hush", webhook_url=listener.url)
    async with github:
        yield github


@pytest.fixture
def shop(github: SandboxGitHub) -> Repository:
    """A private repository: alice writes, trudy triages, mallory is nobody here."""
    github.webhooks.off()
    github.person("mallory")
    shop = github.repository(
        "acme/shop", private=True, files=FILES, roles={"alice": "write", "trudy": "triage", "maya": "maintain"}
    )
    github.webhooks.on()
    return shop


@pytest.fixture
def pull(github: SandboxGitHub, shop: Repository) -> PullRequest:
    github.webhooks.off()
    pull = shop.pull_request("alice", "feature")
    github.webhooks.on()
    return pull


@pytest.fixture
async def client(github: SandboxGitHub) -> AsyncIterator[Client]:
    async with httpx.AsyncClient(timeout=10) as http:
        yield Client(github, http)
