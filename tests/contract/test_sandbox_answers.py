"""Every answer of the sandbox is valid by GitHub's own description, on both hosts."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.sandbox.github import JobPlan, Plan, Repository, SandboxGitHub
from tests.contract.openapi import contract, needs_contract_data
from tests.sandbox.github.support import FILES, Client, installation_on

pytestmark = needs_contract_data
HERE = "/repos/acme/shop"
SHIP = "on: workflow_dispatch\njobs: {ship: {environment: production, runs-on: ubuntu-latest, steps: [{run: ./ship}]}}"
INPUTS = {"environment": "staging", "signalbox_request": "k1"}


@pytest.fixture(params=["github.com", "ghes"])
async def github(request: pytest.FixtureRequest) -> AsyncIterator[SandboxGitHub]:
    github = SandboxGitHub(enterprise=request.param == "ghes")
    github.register_app(
        app_id=4711, webhook_url="http://127.0.0.1:9/nobody-listens", callback_urls=("http://127.0.0.1:9/back",)
    )
    async with github:
        yield github


async def play_everything(github: SandboxGitHub) -> None:
    """A walk along every path of the API, with its refusals."""
    plan = Plan([JobPlan("ship", conclusion="failure", log="no ship\n")])
    shop = github.repository(
        "acme/shop",
        private=True,
        files=FILES | {".github/workflows/ship.yml": SHIP},
        roles={"alice": "write"},
        plans={"deploy.yml": plan},
    )
    github.person("mallory")
    pull = shop.pull_request("alice", "feature/one", body="Please")
    forked = shop.pull_request("zoe", "main", fork="zoe")
    issue = shop.issue("alice", "A bug")
    comment = await github.comments("alice", pull, "/deploy staging", via_app=True)
    await comment.react("alice", "heart")
    async with httpx.AsyncClient(timeout=10) as http:
        nobody = Client(github, http)
        await walk_app(nobody.as_app(), installation_on(github.app, shop).id)
        token = nobody.as_installation(shop)
        await walk_repository(token)
        await walk_threads(token, [pull.number, forked.number, issue.number], comment.id)
        await walk_actions(github, token)
        await walk_check_runs(token, shop.head_sha)
        await walk_deployments(token, shop.head_sha)
        await walk_environments(github, nobody, shop)
        await walk_refusals(nobody, nobody.as_installation(shop, contents="read"))
        await walk_sign_in(nobody)
        await shop.rename("store")
        await walk_renamed(nobody.as_app(), token, pull.number)


async def walk_app(app: Client, installation: int) -> None:
    for path in ("/app", "/app/installations", f"/app/installations/{installation}", f"{HERE}/installation", "/meta"):
        await app.get(path)
    await app.get("/app/hook/config")
    wish = {"repositories": ["shop"], "permissions": {"actions": "write"}}
    assert (await app.post(f"/app/installations/{installation}/access_tokens", wish)).status_code == 201
    await app.post(f"/app/installations/{installation}/access_tokens", {"permissions": {"administration": "write"}})
    await app.github.settled()
    for delivery in await app.get("/app/hook/deliveries", status="failure", per_page="2"):
        await app.get(f"/app/hook/deliveries/{delivery['id']}")
        assert (await app.post(f"/app/hook/deliveries/{delivery['id']}/attempts")).status_code == 202


async def walk_repository(token: Client) -> None:
    shop = await token.get(HERE)
    for path in (f"/repositories/{shop['id']}", "/users/alice", "/rate_limit", "/installation/repositories"):
        await token.get(path)
    await token.get(f"/user/{(await token.get('/users/alice'))['id']}")
    for path in (
        "activity",
        "contents",
        "contents/src/shop.py",
        "branches/main",
        "branches/feature/one",
        "commits/main",
    ):
        await token.get(f"{HERE}/{path}")
    await token.get(f"{HERE}/contents/.github/workflows/deploy.yml", ref="feature/one")
    for login in ("alice", "mallory"):
        await token.get(f"{HERE}/collaborators/{login}/permission")


async def walk_threads(token: Client, numbers: list[int], comment: int) -> None:
    one = f"{HERE}/issues/comments/{comment}"
    for number in numbers:
        await token.get(f"{HERE}/issues/{number}")
        made = await token.post(f"{HERE}/issues/{number}/comments", {"body": "On it."})
        assert made.status_code == 201, made.text
        await token.get(f"{HERE}/issues/{number}/comments", per_page="1")
        await token.send("DELETE", f"{HERE}/issues/comments/{made.json()['id']}")
    for number in numbers[:2]:
        await token.get(f"{HERE}/pulls/{number}")
    await token.send("PATCH", one, {"body": "Changed."})
    await token.post(f"{one}/reactions", {"content": "eyes"})
    await token.post(f"{one}/reactions", {"content": "eyes"})
    await token.get(f"{one}/reactions", content="eyes")
    await token.get(one)
    await token.post(f"{HERE}/issues/{numbers[0]}/comments", {"body": "x" * 65_537})


async def walk_actions(github: SandboxGitHub, token: Client) -> None:
    workflow = f"{HERE}/actions/workflows/deploy.yml"
    for path in (f"{HERE}/actions/workflows", workflow):
        await token.get(path)
    details = {} if github.world.enterprise else {"return_run_details": True}
    dispatched = await token.post(f"{workflow}/dispatches", {"ref": "feature/one", "inputs": INPUTS} | details)
    assert dispatched.status_code == (204 if github.world.enterprise else 200)
    await token.post(f"{workflow}/dispatches", {"ref": "refs/heads/main", "inputs": INPUTS})
    failed, cancelled = github.runs
    await failed.play()
    for path in (f"{HERE}/actions/runs", f"{workflow}/runs"):
        await token.get(path, event="workflow_dispatch", branch="main", per_page="1")
    run = f"{HERE}/actions/runs/{failed.id}"
    for path in (
        run,
        f"{run}/attempts/1",
        f"{run}/jobs",
        f"{run}/attempts/1/jobs",
        f"{HERE}/actions/jobs/{failed.jobs[0].id}",
    ):
        await token.get(path)
    log = await token.send("GET", f"{HERE}/actions/jobs/{failed.jobs[0].id}/logs")
    for status in (200, 403):
        assert (await token.http.get(log.headers["Location"])).status_code == status
    assert (await token.post(f"{run}/rerun-failed-jobs")).status_code == 201
    await failed.start_job("Ship it")
    await token.get(f"{run}/jobs", filter="all")
    await failed.play()
    assert (await token.post(f"{run}/rerun", {"enable_debug_logging": True})).status_code == 201
    for status in (202, 409):
        assert (await token.post(f"{HERE}/actions/runs/{cancelled.id}/cancel")).status_code == status
    await token.get(run)


async def walk_check_runs(token: Client, sha: str) -> None:
    """With all that one can have."""
    button = {"label": "Approve", "description": "Let it run", "identifier": "approve"}
    remark = {
        "path": "a",
        "start_line": 1,
        "end_line": 2,
        "annotation_level": "notice",
        "message": "Look",
        "title": "T",
    }
    output = {"title": "Waiting", "summary": "For people", "annotations": [remark]}
    new = {"name": "signalbox", "head_sha": sha, "external_id": "k", "output": output, "actions": [button]}
    made = (await token.post(f"{HERE}/check-runs", new)).json()
    one = f"{HERE}/check-runs/{made['id']}"
    changed = await token.send("PATCH", one, {"status": "completed", "conclusion": "action_required"})
    assert changed.status_code == 200
    for path in (one, f"{one}/annotations", f"{HERE}/commits/{sha}/check-runs"):
        await token.get(path)
    assert (await token.post(f"{one}/rerequest")).status_code == 201
    assert (await token.post(f"{HERE}/check-runs", new | {"actions": [button] * 4})).status_code == 422


async def walk_deployments(token: Client, sha: str) -> None:
    plain = {"ref": sha, "auto_merge": False, "required_contexts": [], "environment": "staging"}
    first, second = [(await token.post(f"{HERE}/deployments", plain | {"payload": {"k": 1}})).json() for _ in range(2)]
    for made, state in ((first, "success"), (second, "in_progress"), (second, "success")):
        said = {"state": state, "log_url": "https://ci.example/1", "environment_url": "https://staging.example"}
        path = f"{HERE}/deployments/{made['id']}/statuses"
        told = await token.post(path, said | {"description": "Said", "auto_inactive": True})
        assert told.status_code == 201
        await token.get(path)
        await token.get(f"{path}/{told.json()['id']}")
    await token.get(f"{HERE}/deployments", sha=sha, environment="staging", task="deploy", per_page="1")
    for made, status in ((second, 422), (first, 204)):
        assert (await token.send("DELETE", f"{HERE}/deployments/{made['id']}")).status_code == status
    await token.get(f"{HERE}/deployments/{second['id']}")
    assert (
        await token.post(f"{HERE}/deployments", {"ref": "feature/one", "required_contexts": ["x"]})
    ).status_code == 409
    assert (await token.post(f"{HERE}/deployments", {"ref": "nowhere"})).status_code == 422


async def walk_environments(github: SandboxGitHub, nobody: Client, shop: Repository) -> None:
    """A job waits for a timer, a person, a team and an app."""
    github.team("acme/release", members=["alice"])
    production = github.environment(
        shop, "production", reviewers=["alice", "acme/release"], wait_timer=1, apps=[github.app]
    )
    token, alice = nobody.as_installation(shop), nobody.as_person("alice")
    for path in ("", "/production", "/production/deployment_protection_rules"):
        await token.get(f"{HERE}/environments{path}")
    run = await github.dispatches("alice", shop, "ship.yml")
    path = f"{HERE}/actions/runs/{run.id}"
    assert (await token.get(f"{path}/jobs"))["jobs"][0]["status"] == "waiting"
    for client in (token, alice):
        assert len(await client.get(f"{path}/pending_deployments")) == 1
    rule, about = f"{path}/deployment_protection_rule", {"environment_name": "production"}
    for more, status in (({"comment": "Asking"}, 204), ({}, 422), ({"state": "approved", "comment": "Yes"}, 204)):
        assert (await token.post(rule, about | more)).status_code == status
    said = {"environment_ids": [production.id], "state": "approved", "comment": "Yes"}
    for client, status in ((token, 403), (alice, 200)):
        assert (await client.post(f"{path}/pending_deployments", said)).status_code == status
    for path in ("", f"/{run.jobs[0].deployment.id}" if run.jobs[0].deployment else ""):
        await token.get(f"{HERE}/deployments{path}")
    await token.send("GET", f"{HERE}/environments/nowhere")


async def walk_sign_in(nobody: Client) -> None:
    """The page itself is for browsers; what programs ask is judged."""
    github, app = nobody.github, nobody.github.app
    ask = github.world.sign_in.ask({"client_id": app.client_id})
    code = github.world.sign_in.grant(ask, "alice").rpartition("=")[2]
    fields = {"client_id": app.client_id, "client_secret": app.client_secret, "code": code}
    url = f"{github.server_url}/login/oauth/access_token"
    told = [(await nobody.http.post(url, data=fields, headers={"Accept": "application/json"})).json() for _ in range(2)]
    assert "error" in told[1]
    token = told[0]["access_token"]
    await nobody.bearing(token).get("/user")
    basic = httpx.BasicAuth(app.client_id, app.client_secret)
    for status in (204, 404):
        url = f"{github.url}/applications/{app.client_id}/token"
        ended = await nobody.http.request("DELETE", url, json={"access_token": token}, auth=basic)
        assert ended.status_code == status
    await nobody.bearing(token).send("GET", "/user")


async def walk_renamed(app: Client, token: Client, pull: int) -> None:
    for client, path in ((app, f"{HERE}/installation"), (token, HERE), (token, f"{HERE}/pulls/{pull}")):
        moved = await client.send("GET", path)
        assert moved.status_code == 301
        await client.get(moved.headers["Location"].removeprefix(client.github.url))


async def walk_refusals(nobody: Client, narrow: Client) -> None:
    for path in (HERE, f"{HERE}/pulls/1", f"{HERE}/collaborators/ghost/permission", "/users/ghost", "/user/999"):
        await nobody.send("GET", path)
    for path in (f"{HERE}/pulls/1", f"{HERE}/pulls/77", f"{HERE}/contents/missing", f"{HERE}/branches/missing"):
        await narrow.send("GET", path)
    await narrow.bearing("ghs_wrong").send("GET", HERE)
    await narrow.post(f"{HERE}/actions/workflows/deploy.yml/dispatches", {"ref": "main"})


async def test_every_answer_is_as_github_describes_it(github: SandboxGitHub) -> None:
    await play_everything(github)
    host = contract("ghes" if github.world.enterprise else "github.com")
    assert len(github.journal) > 60
    found = [complaint for exchange in github.journal for complaint in host.complaints(exchange)]
    assert not found, "\n".join(found)
