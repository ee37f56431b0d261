"""What the adapter asks GitHub for the gates is as GitHub describes it, and a GitHub of our own answers it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.errors import NotFound, Refused
from bot.github.check_runs import CheckRuns
from bot.github.clients import Clients
from bot.github.config_files import ConfigFiles
from bot.github.proposals import Proposals
from bot.github.repositories import Repositories
from bot.github.snapshots import Snapshots
from bot.github.teams import Teams
from bot.github.transport import GitHubClient
from bot.model.check_run import CheckReport, CheckStatus
from bot.model.people import GitHubAccount
from bot.model.repository import Repository
from bot.model.run import Conclusion
from bot.model.snapshot import CheckState, Mergeable, ReviewDecision, ReviewState
from bot.sandbox.github import Repository as SandboxRepository
from bot.sandbox.github import SandboxGitHub
from tests.contract.openapi import contract, needs_contract_data
from tests.sandbox.github.support import FILES
from tests.support.make import CONNECTION

pytestmark = needs_contract_data
WRITING = {"contents": "write", "pull_requests": "write", "checks": "write", "statuses": "read", "members": "read"}
CONFIG = ".github/signalbox.yml"


class Now:
    """Real time: the sandbox looks at the times in our JWTs."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture(params=["github.com", "ghes"])
async def github(request: pytest.FixtureRequest) -> AsyncIterator[SandboxGitHub]:
    """Whatever a test asked is judged at its end."""
    github = SandboxGitHub(enterprise=request.param == "ghes")
    github.register_app(permissions=WRITING)
    async with github:
        yield github
    assert github.journal
    host = contract(request.param)
    assert [complaint for exchange in github.journal for complaint in host.complaints(exchange)] == []


@pytest.fixture
def shop(github: SandboxGitHub) -> SandboxRepository:
    return github.repository("acme/shop", private=True, files=FILES, roles={"alice": "write", "bob": "maintain"})


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


async def test_a_snapshot_tells_everything(shop: SandboxRepository, clients: Clients) -> None:
    shop.protect(required=["build", "lint"], reviews=1)
    shop.ruleset(required=["scan"])
    pull = shop.pull_request("alice", "feature")
    pull.check("build")
    pull.check("test", "failure", app=99)
    pull.status("ci/legacy", "pending")
    pull.review("bob", "APPROVED")
    snapshot = await Snapshots(clients).of(await find(clients, shop), pull.number, pull.head_sha)
    assert snapshot.checks is not None
    assert {(each.name, each.state, each.required) for each in snapshot.checks} == {
        ("build", CheckState.PASSED, True),
        ("test", CheckState.FAILED, False),
        ("ci/legacy", CheckState.PENDING, False),
    }
    assert {each.name: each.app for each in snapshot.checks if each.app is None or each.app == 99} == {
        "test": 99,
        "ci/legacy": None,
    }
    assert snapshot.required == frozenset({"build", "lint", "scan"})
    assert snapshot.reviews is not None
    assert [(each.login, each.state, each.sha, each.can_push) for each in snapshot.reviews] == [
        ("bob", ReviewState.APPROVED, pull.head_sha, True)
    ]
    assert (snapshot.author, snapshot.decision) == (pull.author.id, ReviewDecision.APPROVED)
    assert (snapshot.mergeable, snapshot.behind_base, snapshot.behind_default) == (Mergeable.MERGEABLE, 0, 0)
    assert (snapshot.pull_request.head_sha, snapshot.pull_request.open) == (pull.head_sha, True)


async def test_a_hundred_and_one_checks_are_all_told(shop: SandboxRepository, clients: Clients) -> None:
    pull = shop.pull_request("alice", "feature")
    for number in range(101):
        pull.check(f"check {number:03}")
    snapshot = await Snapshots(clients).of(await find(clients, shop), pull.number, pull.head_sha)
    assert snapshot.checks is not None
    assert len({each.name for each in snapshot.checks}) == 101


async def test_a_fork_is_a_fork_and_is_behind_what_moved_on(shop: SandboxRepository, clients: Clients) -> None:
    forked = shop.pull_request("zoe", "main", fork="zoe")
    await shop.push("main", files={"src/shop.py": "price = 3\n"})
    snapshot = await Snapshots(clients).of(await find(clients, shop), forked.number, forked.head_sha)
    assert snapshot.pull_request.fork
    assert (snapshot.behind_base, snapshot.behind_default) == (1, 1)
    assert (snapshot.checks, snapshot.reviews, snapshot.decision) == ((), (), None)


async def test_a_pull_request_that_is_not_there_is_not_found(shop: SandboxRepository, clients: Clients) -> None:
    with pytest.raises(NotFound):
        await Snapshots(clients).of(await find(clients, shop), 404, shop.head_sha)


async def test_t13_the_file_is_there_or_definitely_not(
    github: SandboxGitHub, shop: SandboxRepository, clients: Clients
) -> None:
    repositories = Repositories(clients, Now())
    files, here = ConfigFiles(clients, repositories), await find(clients, shop)
    assert (await files.of_repository(here), await files.of_organisation(here)) == (None, None)
    before = shop.head_sha
    await shop.push("main", files={CONFIG: "version: 1\n"})
    github.repository("acme/.github", private=True, files={CONFIG: "version: 1\nmaintenance: moving\n"})
    found, of_all = await files.of_repository(here), await files.of_organisation(here)
    assert found is not None
    assert of_all is not None
    assert (found.data, of_all.data) == (b"version: 1\n", b"version: 1\nmaintenance: moving\n")
    assert await files.of_repository(here, commit=shop.head_sha) == found
    assert await files.of_repository(here, commit=before) is None
    with pytest.raises(Refused):
        await files.of_repository(here, commit="0123456789" * 4)


async def test_teams_have_members_and_their_teams_have_too(
    github: SandboxGitHub, shop: SandboxRepository, clients: Clients
) -> None:
    github.team("acme/platform", members=["alice"], pending=["carol"], parent="acme/everybody")
    teams, here = Teams(clients, Now()), await find(clients, shop)

    async def member(login: str, team: str) -> bool:
        account = GitHubAccount(connection=CONNECTION, id=github.person(login).id, login=login)
        return await teams.member(here, team, account)

    assert [await member(login, "acme/platform") for login in ("alice", "bob", "carol")] == [True, False, False]
    assert [await member("alice", team) for team in ("acme/everybody", "acme/nothing", "evil/platform")] == [
        True,
        False,
        False,
    ]


async def test_a_judgement_is_said_once_and_then_changed(shop: SandboxRepository, clients: Clients) -> None:
    pull, check_runs = shop.pull_request("alice", "feature"), CheckRuns(clients)
    here, sha = await find(clients, shop), pull.head_sha
    pull.check("signalbox")  # somebody else's of the same name
    for conclusion, summary in ((Conclusion.ACTION_REQUIRED, "Wider."), (Conclusion.SUCCESS, "Narrower.")):
        report = CheckReport(
            name="signalbox",
            external_id="config",
            status=CheckStatus.COMPLETED,
            conclusion=conclusion,
            title="Config",
            summary=summary,
        )
        await check_runs.tell(here, sha, report)
    snapshot = await Snapshots(clients).of(here, pull.number, sha)
    ours = [each for each in snapshot.checks or () if each.app == clients.of(CONNECTION).app_id]
    assert [(each.name, each.state) for each in ours] == [("signalbox", CheckState.PASSED)]


async def test_a_proposal_is_opened_once(shop: SandboxRepository, clients: Clients) -> None:
    proposals, here = Proposals(clients), await find(clients, shop)
    addresses = [
        await proposals.open(
            here, branch="signalbox/config", path=CONFIG, data=data, title="Configure Signalbox", body="Please"
        )
        for data in (b"version: 1\n", b"version: 1\n", b"version: 1\nrequire_prefix: true\n")
    ]
    assert len(set(addresses)) == 1
    found = await ConfigFiles(clients, Repositories(clients, Now())).of_repository(
        here, commit=shop.git.head("signalbox/config").sha
    )
    assert found is not None
    assert found.data == b"version: 1\nrequire_prefix: true\n"


async def test_an_app_that_only_reads_contents_says_what_is_missing(
    github: SandboxGitHub, shop: SandboxRepository, clients: Clients
) -> None:
    github.app.installation_on(shop.id, shop.owner.id).permissions["contents"] = "read"  # type: ignore[union-attr]
    here = await find(clients, shop)
    with pytest.raises(Refused, match="`contents` to write"):
        await Proposals(clients).open(here, branch="b", path=CONFIG, data=b"", title="t", body="b")
