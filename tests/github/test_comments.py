"""Comments and reactions."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import respx

from bot.errors import NotFound, Refused, Unreachable
from bot.github.clients import Clients
from bot.github.comments import Comments
from tests.github.conftest import API, APP_ID
from tests.support.clock import START
from tests.support.make import repository

THREAD = "/repos/acme/shop/issues/7/comments"
COMMENT = "/repos/acme/shop/issues/comments/9001"
MARKER = "<!-- signalbox:K7QX2M -->"


@pytest.fixture
def comments(clients: Clients) -> Comments:
    return Comments(clients)


def sent(route: respx.Route) -> object:
    return json.loads(route.calls.last.request.content)


async def test_a_comment_is_posted_once(comments: Comments, github: respx.MockRouter) -> None:
    route = github.post(THREAD).respond(201, json={"id": 9001, "body": "hello"})
    assert await comments.create(repository(), 7, "hello") == 9001
    assert sent(route) == {"body": "hello"}
    asked = json.loads(github["tokens"].calls.last.request.content)
    assert asked["permissions"] == {"issues": "write", "pull_requests": "write"}


async def test_a_comment_that_may_have_been_posted_is_not_posted_again(
    comments: Comments, github: respx.MockRouter
) -> None:
    route = github.post(THREAD).respond(502)
    with pytest.raises(Unreachable):
        await comments.create(repository(), 7, "hello")
    assert route.call_count == 1


async def test_a_locked_thread_is_refused(comments: Comments, github: respx.MockRouter) -> None:
    github.post(THREAD).respond(403, json={"message": "Unable to create comment because issue is locked."})
    with pytest.raises(Refused, match="locked"):
        await comments.create(repository(), 7, "hello")


async def test_a_comment_is_edited(comments: Comments, github: respx.MockRouter) -> None:
    route = github.patch(COMMENT).respond(200, json={"id": 9001})
    await comments.edit(repository(), 9001, "bye")
    assert sent(route) == {"body": "bye"}


async def test_a_deleted_comment_is_not_found(comments: Comments, github: respx.MockRouter) -> None:
    github.patch(COMMENT).respond(404)
    with pytest.raises(NotFound):
        await comments.edit(repository(), 9001, "bye")


@pytest.mark.parametrize("status", [200, 201])
async def test_a_reaction_may_be_there_already(comments: Comments, github: respx.MockRouter, status: int) -> None:
    route = github.post(f"{COMMENT}/reactions").respond(status, json={"id": 1})
    await comments.react(repository(), 9001, "eyes")
    assert sent(route) == {"content": "eyes"}


def comment(id: int, app: int | None = APP_ID, body: str | None = f"text\n{MARKER}") -> dict[str, Any]:
    return {"id": id, "body": body, "performed_via_github_app": None if app is None else {"id": app}}


async def test_only_our_own_comment_counts(comments: Comments, github: respx.MockRouter) -> None:
    link = {"link": f'<{API}{THREAD}?per_page=100&page=2>; rel="next"'}
    first = github.get(THREAD, params={"since": "2026-11-21T08:59:00Z"}).respond(
        200, json=[comment(1, app=None), comment(2, app=99), comment(3, body="no"), comment(4, body=None)], headers=link
    )
    github.get(THREAD, params={"page": "2"}).respond(
        200, json=[comment(7, body=f"`/run {MARKER}` was refused"), comment(5), comment(6)]
    )
    assert await comments.find(repository(), 7, MARKER, START + timedelta(milliseconds=500)) == 5
    assert first.called


async def test_nothing_is_found_where_nothing_is(comments: Comments, github: respx.MockRouter) -> None:
    github.get(THREAD).respond(200, json=[])
    assert await comments.find(repository(), 7, MARKER, START) is None
