"""What is hidden is missing, what is not allowed is named, what has moved says where."""

import pytest

from bot.sandbox.github import PullRequest, Repository, SandboxGitHub
from tests.sandbox.github.support import Client

HERE = "/repos/acme/shop"
PATHS = [
    ("GET", ""),
    ("GET", "/collaborators/alice/permission"),
    ("GET", "/contents/README.md"),
    ("GET", "/pulls/1"),
    ("GET", "/activity"),
    ("GET", "/issues/1"),
    ("POST", "/issues/1/comments"),
    ("GET", "/actions/workflows"),
    ("POST", "/actions/workflows/deploy.yml/dispatches"),
    ("GET", "/actions/runs"),
    ("GET", "/commits/main"),
    ("GET", "/branches/main"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_a_hidden_repository_is_answered_like_a_missing_one(
    github: SandboxGitHub, shop: Repository, client: Client, method: str, path: str
) -> None:
    elsewhere = github.repository("zoe/home", private=True)
    for caller in (client, client.as_installation(elsewhere), client.as_person("mallory")):
        hidden = await caller.send(method, HERE + path, {} if method == "POST" else None)
        missing = await caller.send(method, f"/repos/acme/nothing{path}", {} if method == "POST" else None)
        assert (hidden.status_code, hidden.json()) == (404, missing.json())


@pytest.mark.parametrize(
    ("method", "path", "granted", "needed"),
    [
        ("GET", "/contents/README.md", {"actions": "write"}, "contents=read"),
        ("GET", "/pulls/1", {"issues": "write"}, "pull_requests=read"),
        ("GET", "/actions/runs", {"contents": "read"}, "actions=read"),
        ("POST", "/actions/workflows/deploy.yml/dispatches", {"actions": "read"}, "actions=write"),
        ("POST", "/issues/1/comments", {"issues": "read"}, "issues=write; pull_requests=write"),
    ],
)
async def test_a_missing_permission_is_named(
    pull: PullRequest, client: Client, method: str, path: str, granted: dict[str, str], needed: str
) -> None:
    response = await client.as_installation(pull.repository, None, **granted).send(method, HERE + path)
    assert (response.status_code, response.json()["message"]) == (403, "Resource not accessible by integration")
    assert response.headers["X-Accepted-GitHub-Permissions"] == needed


async def test_comments_of_a_pull_request_open_with_either_permission_but_those_of_an_issue_do_not(
    shop: Repository, pull: PullRequest, client: Client
) -> None:
    issue = shop.issue("alice")
    token = client.as_installation(shop, pull_requests="write")
    text = {"body": "Hello"}
    assert (await token.post(f"{HERE}/issues/{pull.number}/comments", text)).status_code == 201
    assert (await token.post(f"{HERE}/issues/{issue.number}/comments", text)).status_code == 403


async def test_everybody_reads_what_is_public_and_nobody_writes_there(github: SandboxGitHub, client: Client) -> None:
    github.repository("zoe/open", files={"a.txt": "a"}, installed=False)
    home = github.repository("acme/home", private=True)
    for caller in (client, client.as_installation(home), client.as_person("mallory")):
        assert (await caller.send("GET", "/repos/zoe/open/contents/a.txt")).status_code == 200
    path = "/repos/zoe/open/actions/workflows/x.yml/dispatches"
    assert (await client.post(path, {"ref": "main"})).status_code == 401
    assert (await client.as_installation(home).post(path, {"ref": "main"})).status_code == 403
    assert (await client.as_person("mallory").post(path, {"ref": "main"})).status_code == 403


async def test_a_renamed_repository_redirects_reads_and_writes_differently(shop: Repository, client: Client) -> None:
    await shop.rename("store")
    token = client.as_installation(shop)
    moved = await token.send("GET", HERE)
    assert (moved.status_code, moved.headers["Location"]) == (301, f"{client.github.url}/repositories/{shop.id}")
    assert (await token.post(f"{HERE}/actions/workflows/deploy.yml/dispatches", {"ref": "main"})).status_code == 307
    assert (await token.get(f"/repositories/{shop.id}"))["full_name"] == "acme/store"
    below = await token.send("GET", f"{HERE}/contents/src/shop.py", query={"ref": "main"})
    assert below.headers["Location"] == f"{client.github.url}/repositories/{shop.id}/contents/src/shop.py?ref=main"
    assert (await token.get(f"/repositories/{shop.id}/contents/src/shop.py", ref="main"))["name"] == "shop.py"
    installation = await client.as_app().send("GET", f"{HERE}/installation")
    assert installation.headers["Location"] == f"{client.github.url}/repositories/{shop.id}/installation"
    assert (await client.send("GET", HERE)).status_code == 404


async def test_names_ignore_case(shop: Repository, client: Client) -> None:
    assert (await client.as_installation(shop).get("/repos/ACME/Shop"))["full_name"] == "acme/shop"


async def test_a_repository_taken_out_of_the_installation_is_gone(
    github: SandboxGitHub, shop: Repository, client: Client
) -> None:
    token = client.as_installation(shop)
    github.uninstall(github.app, shop)
    assert (await token.send("GET", HERE)).status_code == 404
