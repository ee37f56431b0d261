"""Proposals over the API, and who else could agree to one."""

import base64

import pytest

from bot.sandbox.github import Repository, SandboxGitHub
from tests.sandbox.github.support import Client, Listener

HERE = "/repos/acme/shop"
FILE = f"{HERE}/contents/.github/signalbox.yml"
TEXT = {"message": "Configure", "content": base64.b64encode(b"version: 1\n").decode(), "branch": "signalbox"}


@pytest.fixture
def writer(github: SandboxGitHub, shop: Repository, client: Client) -> Client:
    for installation in github.app.installations.values():
        installation.permissions |= {"contents": "write"}
    return client.as_installation(shop)


async def test_a_file_is_proposed(shop: Repository, writer: Client, listener: Listener) -> None:
    main = await writer.get(f"{HERE}/git/ref/heads/main")
    assert main["object"]["sha"] == shop.head_sha
    branch = {"ref": "refs/heads/signalbox", "sha": shop.head_sha}
    assert (await writer.post(f"{HERE}/git/refs", branch)).status_code == 201
    written = await writer.send("PUT", FILE, TEXT)
    assert (written.status_code, written.json()["content"]["path"]) == (201, ".github/signalbox.yml")
    wanted = {"title": "Configure", "head": "signalbox", "base": "main", "body": "Please"}
    made = (await writer.post(f"{HERE}/pulls", wanted)).json()
    assert (made["user"]["login"], made["head"]["sha"]) == ("signalbox[bot]", written.json()["commit"]["sha"])
    listed = await writer.get(f"{HERE}/pulls", head="acme:signalbox")
    assert [each["number"] for each in listed] == [made["number"]]
    again = await writer.post(f"{HERE}/pulls", wanted)
    assert again.status_code == 422
    assert again.json()["errors"][0]["message"] == "A pull request already exists for acme:signalbox."
    await writer.github.settled()
    assert listener.events == ["push", "push", "pull_request.opened"]
    assert (listener.heard[0].payload["created"], listener.heard[1].payload["created"]) == (True, False)


async def test_a_file_is_replaced_by_who_knows_it(shop: Repository, writer: Client) -> None:
    await writer.post(f"{HERE}/git/refs", {"ref": "refs/heads/signalbox", "sha": shop.head_sha})
    first = (await writer.send("PUT", FILE, TEXT)).json()["content"]["sha"]
    assert (await writer.send("PUT", FILE, TEXT)).status_code == 422
    assert (await writer.send("PUT", FILE, TEXT | {"sha": "0" * 40})).status_code == 409
    assert (await writer.send("PUT", FILE, TEXT | {"sha": first})).status_code == 200
    assert (await writer.send("PUT", FILE, TEXT | {"branch": "nowhere"})).status_code == 404
    workflow = await writer.send("PUT", f"{HERE}/contents/.github/workflows/new.yml", TEXT)
    assert workflow.status_code == 403  # which needs a permission of its own


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("git/refs", {"ref": "refs/heads/main", "sha": "HEAD"}),
        ("git/refs", {"ref": "refs/heads/new", "sha": "0" * 40}),
        ("git/refs", {"ref": "new", "sha": "HEAD"}),
        ("pulls", {"title": "x", "head": "main", "base": "main"}),
        ("pulls", {"title": "x", "head": "nowhere", "base": "main"}),
        ("pulls", {"title": "x", "head": "main", "base": "nowhere"}),
    ],
)
async def test_what_can_not_be_made(shop: Repository, writer: Client, path: str, body: dict[str, str]) -> None:
    body = {name: shop.head_sha if value == "HEAD" else value for name, value in body.items()}
    assert (await writer.post(f"{HERE}/{path}", body)).status_code == 422


async def test_writing_needs_permission(shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    assert (await token.send("PUT", FILE, TEXT)).status_code == 403
    branch = {"ref": "refs/heads/signalbox", "sha": shop.head_sha}
    assert (await token.post(f"{HERE}/git/refs", branch)).status_code == 403


async def test_collaborators_by_what_they_may(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    github.organization("acme", members=("maya",))
    token = client.as_installation(shop, metadata="read")

    async def logins(**query: str) -> list[str]:
        return [each["login"] for each in await token.get(f"{HERE}/collaborators", **query)]

    assert await logins() == ["alice", "trudy", "maya"]
    assert await logins(permission="push", affiliation="all") == ["alice", "maya"]
    assert await logins(permission="push", affiliation="outside") == ["alice"]
    assert await logins(permission="admin") == []
    assert await logins(per_page="1", page="2") == ["trudy"]
