"""What the adapter asks GitHub around deploying is as GitHub describes it, and a GitHub of our own answers it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bot.errors import NotFound, Refused, Unreachable
from bot.github.check_runs import CheckRuns
from bot.github.clients import Clients
from bot.github.deployments import Deployments
from bot.github.edge import Door
from bot.github.environments import Environments
from bot.github.inbound import read
from bot.github.protection_rule import ProtectionRule
from bot.github.repositories import Repositories
from bot.github.transport import GitHubClient
from bot.model.check_run import Annotation, CheckButton, CheckReport, CheckStatus, Level
from bot.model.deployment import DeploymentState, Verdict
from bot.model.inbound import (
    CheckButtonPressed,
    CheckRerunWanted,
    CommandReceived,
    CommentChanged,
    Inbound,
    ProtectionAsked,
)
from bot.model.repository import Repository
from bot.model.run import Conclusion
from bot.sandbox.github import Repository as SandboxRepository
from bot.sandbox.github import Run, SandboxGitHub
from tests.contract.openapi import contract, needs_contract_data
from tests.github.webhook import SECRET, signed
from tests.sandbox.github.support import FILES
from tests.support.make import CONNECTION

pytestmark = needs_contract_data
SHIP = """
on: workflow_dispatch
jobs: {ship: {environment: {name: production, url: "https://acme.example"}, runs-on: ubuntu-latest, steps: [{run: x}]}}
"""


class Now:
    """Real time: the sandbox looks at the times in our JWTs."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class OneId:
    """Mints the same id again and again."""

    def id(self) -> UUID:
        return UUID(int=7)


@pytest.fixture(params=["github.com", "ghes"])
async def github(request: pytest.FixtureRequest) -> AsyncIterator[SandboxGitHub]:
    """Whatever a test asked is judged at its end."""
    github = SandboxGitHub(enterprise=request.param == "ghes")
    github.register_app()
    async with github:
        yield github
    assert github.journal
    host = contract(request.param)
    assert [complaint for exchange in github.journal for complaint in host.complaints(exchange)] == []


@pytest.fixture
def shop(github: SandboxGitHub) -> SandboxRepository:
    files = FILES | {".github/workflows/ship.yml": SHIP}
    return github.repository("acme/shop", private=True, files=files, roles={"alice": "write", "bob": "write"})


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


async def find(clients: Clients, shop: SandboxRepository) -> Repository:
    found = await Repositories(clients, Now()).find(CONNECTION, *shop.full_name.split("/"))
    assert found is not None
    return found


def report(status: CheckStatus, conclusion: Conclusion | None = None, *, remarks: int = 0) -> CheckReport:
    line = Annotation(path="src/shop.py", start_line=1, end_line=1, level=Level.WARNING, message="Dear", title="Price")
    return CheckReport(
        name="Signalbox: deploy production",
        external_id="K7QX2M",
        status=status,
        conclusion=conclusion,
        title="Waits for two people",
        summary="**alice** asked",
        details_url="https://ops.example.com/requests/K7QX2M",
        buttons=(CheckButton(identifier="approve", label="Approve", description="Let it run"),),
        annotations=(line,) * remarks,
    )


async def test_a_check_run_lives_as_its_request_does(shop: SandboxRepository, clients: Clients) -> None:
    check_runs, here, sha = CheckRuns(clients), await find(clients, shop), shop.head_sha
    made = await check_runs.create(here, sha, report(CheckStatus.QUEUED))
    shop.check(sha, "Signalbox: deploy production")
    assert await check_runs.find(here, sha, "K7QX2M") == made
    assert await check_runs.find(here, sha, "K7QX2N") is None
    for said in (
        report(CheckStatus.COMPLETED, Conclusion.ACTION_REQUIRED),
        report(CheckStatus.IN_PROGRESS),
        report(CheckStatus.COMPLETED, Conclusion.FAILURE, remarks=60),
        report(CheckStatus.COMPLETED, Conclusion.FAILURE, remarks=60),
    ):
        assert await check_runs.tell(here, sha, said) == made
    kept = shop.checks.runs[made]
    assert (kept.status, kept.conclusion, len(kept.annotations)) == ("completed", "failure", 60)
    with pytest.raises(NotFound):
        await check_runs.update(here, 1, report(CheckStatus.QUEUED))


async def test_a_deployment_is_recorded_found_and_reported_about(shop: SandboxRepository, clients: Clients) -> None:
    deployments, here, sha = Deployments(clients), await find(clients, shop), shop.head_sha
    since, states = Now().now(), {}
    await shop.push("main", files={"src/shop.py": "price = 2\n"})  # the pinned commit is behind now
    for environment in ("staging", "production"):
        made = [
            await deployments.create(here, sha, environment, key=key, description="From #deploys")
            for key in ("k1", "k2")
        ]
        assert await deployments.find(here, sha, environment.upper(), key="k1", since=since) == made[0]
        assert await deployments.find(here, sha, environment, key="k3", since=since) is None
        for each in made:
            await deployments.status(here, each, DeploymentState.IN_PROGRESS, log_url="https://ci.example/1")
            await deployments.status(here, each, DeploymentState.SUCCESS, environment_url="https://acme.example")
        states[environment] = [shop.deployments[each].state for each in made]
    assert states == {"staging": ["inactive", "success"], "production": ["inactive", "success"]}
    with pytest.raises(Refused):
        await deployments.create(here, "0123456789" * 4, "staging", key="k4")
    with pytest.raises(NotFound):
        await deployments.status(here, 1, DeploymentState.SUCCESS)


@pytest.mark.parametrize("fault", ["drop", "status"])
async def test_a_lost_answer_makes_nothing_twice(
    github: SandboxGitHub, shop: SandboxRepository, clients: Clients, fault: str
) -> None:
    deployments, check_runs, here = Deployments(clients), CheckRuns(clients), await find(clients, shop)
    since, sha = Now().now(), shop.head_sha
    for path in ("*/deployments", "*/check-runs"):
        if fault == "drop":
            github.faults.drop("POST", path, after=True)
        else:
            github.faults.status(502, "POST", path, after=True)
    with pytest.raises(Unreachable):
        await deployments.create(here, sha, "staging", key="k1")
    assert await deployments.find(here, sha, "staging", key="k1", since=since) in shop.deployments
    with pytest.raises(Unreachable):
        await check_runs.tell(here, sha, report(CheckStatus.QUEUED))
    assert await check_runs.tell(here, sha, report(CheckStatus.IN_PROGRESS)) in shop.checks.runs
    assert (len(shop.deployments), len(shop.checks.runs)) == (1, 1)


async def guarded(github: SandboxGitHub, shop: SandboxRepository) -> Run:
    """A run that a stranger started, at the door of production."""
    github.team("acme/release", members=["bob"])
    reviewers = ["bob", "acme/release"]
    github.environment(
        shop, "production", reviewers=reviewers, prevent_self_review=True, wait_timer=0, apps=[github.app]
    )
    run = await github.dispatches("alice", shop, "ship.yml")
    await run.play()
    return run


async def test_what_is_enforced_is_read(github: SandboxGitHub, shop: SandboxRepository, clients: Clients) -> None:
    environments, here = Environments(clients), await find(clients, shop)
    assert await environments.of(here) == []
    run = await guarded(github, shop)
    github.environment(shop, "review/7", wait_timer=5, apps=[github.register_app(slug="other")])
    found = {each.name: each for each in await environments.of(here) or ()}
    assert {name: each.enforced for name, each in found.items()} == {"production": True, "review/7": False}
    production = found["production"]
    assert [each.name for each in production.reviewers] == ["bob", "release"]
    assert (production.prevent_self_review, production.wait_minutes) == (True, 0)
    assert found["review/7"].wait_minutes == 5
    (pending,) = await environments.pending(here, run.id)
    assert (pending.environment_id, pending.environment, pending.reviewers) == (
        production.id,
        "production",
        production.reviewers,
    )


async def test_who_may_not_read_environments_does_not_know_of_any(
    github: SandboxGitHub, shop: SandboxRepository, clients: Clients
) -> None:
    here = await find(clients, shop)
    del github.app.installation_on(shop.id, shop.owner.id).permissions["actions"]  # type: ignore[union-attr]
    assert await Environments(clients).of(here) is None


async def test_our_rule_lets_a_job_in_and_its_address_is_read(
    github: SandboxGitHub, shop: SandboxRepository, clients: Clients
) -> None:
    rule, deployments, here = ProtectionRule(clients), Deployments(clients), await find(clients, shop)
    run = await guarded(github, shop)
    await run.approve("production", by="bob")
    await rule.answer(here, run.id, "production", None, "Two people are asked")
    assert run.waits_for == ["production"]
    await rule.answer(here, run.id, "production", Verdict.APPROVED, "alice and bob said yes")
    assert run.waits_for == []
    assert await deployments.environment_url(here, run.id, run.head_sha, "production") is None
    await run.play()
    assert await deployments.environment_url(here, run.id, run.head_sha, "production") == "https://acme.example"
    assert await deployments.environment_url(here, run.id + 1, run.head_sha, "production") is None
    with pytest.raises(Refused):
        await rule.answer(here, run.id, "production", Verdict.APPROVED)
    with pytest.raises(NotFound):
        await rule.answer(here, 1, "production", Verdict.APPROVED)


async def heard(github: SandboxGitHub, event: str) -> list[Inbound]:
    """What the bot makes of the sandbox's webhooks of that kind; nobody listens, so they are read from its records."""
    await github.settled()
    door = Door(CONNECTION, SECRET, Now(), OneId())
    found: list[Inbound] = []
    for each in github.webhooks.deliveries:
        if each.event == event:
            raw = json.dumps(each.payload).encode()
            delivery = door.admit(signed(raw, event), raw)
            found += read(delivery, github.app.id) if delivery is not None else ()
    return found


async def test_what_the_sandbox_tells_is_read(github: SandboxGitHub, shop: SandboxRepository, clients: Clients) -> None:
    github.app.webhook_url = "http://127.0.0.1:9/nobody-listens"
    run, check_runs, here = await guarded(github, shop), CheckRuns(clients), await find(clients, shop)
    (asked,) = await heard(github, "deployment_protection_rule")
    assert isinstance(asked, ProtectionAsked)
    assert (asked.run, asked.environment, asked.sha, asked.event) == (
        run.id,
        "production",
        run.head_sha,
        "workflow_dispatch",
    )
    assert (asked.repository.id, asked.account and asked.account.login) == (shop.id, "alice")
    made = shop.checks.runs[await check_runs.create(here, shop.head_sha, report(CheckStatus.QUEUED))]
    await made.press("Approve", by="bob")
    await made.ask_again(by="bob")
    pressed, wanted = await heard(github, "check_run")
    assert isinstance(pressed, CheckButtonPressed)
    assert isinstance(wanted, CheckRerunWanted)
    assert (pressed.identifier, pressed.external_id, pressed.account.login) == ("approve", "K7QX2M", "bob")
    assert (wanted.check_run, wanted.sha, wanted.account) == (made.id, shop.head_sha, pressed.account)
    comment = await github.comments("alice", shop.issue("alice"), "/deploy production")
    await comment.edit("never mind")
    await comment.delete()
    received, changed = await heard(github, "issue_comment")
    assert isinstance(received, CommandReceived)
    assert isinstance(changed, CommentChanged)
    assert (changed.comment, changed.action) == (comment.id, "edited")


async def test_our_rule_turns_a_job_away(github: SandboxGitHub, shop: SandboxRepository, clients: Clients) -> None:
    here, run = await find(clients, shop), await guarded(github, shop)
    await ProtectionRule(clients).answer(here, run.id, "production", Verdict.REJECTED, "Frozen until Monday")
    assert (run.status, run.conclusion) == ("completed", "failure")
