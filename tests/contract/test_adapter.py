"""What the adapter asks GitHub for linking, looking up, running again and reading logs is as GitHub describes it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from bot.errors import Moved, Refused
from bot.github.clients import Clients
from bot.github.logs import Logs
from bot.github.oauth import OAuth
from bot.github.repositories import Repositories
from bot.github.runs import WorkflowRuns
from bot.github.transport import GitHubClient
from bot.model.people import GitHubAccount
from bot.model.repository import Repository
from bot.rules.logs import tail
from bot.sandbox.github import JobPlan, Plan, Run, SandboxGitHub
from tests.contract.openapi import contract, needs_contract_data
from tests.sandbox.github.support import FILES
from tests.support.make import CONNECTION

pytestmark = needs_contract_data
CALLBACK = "http://127.0.0.1:9/login/github/callback"
VERIFIER = "correct-horse-battery-staple-correct-horse-battery"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


class Now:
    """Real time: the sandbox looks at the times in our JWTs."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture(params=["github.com", "ghes"])
async def github(request: pytest.FixtureRequest) -> AsyncIterator[SandboxGitHub]:
    """Whatever a test asked is judged at its end."""
    github = SandboxGitHub(enterprise=request.param == "ghes")
    github.register_app(callback_urls=(CALLBACK,))
    async with github:
        yield github
    assert github.journal
    host = contract(request.param)
    assert [complaint for exchange in github.journal for complaint in host.complaints(exchange)] == []


@pytest.fixture
async def run(github: SandboxGitHub) -> Run:
    """A run whose ship job failed."""
    plan = Plan([JobPlan("ship", conclusion="failure", log="packing\nexport TOKEN=hunter2\nno ship")])
    shop = github.repository(
        "acme/shop", private=True, files=FILES, roles={"alice": "write"}, plans={"deploy.yml": plan}
    )
    run = await github.dispatches("alice", shop, "deploy.yml", inputs={"environment": "staging"})
    await run.play()
    return run


@pytest.fixture
async def clients(github: SandboxGitHub) -> AsyncIterator[Clients]:
    client = GitHubClient(
        connection=CONNECTION,
        api_url=github.url,
        app_id=github.app.id,
        private_key=github.app.private_key_pem,
        clock=Now(),
        user_agent="signalbox/test",
    )
    yield Clients(client)
    await client.aclose()


async def find(clients: Clients, name: str) -> Repository | None:
    return await Repositories(clients, Now()).find(CONNECTION, "acme", name)


async def test_t8_a_repository_is_found_by_its_old_name_but_written_to_by_its_new_one(
    github: SandboxGitHub, run: Run, clients: Clients
) -> None:
    old = await find(clients, "shop")
    await run.repository.rename("store")
    new = await find(clients, "shop")
    assert old is not None
    assert new is not None
    assert (old.id, new.id, new.name) == (run.repository.id, run.repository.id, "store")
    assert await Logs(clients, user_agent="signalbox/test").of_job(old, run.job("ship").id) is not None
    with pytest.raises(Moved, match="another name"):
        await WorkflowRuns(clients).rerun(old, run.id, failed_only=False)
    assert run.attempt == 1


async def test_what_the_app_does_not_reach_is_none(github: SandboxGitHub, clients: Clients) -> None:
    github.repository("acme/open", installed=False)
    assert [await find(clients, name) for name in ("open", "nothing")] == [None, None]


async def test_the_failed_steps_last_lines_are_read(run: Run, clients: Clients) -> None:
    shop = await find(clients, "shop")
    assert shop is not None
    log = await Logs(clients, user_agent="signalbox/test").of_job(shop, run.job("ship").id)
    assert log is not None
    assert (log.job, log.step) == ("Ship it", "Ship")
    assert tail(log.text, step=log.failed) == (
        "Run Ship",
        "Ship",
        "shell: /usr/bin/bash -e {0}",
        "packing",
        "export TOKEN=***",
        "no ship",
        "error: Process completed with exit code 1.",
    )


async def test_a_run_is_run_again_once(run: Run, clients: Clients) -> None:
    shop, runs = await find(clients, "shop"), WorkflowRuns(clients)
    assert shop is not None
    await runs.rerun(shop, run.id, failed_only=True)
    report = await runs.get(shop, run.id)
    assert (report.attempt, report.actor_login, report.triggering_actor_login) == (2, "alice", "signalbox[bot]")
    with pytest.raises(Refused, match="This workflow is already running"):
        await runs.rerun(shop, run.id, failed_only=False)


async def test_somebody_signs_in_and_no_token_is_left(github: SandboxGitHub) -> None:
    alice = github.person("alice")
    oauth = OAuth(
        connection=CONNECTION,
        api_url=github.url,
        server_url=github.server_url,
        client_id=github.app.client_id,
        client_secret=github.app.client_secret,
        clock=Now(),
        user_agent="signalbox/test",
    )
    url = oauth.authorize_url(state="s", challenge=CHALLENGE, redirect_uri=CALLBACK)
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(url)).status_code == 200
        fields = dict(parse_qsl(urlsplit(url).query)) | {"login": "alice"}
        back = await browser.post(f"{github.server_url}/login/oauth/authorize", data=fields)
    code = dict(parse_qsl(urlsplit(back.headers["location"]).query))["code"]
    account = await oauth.who(code=code, verifier=VERIFIER, redirect_uri=CALLBACK)
    assert account == GitHubAccount(connection=CONNECTION, id=alice.id, login="alice")
    assert [each.status for each in github.journal if each.method == "DELETE"] == [204]
    with pytest.raises(Refused, match="used or is too old"):
        await oauth.who(code=code, verifier=VERIFIER, redirect_uri=CALLBACK)
