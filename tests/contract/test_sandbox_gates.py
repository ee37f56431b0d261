"""Teams, checks, reviews and the past, as the sandbox tells them, are valid by GitHub's description on both hosts."""

import base64
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.sandbox.github import PullRequest, Repository, SandboxGitHub
from tests.contract.openapi import contract, needs_contract_data
from tests.sandbox.github.support import FILES, Client

pytestmark = needs_contract_data
HERE = "/repos/acme/shop"


@pytest.fixture(params=["github.com", "ghes"])
async def github(request: pytest.FixtureRequest) -> AsyncIterator[SandboxGitHub]:
    github = SandboxGitHub(enterprise=request.param == "ghes")
    writing = {"contents": "write", "pull_requests": "write", "checks": "write", "statuses": "write", "members": "read"}
    github.register_app(app_id=4711, permissions=writing)
    async with github:
        yield github


async def play(github: SandboxGitHub) -> None:
    shop = github.repository("acme/shop", private=True, files=FILES, roles={"alice": "write", "bob": "maintain"})
    github.team("acme/platform", members=["alice"], maintainers=["bob"], pending=["carol"], parent="acme/everybody")
    shop.protect(required=["build", "lint@15368"], reviews=1, strict=True)
    shop.ruleset(required=["scan"])
    pull = shop.pull_request("alice", "feature", files={"src/shop.py": "price = 2\n", "src/new.py": "new = 1\n"})
    forked = shop.pull_request("zoe", "main", fork="zoe")
    pull.check("build")
    pull.check("lint", "in_progress", app=99)
    pull.status("ci/legacy", "error")
    pull.review("bob", "APPROVED", body="Fine")
    async with httpx.AsyncClient(timeout=10) as http:
        token = Client(github, http).as_installation(shop)
        await walk_teams(token)
        await walk_checks(token, pull, forked)
        await walk_writing(token, shop)
        await pull.merge(by="bob")
        await walk_past(token, pull)
        address = github.server_url + ("/api/graphql" if github.world.enterprise else "/graphql")
        asked = await http.post(address, json={"query": "{ nothing }"}, headers=token.authorization)
        assert "errors" in asked.json()


async def walk_teams(token: Client) -> None:
    for path in ("everybody", "everybody/members", "platform/memberships/alice", "everybody/memberships/bob"):
        await token.get(f"/orgs/acme/teams/{path}")
    await token.get("/orgs/acme/memberships/alice")
    assert (await token.send("GET", "/orgs/acme/memberships/mallory")).status_code == 404
    for path in ("nobody", "platform/memberships/mallory", "nobody/memberships/alice"):
        assert (await token.send("GET", f"/orgs/acme/teams/{path}")).status_code == 404


async def walk_checks(token: Client, pull: PullRequest, forked: PullRequest) -> None:
    for sha in (pull.head_sha, "feature", forked.head_sha):
        await token.get(f"{HERE}/commits/{sha}/check-runs", per_page="1", filter="all")
        await token.get(f"{HERE}/commits/{sha}/status")
    output = {"title": "Fine", "summary": "All of it", "text": "Really"}
    new = {"name": "signalbox", "head_sha": pull.head_sha, "status": "in_progress", "external_id": "k1"}
    made = await token.post(f"{HERE}/check-runs", new | {"output": output})
    assert made.status_code == 201, made.text
    one = f"{HERE}/check-runs/{made.json()['id']}"
    ended = await token.send("PATCH", one, {"status": "completed", "conclusion": "neutral", "output": output})
    assert ended.status_code == 200, ended.text
    await token.get(one)
    report = {"state": "success", "context": "ci/new", "description": "Good", "target_url": "https://ci.example.com/1"}
    assert (await token.post(f"{HERE}/statuses/{pull.head_sha}", report)).status_code == 201
    await token.get(f"{HERE}/branches/main")
    await token.get(f"{HERE}/rules/branches/main")


async def walk_writing(token: Client, shop: Repository) -> None:
    await token.get(f"{HERE}/git/ref/heads/main")
    branch = {"ref": "refs/heads/signalbox", "sha": shop.head_sha}
    for status in (201, 422):
        assert (await token.post(f"{HERE}/git/refs", branch)).status_code == status
    file = {"message": "Configure", "content": base64.b64encode(b"version: 1\n").decode(), "branch": "signalbox"}
    path = f"{HERE}/contents/.github/signalbox.yml"
    made = await token.send("PUT", path, file)
    assert made.status_code == 201, made.text
    assert (await token.send("PUT", path, file)).status_code == 422
    again = await token.send("PUT", path, file | {"sha": made.json()["content"]["sha"]})
    assert again.status_code == 200
    wanted = {"title": "Configure", "head": "signalbox", "base": "main", "body": "Please"}
    for status in (201, 422):
        assert (await token.post(f"{HERE}/pulls", wanted)).status_code == status
    await token.get(f"{HERE}/pulls", head="acme:signalbox", state="open")


async def walk_past(token: Client, pull: PullRequest) -> None:
    query = {"path": "src/shop.py", "sha": "main", "per_page": "1"}
    assert (await token.send("GET", f"{HERE}/commits", query=query)).json()[0]["sha"] == pull.head_sha
    await token.get(f"{HERE}/commits/{pull.head_sha}/pulls")
    await token.get(f"{HERE}/compare/main...signalbox", per_page="1", page="2")
    for path in ("files", "commits", "reviews"):
        assert await token.get(f"{HERE}/pulls/{pull.number}/{path}")
    assert len(await token.get(f"{HERE}/collaborators", permission="push", affiliation="all", per_page="100")) == 2
    await token.get(f"{HERE}/pulls/{pull.number}")


async def test_every_answer_is_as_github_describes_it(github: SandboxGitHub) -> None:
    await play(github)
    host = contract("ghes" if github.world.enterprise else "github.com")
    found = [complaint for exchange in github.journal for complaint in host.complaints(exchange)]
    assert not found, "\n".join(found)
    assert len(github.journal) > 30
