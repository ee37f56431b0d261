"""Check runs, statuses and the rules of branches, over REST."""

import pytest

from bot.sandbox.github import PullRequest, Refused, Repository, SandboxGitHub
from tests.sandbox.github.support import Client, Listener

HERE = "/repos/acme/shop"


async def test_the_newest_of_each_name_in_each_suite(shop: Repository, pull: PullRequest, client: Client) -> None:
    pull.check("build", "failure")
    pull.check("build", "success")
    pull.check("build", "failure", suite="nightly")
    pull.check("build", "failure", app=99)
    token = client.as_installation(shop, checks="read")
    path = f"{HERE}/commits/{pull.head_sha}/check-runs"
    told = await token.get(path)
    found = [(each["app"]["id"], each["conclusion"]) for each in told["check_runs"]]
    assert found == [(15368, "success"), (15368, "failure"), (99, "failure")]
    assert [each["app"]["slug"] for each in (await token.get(path, app_id="99"))["check_runs"]] == ["reporter-99"]
    assert (await token.get(path, filter="all"))["total_count"] == 4
    assert (await token.get(path, check_name="lint"))["total_count"] == 0
    first = await token.send("GET", path, query={"per_page": "2"})
    assert (len(first.json()["check_runs"]), "next" in first.links) == (2, True)


async def test_an_app_writes_its_own_checks_only(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    other = github.register_app(slug="other")
    github.install(other, shop)
    token = client.as_installation(shop)
    new = {"name": "signalbox", "head_sha": shop.head_sha, "external_id": "k1"}
    made = (await token.post(f"{HERE}/check-runs", new)).json()
    assert (made["status"], made["app"]["id"], made["external_id"]) == ("queued", 4711, "k1")
    path, ended = f"{HERE}/check-runs/{made['id']}", {"conclusion": "neutral"}
    assert (await client.as_installation(shop, other).send("PATCH", path, ended)).status_code == 403
    assert (await token.send("PATCH", path, ended)).json()["status"] == "completed"
    assert (await token.get(path))["conclusion"] == "neutral"
    assert (await client.as_person("alice").post(f"{HERE}/check-runs", new)).status_code == 403


@pytest.mark.parametrize("fields", [{"status": "completed"}, {"conclusion": "splendid"}, {"head_sha": "0" * 40}])
async def test_what_is_no_check_run(shop: Repository, client: Client, fields: dict[str, str]) -> None:
    new = {"name": "signalbox", "head_sha": shop.head_sha} | fields
    assert (await client.as_installation(shop).post(f"{HERE}/check-runs", new)).status_code == 422


APPROVE = {"label": "Approve", "description": "Let it run", "identifier": "approve"}
REMARK = {"path": "src/shop.py", "start_line": 1, "end_line": 1, "annotation_level": "failure", "message": "Too dear"}
OUTPUT = {"title": "Waiting", "summary": "For **two** people"}


async def test_a_button_is_pressed_by_somebody_who_may_write(
    github: SandboxGitHub, shop: Repository, client: Client, listener: Listener
) -> None:
    github.install(github.register_app(slug="other"), shop)
    new = {"name": "signalbox", "head_sha": shop.head_sha, "external_id": "k1", "actions": [APPROVE]}
    token = client.as_installation(shop)
    made = shop.checks.runs[(await token.post(f"{HERE}/check-runs", new)).json()["id"]]
    with pytest.raises(Refused):
        await made.press("Approve", by="trudy")
    with pytest.raises(ValueError, match="none of the buttons"):
        await made.press("Reject", by="alice")
    await github.settled()
    listener.heard.clear()
    await made.press("Approve", by="alice")
    await made.ask_again(by="alice")
    assert listener.events == ["check_run.requested_action", "check_run.rerequested"]
    pressed = listener.heard[0].payload
    assert (pressed["requested_action"], pressed["sender"]["login"]) == ({"identifier": "approve"}, "alice")
    assert (pressed["check_run"]["external_id"], pressed["check_run"]["head_sha"]) == ("k1", shop.head_sha)
    assert (await token.post(f"{HERE}/check-runs/{made.id}/rerequest")).status_code == 201
    await token.send("PATCH", f"{HERE}/check-runs/{made.id}", {"actions": []})
    with pytest.raises(ValueError, match="none of the buttons"):
        await made.press("Approve", by="alice")


@pytest.mark.parametrize(
    "fields",
    [
        {"actions": [APPROVE] * 4},
        {"actions": [APPROVE | {"label": "x" * 21}]},
        {"actions": [APPROVE | {"description": "x" * 41}]},
        {"actions": [APPROVE | {"identifier": "x" * 21}]},
        {"actions": [{"label": "Approve", "identifier": "approve"}]},
        {"output": OUTPUT | {"annotations": [REMARK] * 51}},
        {"output": OUTPUT | {"annotations": [REMARK | {"annotation_level": "splendid"}]}},
        {"output": OUTPUT | {"summary": "x" * 65_536}},
    ],
)
async def test_github_takes_only_so_much(shop: Repository, client: Client, fields: dict[str, object]) -> None:
    new = {"name": "signalbox", "head_sha": shop.head_sha} | fields
    assert (await client.as_installation(shop).post(f"{HERE}/check-runs", new)).status_code == 422


async def test_annotations_add_up(shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    new = {"name": "signalbox", "head_sha": shop.head_sha, "output": OUTPUT | {"annotations": [REMARK] * 50}}
    made = (await token.post(f"{HERE}/check-runs", new)).json()
    changed = {"output": OUTPUT | {"annotations": [REMARK]}}
    told = (await token.send("PATCH", f"{HERE}/check-runs/{made['id']}", changed)).json()
    assert (made["output"]["annotations_count"], told["output"]["annotations_count"]) == (50, 51)
    listed = await token.get(f"{HERE}/check-runs/{made['id']}/annotations", per_page="100")
    assert (len(listed), listed[0]["message"]) == (51, "Too dear")


async def test_checks_and_statuses_need_their_permissions(shop: Repository, client: Client) -> None:
    token = client.as_installation(shop, contents="read")
    for path in ("check-runs", "status"):
        assert (await token.send("GET", f"{HERE}/commits/main/{path}")).status_code == 403


async def test_the_newest_status_of_a_context_counts(shop: Repository, pull: PullRequest, client: Client) -> None:
    path, token = f"{HERE}/commits/feature/status", client.as_installation(shop)
    assert (await token.get(path))["state"] == "pending"
    pull.status("ci/legacy", "failure")
    pull.status("ci/legacy", "success", by="alice")
    told = await token.get(path)
    assert (told["state"], [each["context"] for each in told["statuses"]]) == ("success", ["ci/legacy"])
    report = {"state": "error", "context": "ci/new"}
    assert (await token.post(f"{HERE}/statuses/{pull.head_sha}", report)).status_code == 403
    assert (await client.as_person("alice").post(f"{HERE}/statuses/{pull.head_sha}", report)).status_code == 201
    assert (await token.get(path))["state"] == "failure"


async def test_apps_that_subscribed_hear_of_it(github: SandboxGitHub, pull: PullRequest, listener: Listener) -> None:
    github.app.events += ("check_run", "status")
    run = pull.check("build", "in_progress")
    run.change("failure")
    pull.check("lint")
    pull.status("ci/legacy")
    review = pull.review("maya", body="Fine")
    review.dismiss(by="alice")
    await github.settled()
    assert listener.events == [
        "check_run.created",
        "check_run.completed",
        "check_run.created",
        "check_run.completed",
        "status",
        "pull_request_review.submitted",
        "pull_request_review.dismissed",
    ]
    assert listener.heard[1].payload["check_run"]["conclusion"] == "failure"
    assert listener.heard[1].payload["check_run"]["pull_requests"][0]["number"] == pull.number
    assert listener.heard[5].payload["review"]["state"] == "approved"


def test_nobody_approves_their_own(pull: PullRequest) -> None:
    with pytest.raises(Refused, match="approve your own"):
        pull.review("alice")
    assert pull.review("alice", "COMMENTED").state == "COMMENTED"


async def test_everybody_who_reads_knows_what_is_required(shop: Repository, client: Client) -> None:
    token = client.as_installation(shop, contents="read")
    assert (await token.get(f"{HERE}/branches/main"))["protected"] is False
    assert await token.get(f"{HERE}/rules/branches/main") == []
    shop.protect(required=["build", "lint@99"])
    shop.ruleset(required=["scan"])
    told = await token.get(f"{HERE}/branches/main")
    assert told["protected"] is True
    assert told["protection"]["required_status_checks"]["checks"] == [
        {"context": "build", "app_id": None},
        {"context": "lint", "app_id": 99},
    ]
    (rule,) = await token.get(f"{HERE}/rules/branches/main")
    assert rule["parameters"]["required_status_checks"] == [{"context": "scan"}]
