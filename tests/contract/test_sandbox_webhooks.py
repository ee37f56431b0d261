"""Every webhook of the sandbox looks like GitHub's: by its description, and by the keys of real examples."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openapi_schema_validator import OAS31Validator

from bot.sandbox.github import JobPlan, Plan, PullRequest, SandboxGitHub
from bot.sandbox.github.apps import EVENTS
from bot.sandbox.github.checks import Action, add_check
from bot.sandbox.github.deployments import deploy as record_deployment
from tests.contract.openapi import DATA, needs_contract_data
from tests.sandbox.github.support import FILES

pytestmark = needs_contract_data

SHIP = "on: workflow_dispatch\njobs: {ship: {environment: production, runs-on: ubuntu-latest, steps: [{run: ./ship}]}}"

# Keys of the published examples that the sandbox does not send. Reviewed.
LEFT_OUT = {
    "ping.repository": "a repository's hook has it, an app's hook belongs to no repository",
    "ping.sender": "likewise",
    "ping.hook.last_response": "likewise",
    "ping.hook.ping_url": "likewise",
    "ping.hook.test_url": "likewise",
    "ping.hook.url": "likewise",
    "issues.issue.draft": "only pull requests are drafts",
}


async def everything_that_happens() -> list[tuple[str, dict[str, Any]]]:
    """A story in which each kind of event comes up once."""
    async with SandboxGitHub() as github:
        events = (*EVENTS, "status")
        app = github.register_app(app_id=4711, webhook_url="http://127.0.0.1:9/nobody-listens", events=events)
        plan = Plan([JobPlan("build", conclusion="failure")])
        shop = github.repository("acme/shop", files=FILES, roles={"alice": "write"}, plans={"deploy.yml": plan})
        other = github.repository("acme/other")
        github.uninstall(app, other)
        shop.role("alice", "maintain")
        shop.remove("alice")
        issue = shop.issue("alice", "A bug")
        pull = shop.pull_request("alice", "feature")
        for place in (issue, pull):
            comment = await github.comments("alice", place, "/deploy")
            await comment.edit("/deploy staging")
            await comment.delete()
        await pull.push(files={"src/shop.py": "price = 2\n"})
        await pull.close()
        await pull.reopen()
        shop.role("alice", "write")
        run = await github.dispatches("alice", shop, "deploy.yml", inputs={"environment": "staging"})
        await run.wait_job("build (3.11)")
        await run.play()
        await run.rerun(by="alice", failed_only=True)
        await judge(github, pull)
        await deploy(github, pull)
        await pull.merge(by="alice")
        await shop.rename("store")
        await shop.make_private()
        await shop.make_public()
        return [(each.event, each.payload) for each in github.webhooks.deliveries]


async def judge(github: SandboxGitHub, pull: PullRequest) -> None:
    """What others say about a pull request, and who they are."""
    pull.repository.role("bob", "write")
    await pull.to_draft()
    await pull.ready()
    pull.check("build", "in_progress").change("success")
    pull.check("lint", "failure", app=99)
    pull.status("ci/legacy", "pending")
    pull.review("bob", "COMMENTED")
    pull.review("bob", "APPROVED", body="Fine").dismiss()
    team = github.team("acme/platform", members=["bob"], parent="acme/everybody")
    team.remove("bob")
    team.delete()
    github.leaves("acme", "bob")


async def deploy(github: SandboxGitHub, pull: PullRequest) -> None:
    """An app's check run with a button, a deployment by the API, and a job that has to be let in."""
    shop = pull.repository
    made = add_check(shop, pull.head_sha, "signalbox", "action_required", github.app, external_id="K7QX2M")
    made.actions = (Action(label="Approve", description="Let it run", identifier="approve"),)
    await made.press("Approve", by="alice")
    await made.ask_again(by="alice")
    recorded = record_deployment(shop, "main", "staging", github.app.bot, auto_merge=False, required_contexts=[])
    assert not isinstance(recorded, str)
    recorded.say("success", github.app.bot, log_url="https://ci.example/1")
    shop.write("main", {".github/workflows/ship.yml": SHIP}, None, None)
    github.environment(shop, "production", reviewers=["alice"], apps=[github.app])
    run = await github.dispatches("alice", shop, "ship.yml", ref="main")
    await run.cancel(by="alice")


@cache
def description() -> dict[str, Any]:
    path = Path(DATA or "") / "github-openapi" / "webhooks.api.github.com.subset.json"
    decoded = msgspec.json.decode(path.read_bytes())
    assert isinstance(decoded, dict)
    return decoded


def complaints(event: str, payload: dict[str, Any]) -> list[str]:
    name = "-".join([event, *([payload["action"]] if "action" in payload else [])]).replace("_", "-")
    body = description()["webhooks"][name]["post"]["requestBody"]
    schema = description() | body["content"]["application/json"]["schema"]
    found = OAS31Validator(schema).iter_errors(payload)
    return [f"{name} {error.json_path}: {error.message[-200:]}" for error in found]


def examples(event: str, action: str | None) -> Iterator[dict[str, Any]]:
    for path in sorted((Path(DATA or "") / "github-webhooks" / event).glob(f"*.{action or 'none'}.json")):
        yield msgspec.json.decode(path.read_bytes())


def paths(node: object, prefix: str = "", depth: int = 2) -> set[str]:
    """The keys down to a depth, as dotted paths."""
    if not isinstance(node, dict) or depth == 0:
        return set()
    here = {f"{prefix}{key}" for key in node}
    return here.union(*(paths(inside, f"{prefix}{key}.", depth - 1) for key, inside in node.items()))


def missing(event: str, payload: dict[str, Any]) -> set[str]:
    """Keys that every example of this event has and the sandbox's payload lacks."""
    shared = [paths(example) for example in examples(event, payload.get("action"))]
    common = set.intersection(*shared) if shared else set()
    lacking = {key for key in common - paths(payload) if "." not in key or key.split(".")[0] in payload}
    return {key for key in lacking if f"{event}.{key}" not in LEFT_OUT}


async def test_every_webhook_is_as_github_describes_it() -> None:
    happened = await everything_that_happens()
    found = [complaint for event, payload in happened for complaint in complaints(event, payload)]
    assert not found, "\n".join(sorted(set(found)))


async def test_the_description_finds_what_is_wrong() -> None:
    happened = await everything_that_happens()
    payload = next(payload for event, payload in happened if event == "issue_comment")
    del payload["comment"]["user"]
    assert any("'user' is a required property" in each for each in complaints("issue_comment", payload))


async def test_every_webhook_has_the_keys_of_real_ones() -> None:
    happened = await everything_that_happens()
    lacking = {f"{event}.{payload.get('action')}": missing(event, payload) for event, payload in happened}
    assert {name: keys for name, keys in lacking.items() if keys} == {}


@pytest.mark.parametrize(
    "event",
    [
        "ping installation.created installation_repositories.added installation_repositories.removed",
        "issue_comment.created issue_comment.edited issue_comment.deleted issues.opened push",
        "pull_request.opened pull_request.synchronize pull_request.closed pull_request.reopened",
        "workflow_run.requested workflow_run.in_progress workflow_run.completed workflow_dispatch",
        "workflow_job.queued workflow_job.waiting workflow_job.in_progress workflow_job.completed",
        "member.added member.removed repository.renamed repository.privatized",
        "check_run.requested_action check_run.rerequested deployment.created deployment_status.created",
        "deployment_protection_rule.requested",
        "pull_request.ready_for_review check_run.created check_run.completed status",
        "pull_request_review.submitted pull_request_review.dismissed",
        "team.created team.deleted membership.added membership.removed organization.member_removed",
    ],
)
async def test_the_story_has_every_event(event: str) -> None:
    happened = await everything_that_happens()
    told = {re.sub(r"\.None$", "", f"{name}.{payload.get('action')}") for name, payload in happened}
    assert set(event.split()) <= told
