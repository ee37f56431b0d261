"""Roles as GitHub tells them."""

import pytest

from bot.sandbox.github import Repository, SandboxGitHub
from tests.sandbox.github.support import Client


@pytest.mark.parametrize(
    ("login", "permission", "role_name"),
    [
        ("alice", "write", "write"),
        ("trudy", "read", "triage"),
        ("maya", "write", "maintain"),
        ("root", "admin", "admin"),
        ("reader", "read", "read"),
        ("mallory", "none", "none"),
    ],
)
async def test_the_permission_is_coarse_and_the_role_is_fine(
    shop: Repository, client: Client, login: str, permission: str, role_name: str
) -> None:
    shop.role("root", "admin")
    shop.role("reader", "read")
    token = client.as_installation(shop, metadata="read")
    told = await token.get(f"/repos/acme/shop/collaborators/{login}/permission")
    assert (told["permission"], told["role_name"]) == (permission, role_name)
    assert told["user"]["id"] == client.github.world.account(login).id


async def test_everybody_reads_a_public_repository(github: SandboxGitHub, client: Client) -> None:
    shop = github.repository("acme/open")
    github.person("mallory")
    told = await client.as_installation(shop).get("/repos/acme/open/collaborators/mallory/permission")
    assert (told["permission"], told["role_name"]) == ("read", "read")


@pytest.mark.parametrize("login", ["ghost", "acme", "signalbox[bot]"])
async def test_who_is_no_person_is_not_found(shop: Repository, client: Client, login: str) -> None:
    path = f"/repos/acme/shop/collaborators/{login}/permission"
    response = await client.as_installation(shop).send("GET", path)
    assert (response.status_code, response.json()["message"]) == (404, f"{login} is not a user")


async def test_people_are_found_by_login_and_by_number(github: SandboxGitHub, client: Client) -> None:
    alice = github.person("alice", name="Alice")
    assert (await client.get("/users/ALICE"))["id"] == alice.id
    assert (await client.get(f"/user/{alice.id}"))["name"] == "Alice"
    assert (await client.as_person("alice").get("/user"))["login"] == "alice"
    assert (await client.send("GET", "/users/nobody")).status_code == 404


async def test_a_login_can_be_taken_over_by_somebody_else(
    github: SandboxGitHub, shop: Repository, client: Client
) -> None:
    before = github.person("alice")
    before.login = "alicia"
    after = github.person("alice")
    path = "/repos/acme/shop/collaborators/alice/permission"
    told = await client.as_installation(shop).get(path)
    assert (told["permission"], told["user"]["id"]) == ("none", after.id)
    assert before.id != after.id


async def test_a_removed_person_has_no_role_left(shop: Repository, client: Client) -> None:
    shop.remove("alice")
    told = await client.as_installation(shop).get("/repos/acme/shop/collaborators/alice/permission")
    assert told["permission"] == "none"


async def test_ids_are_wide_and_never_shared(github: SandboxGitHub, shop: Repository) -> None:
    pull = shop.pull_request("alice", "feature")
    comment = await github.comments("alice", pull, "Hello")
    run = await github.dispatches("alice", shop, "deploy.yml", inputs={"environment": "staging"})
    ids = [
        shop.id,
        shop.owner.id,
        pull.id,
        pull.issue.id,
        comment.id,
        run.id,
        run.workflow_id,
        *(j.id for j in run.jobs),
    ]
    assert len(set(ids)) == len(ids)
    assert min(ids) > 2**32
