"""Reading workflow files through the API, and starting workflows."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
import respx

from bot.errors import Moved, NotFound, RateLimited, Refused, Unreachable
from bot.github.clients import Clients
from bot.github.workflows import Workflows
from tests.support.make import repository

FOLDER = "/repos/acme/shop/contents/.github/workflows"
FILE = f"{FOLDER}/deploy.yml"
PATH = ".github/workflows/deploy.yml"
DISPATCH = "/repos/acme/shop/actions/workflows/deploy.yml/dispatches"
UNKNOWN_FIELD = {"message": 'Invalid request.\n\n"return_run_details" is not a permitted key.'}


@pytest.fixture
def workflows(clients: Clients) -> Workflows:
    return Workflows(clients)


def file(text: str, sha: str = "f" * 40, **changes: Any) -> dict[str, Any]:
    content = base64.encodebytes(text.encode()).decode()
    whole = {"type": "file", "encoding": "base64", "size": len(text), "name": "deploy.yml", "sha": sha}
    return {**whole, "content": content, **changes}


# --- reading -------------------------------------------------------------------------------------------------------


async def test_a_file_is_read_on_the_branch_that_is_the_default_now(
    workflows: Workflows, github: respx.MockRouter
) -> None:
    route = github.get(FILE).respond(200, json=file("name: Deploy\non: workflow_dispatch"))
    workflow = await workflows.read(repository(), "deploy.yml")
    assert (workflow.path, workflow.name, workflow.blob, workflow.dispatchable) == (PATH, "Deploy", "f" * 40, True)
    assert route.calls.last.request.url.query == b""


async def test_a_file_that_did_not_change_is_not_sent_again(workflows: Workflows, github: respx.MockRouter) -> None:
    route = github.get(FILE)
    route.mock(
        side_effect=[
            httpx.Response(200, json=file("on: workflow_dispatch"), headers={"etag": '"x"'}),
            httpx.Response(304),
            httpx.Response(200, json=file("on: push", sha="e" * 40), headers={"etag": '"y"'}),
        ]
    )
    found = [await workflows.read(repository(), "deploy.yml") for _ in range(3)]
    assert [workflow.dispatchable for workflow in found] == [True, True, False]
    assert found[0] is found[1]
    assert [call.request.headers.get("if-none-match") for call in route.calls] == [None, '"x"', '"x"']


@pytest.mark.parametrize(
    "name", ["../../secret.yml", "a/b.yml", "..", "", "deploy", "deploy.yml.txt", "a\\b.yml", "a\n.yml", ".yml/x"]
)
async def test_a_name_that_leads_elsewhere_is_not_found_and_not_asked_for(
    workflows: Workflows, github: respx.MockRouter, name: str
) -> None:
    with pytest.raises(NotFound):
        await workflows.read(repository(), name)
    assert not github.calls.called


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, json={"message": "Not Found"}),
        httpx.Response(200, json=[{"name": "x", "type": "file"}]),
        httpx.Response(200, json=file("", type="symlink")),
        httpx.Response(200, json=file("", type="submodule")),
    ],
)
async def test_what_is_no_file_is_not_found(
    workflows: Workflows, github: respx.MockRouter, answer: httpx.Response
) -> None:
    github.get(FILE).mock(return_value=answer)
    with pytest.raises(NotFound):
        await workflows.read(repository(), "deploy.yml")


async def test_a_huge_file_is_not_read(workflows: Workflows, github: respx.MockRouter) -> None:
    github.get(FILE).respond(200, json=file("", size=300_000, encoding="none"))
    workflow = await workflows.read(repository(), "deploy.yml")
    assert workflow.problem == "the file is larger than 256 KiB (line 1, column 1)"


@pytest.mark.parametrize("answer", [file("", content="no base64 é"), {"type": "file"}, "text"])
async def test_an_answer_in_another_shape_is_unreachable(
    workflows: Workflows, github: respx.MockRouter, answer: object
) -> None:
    github.get(FILE).respond(200, json=answer)
    with pytest.raises(Unreachable):
        await workflows.read(repository(), "deploy.yml")


async def test_an_unreadable_file_is_no_missing_one(workflows: Workflows, github: respx.MockRouter) -> None:
    github.get(FILE).respond(403, json={"message": "Resource not accessible by integration"})
    with pytest.raises(Refused):
        await workflows.read(repository(), "deploy.yml")


async def test_names_are_the_workflow_files_sorted(workflows: Workflows, github: respx.MockRouter) -> None:
    entries = [("test.yaml", "file"), ("deploy.yml", "file"), ("README.md", "file"), ("old.yml", "dir")]
    github.get(FOLDER).respond(200, json=[{"name": name, "type": kind} for name, kind in entries])
    assert await workflows.names(repository()) == ["deploy.yml", "test.yaml"]


async def test_a_repository_without_the_folder_has_no_names(workflows: Workflows, github: respx.MockRouter) -> None:
    github.get(FOLDER).respond(404)
    assert list(await workflows.names(repository())) == []


# --- refs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        ("refs/heads/main", b"/repos/acme/shop/commits/heads/main?per_page=1"),
        ("refs/heads/feature/a#b", b"/repos/acme/shop/commits/heads/feature/a%23b?per_page=1"),
        ("refs/heads/grün-🚂", b"/repos/acme/shop/commits/heads/gr%C3%BCn-%F0%9F%9A%82?per_page=1"),
        ("refs/tags/v1", b"/repos/acme/shop/commits/tags/v1?per_page=1"),
    ],
)
async def test_a_ref_names_a_commit(workflows: Workflows, github: respx.MockRouter, ref: str, path: bytes) -> None:
    route = github.get(url__regex=r".*/commits/.*").respond(200, json={"sha": "a" * 40})
    assert await workflows.head_of(repository(), ref) == "a" * 40
    assert route.calls.last.request.url.raw_path == path


@pytest.mark.parametrize("status", [404, 422])
async def test_a_ref_that_is_not_there_is_not_found(
    workflows: Workflows, github: respx.MockRouter, status: int
) -> None:
    github.get("/repos/acme/shop/commits/heads/gone").respond(status, json={"message": "No commit found"})
    with pytest.raises(NotFound):
        await workflows.head_of(repository(), "refs/heads/gone")


@pytest.mark.parametrize(
    "ref",
    [
        *("main", "heads/main", "refs/pull/7/head", "a" * 40, "refs/heads/", "refs/heads", "refs/heads//main"),
        *("refs/heads/..", "refs/heads/../../issues/1", "refs/tags/a/./b", "refs/heads/a/../../../../installation"),
        *("refs/heads/.hidden", "refs/heads/a b", "refs/heads/a\n", "refs/heads/a?b", "refs/heads/" + "a" * 250),
    ],
)
async def test_only_full_names_of_branches_and_tags_are_refs(
    workflows: Workflows, github: respx.MockRouter, ref: str
) -> None:
    with pytest.raises(NotFound):
        await workflows.head_of(repository(), ref)
    assert not github.calls.called


async def test_a_refusal_about_a_ref_is_no_missing_ref(workflows: Workflows, github: respx.MockRouter) -> None:
    github.get("/repos/acme/shop/commits/heads/main").respond(409, json={"message": "Git Repository is empty."})
    with pytest.raises(Refused):
        await workflows.head_of(repository(), "refs/heads/main")


# --- dispatching ---------------------------------------------------------------------------------------------------


async def dispatch(workflows: Workflows) -> int | None:
    return await workflows.dispatch(repository(), PATH, ref="refs/heads/main", inputs={"environment": "staging"})


def bodies(route: respx.Route) -> list[dict[str, Any]]:
    return [json.loads(call.request.content) for call in route.calls]


WHOLE = {"ref": "refs/heads/main", "inputs": {"environment": "staging"}, "return_run_details": True}
PLAIN = {"ref": "refs/heads/main", "inputs": {"environment": "staging"}}


async def test_a_dispatch_tells_the_runs_id(workflows: Workflows, github: respx.MockRouter) -> None:
    route = github.post(DISPATCH).respond(200, json={"workflow_run_id": 555, "run_url": "x", "html_url": "y"})
    assert await dispatch(workflows) == 555
    assert bodies(route) == [WHOLE]
    assert json.loads(github["tokens"].calls.last.request.content) == {
        "repository_ids": [77],
        "permissions": {"actions": "write"},
    }


@pytest.mark.parametrize("answer", [httpx.Response(204), httpx.Response(200), httpx.Response(200, json={})])
async def test_a_dispatch_may_tell_no_id(
    workflows: Workflows, github: respx.MockRouter, answer: httpx.Response
) -> None:
    github.post(DISPATCH).mock(return_value=answer)
    assert await dispatch(workflows) is None


@pytest.mark.parametrize("status", [400, 422])
async def test_an_old_server_is_asked_plainly_from_then_on(
    workflows: Workflows, github: respx.MockRouter, status: int
) -> None:
    route = github.post(DISPATCH).mock(
        side_effect=[httpx.Response(status, json=UNKNOWN_FIELD), httpx.Response(204), httpx.Response(204)]
    )
    assert await dispatch(workflows) is None
    assert await dispatch(workflows) is None
    assert bodies(route) == [WHOLE, PLAIN, PLAIN]


async def test_a_new_server_that_refuses_an_input_of_that_name_is_not_taken_for_an_old_one(
    workflows: Workflows, github: respx.MockRouter
) -> None:
    strange = httpx.Response(422, json={"message": 'Unexpected inputs provided: ["return_run_details"]'})
    route = github.post(DISPATCH).mock(side_effect=[strange, strange, httpx.Response(200, json={"workflow_run_id": 7})])
    with pytest.raises(Refused):
        await dispatch(workflows)
    assert await dispatch(workflows) == 7
    assert bodies(route) == [WHOLE, PLAIN, WHOLE]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(500), Unreachable),
        (httpx.Response(502, json=UNKNOWN_FIELD), Unreachable),
        (httpx.Response(422, json={"message": "No ref found for: refs/heads/main"}), Refused),
        (httpx.Response(422, json={"message": "Unexpected inputs provided"}), Refused),
        (httpx.Response(404), NotFound),
        (httpx.Response(429), RateLimited),
        (httpx.Response(307, headers={"location": "https://api.github.com/x"}), Moved),
        (httpx.ReadTimeout("no"), Unreachable),
        (httpx.RemoteProtocolError("no"), Unreachable),
    ],
)
async def test_a_dispatch_is_sent_once(
    workflows: Workflows, github: respx.MockRouter, answer: httpx.Response | Exception, kind: type[Exception]
) -> None:
    route = github.post(DISPATCH).mock(side_effect=[answer])
    with pytest.raises(kind):
        await dispatch(workflows)
    assert route.call_count == 1
