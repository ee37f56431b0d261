"""Whether somebody owns a repository, or the organisation that it belongs to."""

from __future__ import annotations

import json
from uuid import UUID

import httpx
import pytest
import respx

from bot.errors import Refused, Unreachable
from bot.github.clients import Clients
from bot.github.owners import Owners
from bot.model.people import GitHubAccount
from tests.support.make import account, repository

PATH = "/orgs/acme/memberships/alice"
USER = "/user/1001"


@pytest.fixture
def owners(clients: Clients, github: respx.MockRouter) -> Owners:
    github.get(USER, name="user").respond(200, json={"id": 1001, "login": "alice"})
    return Owners(clients)


def says(state: str = "active", role: str = "admin", user: int | None = 1001) -> httpx.Response:
    who = {} if user is None else {"user": {"id": user, "login": "alice"}}
    return httpx.Response(200, json={"state": state, "role": role, **who})


@pytest.mark.parametrize(
    ("answer", "owns"),
    [
        (says(), True),
        (says(state="pending"), False),
        (says(role="member"), False),
        (says(state="", role=""), False),
        (httpx.Response(404, json={"message": "Not Found"}), False),
    ],
)
async def test_only_an_active_admin_of_an_organisation_owns_it(
    owners: Owners, github: respx.MockRouter, answer: httpx.Response, owns: bool
) -> None:
    github.get(PATH).mock(return_value=answer)
    assert await owners.owns(repository(), account()) is owns
    asked = json.loads(github["tokens"].calls.last.request.content)
    assert asked == {"repository_ids": [77], "permissions": {"members": "read"}}


async def test_a_person_s_own_repository_is_theirs(owners: Owners, github: respx.MockRouter) -> None:
    assert await owners.owns(repository(owner="Alice"), account()) is True


async def test_t8_the_login_is_the_one_that_the_number_has_now(owners: Owners, github: respx.MockRouter) -> None:
    github["user"].respond(200, json={"id": 1001, "login": "alice2"})
    stranger = github.get(PATH).mock(return_value=says())
    github.get(PATH + "2").respond(404)  # alice is another person's name now
    assert await owners.owns(repository(), account()) is False
    github.get("/orgs/alice/memberships/alice2").respond(404)
    assert await owners.owns(repository(owner="alice"), account()) is False
    assert not stranger.called


@pytest.mark.parametrize("user", [6666, None])
async def test_t8_an_answer_about_somebody_else_is_never_taken(
    owners: Owners, github: respx.MockRouter, user: int | None
) -> None:
    github.get(PATH).mock(return_value=says(user=user))
    with pytest.raises(Refused, match="another account"):
        await owners.owns(repository(), account())


async def test_a_deleted_account_owns_nothing(owners: Owners, github: respx.MockRouter) -> None:
    github["user"].respond(404)
    assert await owners.owns(repository(), account()) is False


async def test_t24_an_account_of_another_host_owns_nothing_here(owners: Owners, github: respx.MockRouter) -> None:
    with pytest.raises(Refused):
        await owners.owns(repository(), GitHubAccount(connection=UUID(int=2), id=1001, login="alice"))
    assert not github.calls.called


async def test_no_answer_is_no_no(owners: Owners, github: respx.MockRouter) -> None:
    github.get(PATH).respond(500)
    with pytest.raises(Unreachable):
        await owners.owns(repository(), account())
