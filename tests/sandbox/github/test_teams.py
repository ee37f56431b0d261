"""Teams: who belongs, through which team, and who hears of it."""

import pytest

from bot.sandbox.github import Repository, SandboxGitHub
from tests.sandbox.github.support import Client, Listener

TEAM = "/orgs/acme/teams/platform"


@pytest.mark.parametrize(
    ("team", "login", "role", "state"),
    [
        ("platform", "alice", "member", "active"),
        ("platform", "maya", "maintainer", "active"),
        ("platform", "carol", "member", "pending"),
        ("everybody", "alice", "member", "active"),
        ("EVERYBODY", "ALICE", "member", "active"),
    ],
)
async def test_who_belongs_below_belongs(
    github: SandboxGitHub, shop: Repository, client: Client, team: str, login: str, role: str, state: str
) -> None:
    github.team("acme/platform", members=["alice"], maintainers=["maya"], pending=["carol"], parent="acme/everybody")
    told = await client.as_installation(shop, members="read").get(f"/orgs/acme/teams/{team}/memberships/{login}")
    assert (told["role"], told["state"]) == (role, state)


@pytest.mark.parametrize(
    "path",
    [
        "platform/memberships/mallory",
        "platform/memberships/ghost",
        "nothing/memberships/alice",
        "everybody/memberships/carol",
    ],
)
async def test_everybody_else_is_not_found(github: SandboxGitHub, shop: Repository, client: Client, path: str) -> None:
    github.team("acme/platform", members=["alice"], pending=["carol"], parent="acme/everybody")
    assert (await client.as_installation(shop).send("GET", f"/orgs/acme/teams/{path}")).status_code == 404


async def test_an_app_needs_members_and_an_installation_there(
    github: SandboxGitHub, shop: Repository, client: Client
) -> None:
    github.team("acme/platform", members=["alice"])
    github.team("globex/platform", members=["alice"])
    path = f"{TEAM}/memberships/alice"
    refused = await client.as_installation(shop, contents="read").send("GET", path)
    assert (refused.status_code, refused.headers["X-Accepted-GitHub-Permissions"]) == (403, "members=read")
    elsewhere = await client.as_installation(shop).send("GET", "/orgs/globex/teams/platform/memberships/alice")
    assert elsewhere.status_code == 404
    assert (await client.send("GET", path)).status_code == 401


async def test_what_an_installation_loses_its_tokens_lose(
    github: SandboxGitHub, shop: Repository, client: Client
) -> None:
    github.team("acme/platform", members=["alice"])
    token = client.as_installation(shop)
    await token.get(TEAM)
    await token.get("/repos/acme/shop/commits/main/check-runs")
    for installation in github.app.installations.values():
        del installation.permissions["members"], installation.permissions["checks"]
    for path in (TEAM, "/repos/acme/shop/commits/main/check-runs"):
        assert (await token.send("GET", path)).status_code == 403


async def test_people_see_the_teams_of_their_organization(
    github: SandboxGitHub, shop: Repository, client: Client
) -> None:
    github.team("acme/platform", members=["alice"])
    assert [each["login"] for each in await client.as_person("alice").get(f"{TEAM}/members")] == ["alice"]
    assert (await client.as_person("mallory").send("GET", f"{TEAM}/members")).status_code == 404


async def test_a_team_is_told_of(github: SandboxGitHub, shop: Repository, listener: Listener) -> None:
    team = github.team("acme/platform", members=["alice"], pending=["carol"])
    team.add("carol")
    team.add("alice", maintainer=True)
    team.remove("alice")
    team.delete()
    await github.settled()
    told = [(each.event, each.payload.get("member", {}).get("login")) for each in listener.heard]
    assert told == [
        ("team.created", None),
        ("membership.added", "alice"),
        ("membership.added", "carol"),
        ("membership.removed", "alice"),
        ("team.deleted", None),
    ]
    assert listener.heard[1].payload["team"]["slug"] == "platform"
    assert "repository" not in listener.heard[1].payload


async def test_who_leaves_the_organization_leaves_its_teams(
    github: SandboxGitHub, shop: Repository, client: Client, listener: Listener
) -> None:
    github.team("acme/platform", members=["alice"])
    github.leaves("acme", "alice")
    await github.settled()
    assert listener.events[-2:] == ["membership.removed", "organization.member_removed"]
    assert (await client.as_installation(shop).send("GET", f"{TEAM}/memberships/alice")).status_code == 404


async def test_a_deleted_team_takes_those_below_along(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    github.team("acme/platform", members=["alice"], parent="acme/everybody").parent.delete()  # type: ignore[union-attr]
    for team in ("platform", "everybody"):
        assert (await client.as_installation(shop).send("GET", f"/orgs/acme/teams/{team}")).status_code == 404
