"""Pull requests of ours: each step is looked for before it is made."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
import respx

from bot.errors import NotFound, Refused, Unreachable
from bot.github.clients import Clients
from bot.github.proposals import Proposals
from tests.github.conftest import TOKENS_PATH
from tests.support.make import SHA, repository

REPO = "/repos/acme/shop"
OURS = f"{REPO}/git/ref/heads/signalbox/config"
MAIN = f"{REPO}/git/ref/heads/main"
REFS = f"{REPO}/git/refs"
FILE = f"{REPO}/contents/.github/signalbox.yml"
PULLS = f"{REPO}/pulls"
URL = "https://github.com/acme/shop/pull/8"
DATA = b"version: 1\n" * 20


@pytest.fixture
def proposals(clients: Clients) -> Proposals:
    return Proposals(clients)


def ref(sha: str = SHA) -> dict[str, Any]:
    return {"ref": "refs/heads/x", "object": {"type": "commit", "sha": sha}}


def file(data: bytes) -> dict[str, Any]:
    return {"type": "file", "sha": "f" * 40, "size": len(data), "content": base64.encodebytes(data).decode()}


@pytest.fixture
def nothing(github: respx.MockRouter) -> respx.MockRouter:
    """A repository without any of it."""
    github.get(REPO, name="repo").respond(200, json={"id": 77, "default_branch": "main"})
    github.get(OURS, name="ours").respond(404, json={"message": "Not Found"})
    github.get(MAIN, name="main").respond(200, json=ref())
    github.post(REFS, name="make branch").respond(201, json=ref())
    github.get(FILE, name="file").respond(404, json={"message": "Not Found"})
    github.put(FILE, name="write").respond(201, json={})
    github.get(PULLS, name="pulls").respond(200, json=[])
    github.post(PULLS, name="open").respond(201, json={"html_url": URL})
    return github


async def propose(proposals: Proposals, branch: str = "signalbox/config") -> str:
    return await proposals.open(
        repository(), branch=branch, path=".github/signalbox.yml", data=DATA, title="Configure", body="Why"
    )


def sent(router: respx.MockRouter, name: str) -> Any:
    return json.loads(router[name].calls.last.request.content)


async def test_a_branch_a_file_and_a_pull_request(proposals: Proposals, nothing: respx.MockRouter) -> None:
    assert await propose(proposals) == URL
    assert sent(nothing, "make branch") == {"ref": "refs/heads/signalbox/config", "sha": SHA}
    content = base64.b64encode(DATA).decode()
    assert sent(nothing, "write") == {"message": "Configure", "content": content, "branch": "signalbox/config"}
    assert sent(nothing, "open") == {"title": "Configure", "head": "signalbox/config", "base": "main", "body": "Why"}
    assert dict(nothing["file"].calls.last.request.url.params) == {"ref": "signalbox/config"}
    assert dict(nothing["pulls"].calls.last.request.url.params) == {
        "state": "open",
        "head": "acme:signalbox/config",
        "base": "main",
    }
    asked = sent(nothing, "tokens")
    assert asked == {"repository_ids": [77], "permissions": {"contents": "write", "pull_requests": "write"}}


async def test_the_same_twice_is_one(proposals: Proposals, nothing: respx.MockRouter) -> None:
    nothing["ours"].respond(200, json=ref())
    nothing["file"].respond(200, json=file(DATA))
    nothing["pulls"].respond(200, json=[{"html_url": URL}])
    assert await propose(proposals) == URL
    assert not any(nothing[name].called for name in ("make branch", "write", "open"))


async def test_what_was_cut_short_is_finished(proposals: Proposals, nothing: respx.MockRouter) -> None:
    nothing["write"].mock(side_effect=[httpx.Response(502), httpx.Response(201, json={})])
    with pytest.raises(Unreachable):
        await propose(proposals)
    nothing["ours"].respond(200, json=ref())
    assert await propose(proposals) == URL
    assert [nothing[name].call_count for name in ("make branch", "write", "open")] == [1, 2, 1]


async def test_a_file_that_says_something_else_is_replaced(proposals: Proposals, nothing: respx.MockRouter) -> None:
    nothing["ours"].respond(200, json=ref())
    nothing["file"].respond(200, json=file(b"version: 0\n"))
    await propose(proposals)
    assert sent(nothing, "write")["sha"] == "f" * 40


async def test_the_default_branch_is_asked_for_and_never_written_to(
    proposals: Proposals, nothing: respx.MockRouter
) -> None:
    nothing["repo"].respond(200, json={"id": 77, "default_branch": "trunk"})
    with pytest.raises(Refused, match="own"):
        await propose(proposals, "trunk")
    assert not nothing["write"].called


async def test_somebody_who_was_faster_is_no_failure(proposals: Proposals, nothing: respx.MockRouter) -> None:
    nothing["make branch"].respond(422, json={"message": "Reference already exists"})
    assert await propose(proposals) == URL


async def test_without_the_permission_it_says_which(proposals: Proposals, nothing: respx.MockRouter) -> None:
    refusal = httpx.Response(422, json={"message": "The permissions requested are not granted to this installation."})
    nothing.post(TOKENS_PATH).mock(return_value=refusal)
    nothing.get(f"{REPO}/installation").respond(200, json={"id": 5})
    with pytest.raises(Refused, match=r"`contents` to write.*not granted to this installation"):
        await propose(proposals)


@pytest.mark.parametrize(
    ("route", "status", "message", "kind"),
    [
        ("repo", 403, "Forbidden", Refused),
        ("repo", 404, "Not Found", NotFound),
        ("main", 409, "Git Repository is empty.", Refused),
        ("make branch", 422, "Repository rule violations found", Refused),
        ("write", 409, "is at but expected", Refused),
        ("open", 422, "Validation Failed", Refused),
        ("open", 500, "Server Error", Unreachable),
    ],
)
async def test_other_refusals_are_githubs_own_words(
    proposals: Proposals, nothing: respx.MockRouter, route: str, status: int, message: str, kind: type[Exception]
) -> None:
    nothing[route].respond(status, json={"message": message})
    with pytest.raises(kind, match=message):
        await propose(proposals)


async def test_t8_an_answer_about_another_repository_is_never_taken(
    proposals: Proposals, nothing: respx.MockRouter
) -> None:
    nothing["repo"].respond(200, json={"id": 78, "default_branch": "main"})
    with pytest.raises(Refused, match="another"):
        await propose(proposals)
