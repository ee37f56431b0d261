"""Dispatching a workflow: each of GitHub's checks, and the run that comes out of it."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.sandbox.github import Dispatched, PullRequest, Repository, SandboxGitHub
from tests.sandbox.github.support import DEPLOY, Client

WORKFLOWS = "/repos/acme/shop/actions/workflows"
ASK = f"{WORKFLOWS}/deploy.yml/dispatches"
STAGING = {"environment": "staging"}
enterprise = pytest.mark.parametrize("github", [True], ids=["enterprise"], indirect=True)


async def test_a_dispatch_says_nothing_unless_it_is_asked_for_details(shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    silent = await token.post(ASK, {"ref": "main", "inputs": STAGING})
    assert (silent.status_code, silent.content) == (204, b"")
    told = await token.post(ASK, {"ref": "main", "inputs": STAGING, "return_run_details": True})
    run = client.github.runs[-1]
    assert (told.status_code, told.json()) == (
        200,
        {
            "workflow_run_id": run.id,
            "run_url": f"{client.github.url}/repos/acme/shop/actions/runs/{run.id}",
            "html_url": f"{client.github.server_url}/acme/shop/actions/runs/{run.id}",
        },
    )


async def test_the_newer_version_always_tells(shop: Repository, client: Client) -> None:
    asked = {"ref": "main", "inputs": STAGING}
    token, newer = client.as_installation(shop), {"X-GitHub-Api-Version": "2026-03-10"}
    assert (await token.send("POST", ASK, asked, headers=newer)).status_code == 200


async def test_what_was_dispatched_is_remembered(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    await client.as_installation(shop).post(ASK, {"ref": "refs/heads/main", "inputs": STAGING})
    assert github.dispatched == [
        Dispatched(
            repository="acme/shop",
            workflow="deploy.yml",
            ref="refs/heads/main",
            inputs=STAGING,
            actor="signalbox[bot]",
            head_sha=shop.head_sha,
            run_id=github.runs[0].id,
        )
    ]


INVALID = "Invalid request.\n\n"
NOT_ALLOWED = "not in the list of allowed values"
REFUSED: Mapping[str, tuple[object, str]] = {
    "no ref": ({"inputs": STAGING}, f'{INVALID}"ref" wasn\'t supplied.'),
    "an unknown ref": ({"ref": "nowhere", "inputs": STAGING}, "No ref found for: nowhere"),
    "an unknown tag": ({"ref": "refs/tags/main", "inputs": STAGING}, "No ref found for: refs/tags/main"),
    "a stranger": (
        {"ref": "main", "inputs": STAGING | {"a": "1", "b": "2"}},
        'Unexpected inputs provided: ["a", "b"]',
    ),
    "nothing required": ({"ref": "main"}, "Required input 'environment' not provided"),
    "an empty required one": (
        {"ref": "main", "inputs": {"environment": ""}},
        "Required input 'environment' not provided",
    ),
    "no such choice": (
        {"ref": "main", "inputs": {"environment": "moon"}},
        f"Provided value 'moon' for input 'environment' {NOT_ALLOWED}",
    ),
    "choices mind case": (
        {"ref": "main", "inputs": {"environment": "Staging"}},
        f"Provided value 'Staging' for input 'environment' {NOT_ALLOWED}",
    ),
    "no boolean": (
        {"ref": "main", "inputs": STAGING | {"dry_run": "yes"}},
        f"Provided value 'yes' for input 'dry_run' {NOT_ALLOWED}",
    ),
    "an empty boolean": (
        {"ref": "main", "inputs": STAGING | {"dry_run": ""}},
        f"Provided value '' for input 'dry_run' {NOT_ALLOWED}",
    ),
    "no number": (
        {"ref": "main", "inputs": STAGING | {"replicas": "many"}},
        "Provided value 'many' for input 'replicas' is not a number",
    ),
    "a list": (
        {"ref": "main", "inputs": STAGING | {"note": ["a"]}},
        f"{INVALID}For 'properties/inputs/note', [\"a\"] is not a string.",
    ),
    "nothing at all": (
        {"ref": "main", "inputs": STAGING | {"note": None}},
        f"{INVALID}For 'properties/inputs/note', null is not a string.",
    ),
    "too many": (
        {"ref": "main", "inputs": {f"i{number}": "" for number in range(26)}},
        f"{INVALID}No more than 25 properties are allowed; 26 were supplied.",
    ),
    "too much": ({"ref": "main", "inputs": STAGING | {"note": "x" * 70_000}}, "inputs are too large."),
    "a spelling mistake": (
        {"ref": "main", "inputs": STAGING, "return_details": True},
        f'{INVALID}"return_details" is not a permitted key.',
    ),
    "two of them": ({"ref": "main", "a": 1, "b": 2}, f'{INVALID}"a", "b" are not permitted keys.'),
}


@pytest.mark.parametrize(("asked", "sentence"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_github_refuses_is_refused(
    shop: Repository, client: Client, asked: dict[str, Any], sentence: str
) -> None:
    response = await client.as_installation(shop).post(ASK, asked)
    assert (response.status_code, response.json()["message"]) == (422, sentence)
    assert client.github.dispatched == []
    assert client.github.runs == []


async def test_a_sha_is_no_ref(shop: Repository, client: Client) -> None:
    response = await client.as_installation(shop).post(ASK, {"ref": shop.head_sha, "inputs": STAGING})
    assert response.json()["message"] == f"No ref found for: {shop.head_sha}"


@pytest.mark.parametrize("workflow", ["nothing.yml", "7", "../deploy.yml", "new.yml"])
async def test_a_workflow_that_is_not_on_the_default_branch_is_not_found(
    shop: Repository, client: Client, workflow: str
) -> None:
    shop.write("feature", {".github/workflows/new.yml": DEPLOY}, "New", "alice")
    response = await client.as_installation(shop).post(f"{WORKFLOWS}/{workflow}/dispatches", {"ref": "feature"})
    assert response.status_code == 404


async def test_the_trigger_must_be_in_the_file_at_the_ref(shop: Repository, client: Client) -> None:
    untriggered = "Workflow does not have 'workflow_dispatch' trigger"
    token = client.as_installation(shop)
    response = await token.post(f"{WORKFLOWS}/tests.yml/dispatches", {"ref": "main"})
    assert (response.status_code, response.json()["message"]) == (422, untriggered)
    shop.write("old", {".github/workflows/deploy.yml": "on: push\njobs: {}\n"}, "Old", "alice")
    assert (await token.post(ASK, {"ref": "old", "inputs": STAGING})).json()["message"] == untriggered


async def test_the_run_uses_the_file_at_the_ref(github: SandboxGitHub, pull: PullRequest, client: Client) -> None:
    changed = DEPLOY.replace("name: Ship it", "name: Ship it twice").replace("replicas:", "copies:")
    sha = await pull.push(files={".github/workflows/deploy.yml": changed})
    asked = {"ref": "feature", "inputs": STAGING | {"copies": 3}}
    assert (await client.as_installation(pull.repository).post(ASK, asked)).status_code == 204
    assert [job.name for job in github.runs[0].jobs][2] == "Ship it twice"
    assert github.runs[0].head_sha == sha


async def test_the_request_is_found_in_the_title(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    await token.post(ASK, {"ref": "main", "inputs": STAGING | {"signalbox_request": "k1"}})
    await token.post(ASK, {"ref": "main", "inputs": STAGING})
    told = await token.get(f"{WORKFLOWS}/deploy.yml/runs", event="workflow_dispatch", actor="signalbox[bot]")
    assert [run["display_title"] for run in told["workflow_runs"]] == [
        "Deploy to staging by signalbox[bot] [by hand]",
        "Deploy to staging by signalbox[bot] [k1]",
    ]
    assert {run["actor"]["type"] for run in told["workflow_runs"]} == {"Bot"}


async def test_values_may_be_booleans_and_numbers_and_defaults_fill_in(
    github: SandboxGitHub, shop: Repository, client: Client
) -> None:
    await client.as_installation(shop).post(ASK, {"ref": "main", "inputs": STAGING | {"dry_run": True}})
    assert github.runs[0].inputs == {
        "environment": "staging",
        "dry_run": "true",
        "replicas": "2",
        "note": "",
        "signalbox_request": "",
    }


async def test_a_tag_can_be_dispatched(github: SandboxGitHub, shop: Repository, client: Client) -> None:
    shop.tag("v1")
    assert (await client.as_installation(shop).post(ASK, {"ref": "v1", "inputs": STAGING})).status_code == 204
    assert (github.runs[0].ref, github.runs[0].head_branch) == ("refs/tags/v1", "v1")


async def test_a_disabled_workflow_is_refused(shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    assert (await token.send("PUT", f"{WORKFLOWS}/deploy.yml/disable")).status_code == 204
    assert (await token.get(f"{WORKFLOWS}/deploy.yml"))["state"] == "disabled_manually"
    assert (await token.post(ASK, {"ref": "main", "inputs": STAGING})).status_code == 422
    assert (await token.send("PUT", f"{WORKFLOWS}/deploy.yml/enable")).status_code == 204
    assert (await token.post(ASK, {"ref": "main", "inputs": STAGING})).status_code == 204


async def test_workflows_are_found_by_file_and_by_number(shop: Repository, client: Client) -> None:
    token = client.as_installation(shop)
    told = await token.get(WORKFLOWS)
    assert [each["path"] for each in told["workflows"]] == [
        ".github/workflows/deploy.yml",
        ".github/workflows/tests.yml",
    ]
    number = told["workflows"][0]["id"]
    await shop.push(files={".github/workflows/deploy.yml": DEPLOY + "# changed\n"})
    assert (await token.get(f"{WORKFLOWS}/{number}"))["name"] == "Deploy"
    assert (await token.get(f"{WORKFLOWS}/deploy.yml"))["id"] == number
    assert (await token.post(f"{WORKFLOWS}/{number}/dispatches", {"ref": "main", "inputs": STAGING})).status_code == 204


@pytest.mark.parametrize(("login", "status"), [("alice", 204), ("maya", 204), ("trudy", 403)])
async def test_a_person_dispatches_with_write(shop: Repository, client: Client, login: str, status: int) -> None:
    response = await client.as_person(login).post(ASK, {"ref": "main", "inputs": STAGING})
    assert response.status_code == status


async def test_somebody_presses_githubs_own_button(github: SandboxGitHub, shop: Repository) -> None:
    run = await github.dispatches("alice", shop, "deploy.yml", inputs=STAGING)
    assert (run.actor.login, github.dispatched[0].actor) == ("alice", "alice")


@enterprise
async def test_an_enterprise_server_does_not_know_run_details(shop: Repository, client: Client) -> None:
    token, asked = client.as_installation(shop), {"ref": "main", "inputs": STAGING}
    refused = await token.post(ASK, asked | {"return_run_details": True})
    assert refused.status_code == 422
    assert refused.json()["message"] == f'{INVALID}"return_run_details" is not a permitted key.'
    assert client.github.runs == []
    accepted = await token.post(ASK, asked)
    assert (accepted.status_code, accepted.headers["x-github-enterprise-version"]) == (204, "3.19.2")


@enterprise
async def test_an_enterprise_server_takes_ten_inputs(shop: Repository, client: Client) -> None:
    inputs = {f"i{number}": "" for number in range(11)}
    response = await client.as_installation(shop).post(ASK, {"ref": "main", "inputs": inputs})
    assert response.json()["message"] == f"{INVALID}No more than 10 properties are allowed; 11 were supplied."


@enterprise
async def test_an_enterprise_server_lives_below_a_prefix(github: SandboxGitHub, client: Client) -> None:
    assert github.url == f"{github.server_url}/api/v3"
    assert (await client.get("/meta"))["installed_version"] == "3.19.2"
    newer = await client.send("GET", "/meta", headers={"X-GitHub-Api-Version": "2026-03-10"})
    assert newer.status_code == 400
    assert (await client.http.get(f"{github.server_url}/meta")).status_code == 404
