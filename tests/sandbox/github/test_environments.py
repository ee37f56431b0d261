"""Environments: jobs wait for reviewers, timers and apps' rules, and only those let them in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.github import App, Refused, Repository, Run, SandboxGitHub
from tests.sandbox.github.support import FILES, Client, Listener

HERE = "/repos/acme/shop"
SHIP = """
name: Ship
on:
  workflow_dispatch:
    inputs: {environment: {type: string, default: staging}}
jobs:
  build: {runs-on: ubuntu-latest, steps: [{run: make}]}
  ship:
    needs: build
    environment: {name: "${{ inputs.environment }}", url: "https://${{ inputs.environment }}.acme.example"}
    runs-on: ubuntu-latest
    steps: [{run: ./ship}]
  announce: {needs: ship, environment: news, runs-on: ubuntu-latest, steps: [{run: ./announce}]}
"""
PRODUCTION = {"environment": "production"}


@pytest.fixture
def shop(github: SandboxGitHub) -> Repository:
    files = {**FILES, ".github/workflows/ship.yml": SHIP}
    roles = {"alice": "write", "bob": "write", "carol": "read", "dora": "read"}
    return github.repository("acme/shop", private=True, files=files, roles=roles)


async def started(github: SandboxGitHub, shop: Repository, by: str = "alice") -> Run:
    run = await github.dispatches(by, shop, "ship.yml", inputs=PRODUCTION)
    await run.play()
    return run


def guard(github: SandboxGitHub, shop: Repository, *, by: Sequence[App] = (), **more: Any) -> int:
    return github.environment(shop, "production", apps=by, **more).id


def rule(run: Run) -> str:
    return f"{HERE}/actions/runs/{run.id}/deployment_protection_rule"


def pending(run: Run) -> str:
    return f"{HERE}/actions/runs/{run.id}/pending_deployments"


async def test_without_rules_github_only_records(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    run = await started(github, shop)
    assert (run.status, run.conclusion, run.waits_for) == ("completed", "success", [])
    told = await client.as_installation(shop).get(f"{HERE}/deployments", environment="production")
    assert [(each["sha"], each["ref"], each["creator"]["login"]) for each in told] == [(run.head_sha, "main", "alice")]
    assert told[0]["performed_via_github_app"]["slug"] == "github-actions"
    statuses = await client.as_installation(shop).get(f"{HERE}/deployments/{told[0]['id']}/statuses")
    assert [each["state"] for each in statuses] == ["success", "in_progress", "queued"]
    assert statuses[0]["environment_url"] == "https://production.acme.example"
    assert statuses[0]["log_url"].endswith(f"/acme/shop/actions/runs/{run.id}/job/{run.job('ship').id}")
    assert set(shop.environments) == {"production", "news"}


async def test_a_job_waits_until_a_reviewer_lets_it_in(github: SandboxGitHub, shop: Repository) -> None:
    guard(github, shop, reviewers=["carol", "acme/release"])
    github.team("acme/release", members=["dora"])
    run = await started(github, shop)
    assert (run.status, run.waits_for, run.job("ship").status) == ("waiting", ["production"], "waiting")
    for act in (run.start_job("ship"), run.finish_job("ship")):
        with pytest.raises(ValueError, match="'ship' waits for somebody to let it into production"):
            await act
    await run.finish()
    assert run.status == "waiting"
    with pytest.raises(Refused, match="not able"):
        await run.approve("production", by="bob")
    await run.approve("Production", by="dora")
    assert (run.status, run.job("ship").status) == ("queued", "queued")
    await run.play()
    assert (run.status, run.conclusion) == ("completed", "success")


async def test_whoever_started_it_is_not_asked_where_that_is_set(github: SandboxGitHub, shop: Repository) -> None:
    guard(github, shop, reviewers=["alice", "bob"], prevent_self_review=True)
    run = await started(github, shop)
    with pytest.raises(Refused, match="not able"):
        await run.approve("production", by="alice")
    await run.approve("production", by="bob")
    assert run.waits_for == []


async def test_a_no_ends_the_job_and_what_needs_it(github: SandboxGitHub, shop: Repository) -> None:
    guard(github, shop, reviewers=["carol"])
    run = await started(github, shop)
    await run.reject("production", by="carol")
    assert [(job.key, job.conclusion) for job in run.jobs] == [
        ("build", "success"),
        ("ship", "failure"),
        ("announce", "skipped"),
    ]
    assert (run.status, run.conclusion) == ("completed", "failure")


async def test_people_review_by_their_token_and_apps_can_not(
    github: SandboxGitHub, shop: Repository, client: Client
) -> None:
    number = guard(github, shop, reviewers=["carol"], wait_timer=0)
    run = await started(github, shop)
    carol, app = client.as_person("carol"), client.as_installation(shop)
    (told,) = await carol.get(pending(run))
    assert (told["environment"]["name"], told["current_user_can_approve"]) == ("production", True)
    assert [each["reviewer"]["login"] for each in told["reviewers"]] == ["carol"]
    assert (await app.get(pending(run)))[0]["current_user_can_approve"] is False
    yes = {"environment_ids": [number], "state": "approved", "comment": "Ship it"}
    assert (await app.post(pending(run), yes)).status_code == 403
    assert (await client.as_person("bob").post(pending(run), yes)).status_code == 422
    answered = await carol.post(pending(run), yes)
    assert (answered.status_code, [each["environment"] for each in answered.json()]) == (200, ["production"])
    assert (await carol.post(pending(run), yes)).status_code == 422
    assert (await carol.get(pending(run))) == []


async def test_an_app_is_asked_and_answers(
    github: SandboxGitHub, shop: Repository, client: Client, listener: Listener
) -> None:
    guard(github, shop, by=[github.app])
    run = await started(github, shop, by="bob")
    asked = [each.payload for each in listener.heard if each.event == "deployment_protection_rule.requested"]
    assert [each["environment"] for each in asked] == ["production"]
    assert asked[0]["deployment_callback_url"] == f"{github.url}{rule(run)}"
    assert (asked[0]["event"], asked[0]["deployment"]["creator"]["login"]) == ("workflow_dispatch", "bob")
    assert asked[0]["deployment"]["sha"] == run.head_sha
    app = client.as_installation(shop)
    assert (await app.post(rule(run), {"environment_name": "production", "comment": "Asking"})).status_code == 204
    assert run.waits_for == ["production"]
    assert (await app.post(rule(run), {"environment_name": "production", "state": "approved"})).status_code == 204
    await github.settled()
    assert (run.waits_for, listener.events[-2:]) == ([], ["workflow_job.queued", "deployment_status.created"])
    assert (await app.post(rule(run), {"environment_name": "production", "state": "approved"})).status_code == 422


async def test_an_app_says_no(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    guard(github, shop, by=[github.app])
    run = await started(github, shop)
    no = {"environment_name": "production", "state": "rejected", "comment": "Frozen"}
    assert (await client.as_installation(shop).post(rule(run), no)).status_code == 204
    assert (run.job("ship").conclusion, run.conclusion) == ("failure", "failure")


async def test_an_app_speaks_for_its_own_rule_only(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    other = github.register_app(slug="other")
    github.install(other, shop)
    guard(github, shop, by=[other])
    run = await started(github, shop)
    yes = {"environment_name": "production", "state": "approved"}
    assert (await client.as_installation(shop).post(rule(run), yes)).status_code == 422
    assert (await client.as_person("alice").post(rule(run), yes)).status_code == 403
    assert (await client.as_installation(shop, other, actions="write").post(rule(run), yes)).status_code == 403
    assert run.waits_for == ["production"]
    assert (await client.as_installation(shop, other).post(rule(run), yes)).status_code == 204
    assert run.waits_for == []


async def test_ten_comments_are_enough(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    guard(github, shop, by=[github.app])
    run = await started(github, shop)
    app, say = client.as_installation(shop), {"environment_name": "production", "comment": "Still asking"}
    assert [(await app.post(rule(run), say)).status_code for _ in range(11)] == [204] * 10 + [422]
    assert (await app.post(rule(run), {"environment_name": "production"})).status_code == 422
    assert (await app.post(rule(run), say | {"state": "approved", "comment": "x" * 1025})).status_code == 422
    assert (await app.post(rule(run), say | {"state": "approved"})).status_code == 204


async def test_everybody_has_to_say_yes(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    github.world.clock = lambda: now
    guard(github, shop, by=[github.app], reviewers=["carol"], wait_timer=30)
    run = await started(github, shop)
    await client.as_installation(shop).post(rule(run), {"environment_name": "production", "state": "approved"})
    await run.approve("production", by="carol")
    await run.time_passes()
    assert run.waits_for == ["production"]
    github.world.clock = lambda: now + timedelta(minutes=30)
    await run.time_passes()
    assert run.waits_for == []


async def test_several_environments_wait_one_after_the_other(github: SandboxGitHub, shop: Repository) -> None:
    guard(github, shop, reviewers=["carol"])
    github.environment(shop, "news", reviewers=["dora"])
    run = await started(github, shop)
    assert run.waits_for == ["production"]
    await run.approve("production", by="carol")
    await run.play()
    assert (run.status, run.waits_for) == ("waiting", ["news"])
    await run.approve("news", by="dora")
    await run.play()
    assert run.conclusion == "success"


FLEET = """
on: workflow_dispatch
jobs:
  ship:
    strategy: {matrix: {region: [east, west]}}
    environment: production
    runs-on: ubuntu-latest
    steps: [{run: ./ship}]
  news: {environment: news, runs-on: ubuntu-latest, steps: [{run: ./announce}]}
"""


async def test_several_jobs_at_one_environment_are_let_in_together(
    github: SandboxGitHub, shop: Repository, client: Client, listener: Listener
) -> None:
    guard(github, shop, by=[github.app])
    github.environment(shop, "news", apps=[github.app])
    shop.write("main", {".github/workflows/fleet.yml": FLEET}, None, None)
    run = await github.dispatches("alice", shop, "fleet.yml")
    asked = [each.payload["environment"] for each in listener.heard if each.event.startswith("deployment_protection")]
    assert asked == ["production", "production", "news"]
    app, yes = client.as_installation(shop), {"state": "approved"}
    told = await app.get(pending(run))
    assert [each["environment"]["name"] for each in told] == ["production", "news"]
    assert (await app.post(rule(run), yes | {"environment_name": "production"})).status_code == 204
    assert (run.waits_for, run.status) == (["news"], "queued")
    await run.play()
    assert (run.waits_for, run.status) == (["news"], "waiting")
    assert (await app.post(rule(run), yes | {"environment_name": "news"})).status_code == 204
    await run.play()
    assert (run.status, run.conclusion) == ("completed", "success")


async def test_another_attempt_is_asked_about_anew(
    github: SandboxGitHub, shop: Repository, client: Client, listener: Listener
) -> None:
    guard(github, shop, by=[github.app])
    run = await started(github, shop)
    app, yes = client.as_installation(shop), {"environment_name": "production", "state": "approved"}
    await app.post(rule(run), yes)
    await run.play()
    first = run.job("ship").deployment
    await run.rerun(by="bob")
    await run.play()
    asked = [each.payload["deployment"] for each in listener.heard if each.event.startswith("deployment_protection")]
    assert (len(asked), len({each["id"] for each in asked})) == (2, 2)
    assert (run.status, run.attempt, run.waits_for) == ("waiting", 2, ["production"])
    assert run.job("ship").deployment is not first
    assert asked[1]["creator"]["login"] == "bob"


async def test_a_cancelled_run_waits_for_nobody(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    guard(github, shop, by=[github.app])
    run = await started(github, shop)
    await run.cancel(by="alice")
    assert (run.conclusion, run.waits_for) == ("cancelled", [])
    yes = {"environment_name": "production", "state": "approved"}
    assert (await client.as_installation(shop).post(rule(run), yes)).status_code == 422


async def test_environments_are_listed_with_their_rules(
    github: SandboxGitHub, shop: Repository, client: Client
) -> None:
    guard(github, shop, by=[github.app], reviewers=["carol", "acme/release"], prevent_self_review=True, wait_timer=30)
    github.environment(shop, "review/7")
    token = client.as_installation(shop, actions="read")
    told = await token.get(f"{HERE}/environments")
    assert (told["total_count"], [each["name"] for each in told["environments"]]) == (2, ["production", "review/7"])
    timer, reviewers = told["environments"][0]["protection_rules"]
    assert (timer["wait_timer"], reviewers["prevent_self_review"]) == (30, True)
    assert [each["type"] for each in reviewers["reviewers"]] == ["User", "Team"]
    rules = await token.get(f"{HERE}/environments/PRODUCTION/deployment_protection_rules")
    assert [each["app"]["id"] for each in rules["custom_deployment_protection_rules"]] == [github.app.id]
    assert (await token.get(f"{HERE}/environments/review%2F7"))["name"] == "review/7"
    assert (await token.send("GET", f"{HERE}/environments/nowhere")).status_code == 404
    assert (await client.as_installation(shop, checks="read").send("GET", f"{HERE}/environments")).status_code == 403


async def test_a_run_that_plays_by_itself_goes_on_when_it_is_let_in(github: SandboxGitHub, shop: Repository) -> None:
    guard(github, shop, reviewers=["carol"])
    github.autoplay, github.speed = True, 1000.0
    run = await github.dispatches("alice", shop, "ship.yml", inputs=PRODUCTION)
    await github.played()
    assert run.waits_for == ["production"]
    await run.approve("production", by="carol")
    await github.played()
    assert (run.status, run.conclusion) == ("completed", "success")


@pytest.mark.parametrize("count", [7])
def test_more_reviewers_than_github_takes(github: SandboxGitHub, shop: Repository, count: int) -> None:
    with pytest.raises(ValueError, match="at most 6"):
        guard(github, shop, reviewers=[f"user{number}" for number in range(count)])
