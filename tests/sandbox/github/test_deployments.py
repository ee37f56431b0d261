"""Deployments: recorded, reported about, listed, and what GitHub does on the way."""

from typing import Any

import pytest

from bot.sandbox.github import PullRequest, Repository, SandboxGitHub
from tests.sandbox.github.support import Client, Listener

HERE = "/repos/acme/shop/deployments"


def wish(ref: str, **changes: Any) -> dict[str, Any]:
    return {"ref": ref, "auto_merge": False, "required_contexts": []} | changes


async def test_a_deployment_is_recorded_and_told(
    github: SandboxGitHub, shop: Repository, client: Client, listener: Listener
) -> None:
    token = client.as_installation(shop)
    wanted = wish(shop.head_sha, environment="staging", payload={"signalbox": "k1"}, description="From chat")
    made = (await token.post(HERE, wanted)).json()
    assert (made["sha"], made["environment"], made["payload"], made["task"]) == (
        shop.head_sha,
        "staging",
        {"signalbox": "k1"},
        "deploy",
    )
    assert (made["creator"]["login"], made["production_environment"]) == ("signalbox[bot]", False)
    assert await token.get(f"{HERE}/{made['id']}") == made
    await github.settled()
    assert listener.events == ["deployment.created"]
    assert listener.heard[0].payload["workflow_run"] is None


async def test_the_list_is_filtered_and_newest_first(shop: Repository, pull: PullRequest, client: Client) -> None:
    token = client.as_installation(shop)
    made = []
    for sha, environment, task in (
        (shop.head_sha, "staging", "deploy"),
        (pull.head_sha, "production", "deploy"),
        (shop.head_sha, "production", "deploy:migrations"),
    ):
        made.append((await token.post(HERE, wish(sha, environment=environment, task=task))).json()["id"])

    async def listed(**query: str) -> list[int]:
        return [each["id"] for each in await token.get(HERE, **query)]

    assert await listed() == made[::-1]
    assert await listed(sha=shop.head_sha) == [made[2], made[0]]
    assert await listed(environment="production", task="deploy") == [made[1]]
    assert (await token.send("GET", HERE, query={"per_page": "2"})).links["next"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"ref": "nowhere"}, 422), ({"state": "x"}, 422), ({"environment": 5}, 422), ({"ref": "main"}, 201)],
)
async def test_what_is_no_deployment(shop: Repository, client: Client, fields: dict[str, Any], status: int) -> None:
    assert (await client.as_installation(shop).post(HERE, wish("main") | fields)).status_code == status


async def test_github_merges_unless_it_is_told_not_to(shop: Repository, pull: PullRequest, client: Client) -> None:
    await shop.push("main", files={"src/shop.py": "price = 9\n"})
    token, before = client.as_installation(shop), pull.head_sha
    refused = await token.post(HERE, {"ref": before})
    assert (refused.status_code, refused.json()["message"]) == (409, f"Conflict merging main into {before}.")
    told = await token.post(HERE, {"ref": "feature"})
    assert (told.status_code, told.json()) == (202, {"message": "Auto-merged main into feature on deployment."})
    assert pull.head_sha != before
    assert shop.deployments == {}
    assert (await token.post(HERE, {"ref": "feature"})).status_code == 201


async def test_a_conflict_is_a_conflict(shop: Repository, pull: PullRequest, client: Client) -> None:
    await shop.push("main", files={"src/shop.py": "price = 9\n"})
    pull.conflicts = True
    assert (await client.as_installation(shop).post(HERE, {"ref": "feature"})).status_code == 409


async def test_contexts_have_to_be_good_where_somebody_asks(
    shop: Repository, pull: PullRequest, client: Client
) -> None:
    pull.status("ci/legacy", "failure")
    pull.check("build")
    token = client.as_installation(shop)
    refused = await token.post(HERE, {"ref": "feature"})
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["contexts"] == ["ci/legacy"]
    for contexts, status in ((["build"], 201), (["build", "lint"], 409), ([], 201)):
        assert (await token.post(HERE, {"ref": "feature", "required_contexts": contexts})).status_code == status


async def test_a_success_makes_older_ones_inactive_but_in_production(
    github: SandboxGitHub, shop: Repository, client: Client, listener: Listener
) -> None:
    token, states = client.as_installation(shop), {}
    for environment in ("staging", "production"):
        made = [(await token.post(HERE, wish("main", environment=environment))).json()["id"] for _ in range(3)]
        for number in (made[0], made[2]):
            said = await token.post(
                f"{HERE}/{number}/statuses", {"state": "success", "log_url": "https://ci.example/1"}
            )
            assert (said.status_code, said.json()["target_url"]) == (201, "https://ci.example/1")
        states[environment] = [shop.deployments[number].state for number in made]
    assert states == {
        "staging": ["inactive", "pending", "success"],
        "production": ["success", "pending", "success"],
    }
    await github.settled()
    assert listener.events.count("deployment_status.created") == 5


async def test_statuses_are_newest_first_and_may_be_left_alone(shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    first, second = [(await token.post(HERE, wish("main", environment="staging"))).json()["id"] for _ in range(2)]
    for number, state in ((first, "in_progress"), (first, "success"), (second, "success")):
        await token.post(f"{HERE}/{number}/statuses", {"state": state, "auto_inactive": False})
    told = await token.get(f"{HERE}/{first}/statuses")
    assert [each["state"] for each in told] == ["success", "in_progress"]
    assert await token.get(f"{HERE}/{first}/statuses/{told[0]['id']}") == told[0]


@pytest.mark.parametrize("fields", [{"state": "splendid"}, {"state": "success", "description": "x" * 141}, {}])
async def test_what_is_no_status(shop: Repository, client: Client, fields: dict[str, str]) -> None:
    token = client.as_installation(shop)
    number = (await token.post(HERE, wish("main"))).json()["id"]
    assert (await token.post(f"{HERE}/{number}/statuses", fields)).status_code == 422
    assert (await token.post(f"{HERE}/1/statuses", {"state": "success"})).status_code == 404


async def test_an_active_one_is_deleted_only_where_it_is_alone(shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    first, second = [(await token.post(HERE, wish("main"))).json()["id"] for _ in range(2)]
    assert (await token.send("DELETE", f"{HERE}/{first}")).status_code == 422
    await token.post(f"{HERE}/{first}/statuses", {"state": "inactive"})
    for number in (first, second):
        assert (await token.send("DELETE", f"{HERE}/{number}")).status_code == 204
    assert (await token.send("GET", f"{HERE}/{first}")).status_code == 404


async def test_deployments_need_their_permission(shop: Repository, client: Client) -> None:
    reader = client.as_installation(shop, deployments="read")
    assert (await reader.post(HERE, wish("main"))).status_code == 403
    assert (await reader.send("GET", HERE)).status_code == 200
    assert (await client.as_installation(shop, contents="read").send("GET", HERE)).status_code == 403
    assert (await client.as_person("alice").post(HERE, wish("main"))).status_code == 201
    assert (await client.as_person("trudy").post(HERE, wish("main"))).status_code == 403
