"""Whether somebody is in a team."""

from __future__ import annotations

import json
from uuid import UUID

import httpx
import pytest
import respx

from bot.errors import RateLimited, Refused, Unreachable
from bot.github.clients import Clients
from bot.github.teams import Teams
from bot.model.people import GitHubAccount
from tests.support.clock import FakeClock
from tests.support.make import CONNECTION, account, repository

TEAM = "acme/platform"
PATH = "/orgs/acme/teams/platform/memberships/alice"
USER = "/user/1001"


@pytest.fixture
def teams(clients: Clients, clock: FakeClock, github: respx.MockRouter) -> Teams:
    github.get(USER, name="user").respond(200, json={"id": 1001, "login": "alice"})
    return Teams(clients, clock)


def says(state: str) -> httpx.Response:
    return httpx.Response(200, json={"url": "https://api.github.com/x", "role": "member", "state": state})


def not_found() -> httpx.Response:
    return httpx.Response(404, json={"message": "Not Found"})


async def ask(teams: Teams, *, fresh: bool = True, team: str = TEAM) -> bool:
    return await teams.member(repository(), team, account(), fresh=fresh)


@pytest.mark.parametrize(
    ("answer", "member"), [(says("active"), True), (says("pending"), False), (says(""), False), (not_found(), False)]
)
async def test_only_an_active_membership_is_one(
    teams: Teams, github: respx.MockRouter, answer: httpx.Response, member: bool
) -> None:
    github.get(PATH).mock(return_value=answer)
    assert await ask(teams) is member
    asked = json.loads(github["tokens"].calls.last.request.content)
    assert asked == {"repository_ids": [77], "permissions": {"members": "read"}}


async def test_owners_and_teams_are_compared_whatever_their_case(teams: Teams, github: respx.MockRouter) -> None:
    github.get(PATH).mock(return_value=says("active"))
    assert await ask(teams, team="ACME/Platform") is True


@pytest.mark.parametrize(
    "team",
    ["evil/platform", "platform", "acme/", "/platform", "acme/platform/members", "acme/..", "acme/a b", "acme//x", ""],
)
async def test_t13_another_owners_team_has_no_members_and_nobody_is_asked(
    teams: Teams, github: respx.MockRouter, team: str
) -> None:
    assert await ask(teams, team=team) is False
    assert not github.calls.called


async def test_t8_the_login_is_the_one_that_the_number_has_now(teams: Teams, github: respx.MockRouter) -> None:
    github["user"].respond(200, json={"id": 1001, "login": "alice2"})
    stranger = github.get(PATH).mock(return_value=says("active"))
    github.get(PATH + "2").mock(return_value=not_found())
    assert await ask(teams) is False
    assert not stranger.called


async def test_t8_an_answer_about_somebody_else_is_never_taken(teams: Teams, github: respx.MockRouter) -> None:
    github["user"].respond(200, json={"id": 6666, "login": "alice"})
    with pytest.raises(Refused, match="another account"):
        await ask(teams)


async def test_a_deleted_account_is_in_no_team(teams: Teams, github: respx.MockRouter) -> None:
    github["user"].mock(return_value=not_found())
    assert await ask(teams) is False


async def test_t24_an_account_of_another_host_is_in_no_team_here(teams: Teams, github: respx.MockRouter) -> None:
    stranger = GitHubAccount(connection=UUID(int=2), id=1001, login="alice")
    with pytest.raises(Refused):
        await teams.member(repository(), TEAM, stranger)
    assert not github.calls.called


@pytest.mark.parametrize(("status", "kind"), [(500, Unreachable), (429, RateLimited), (403, Refused)])
async def test_no_answer_is_no_no_and_is_not_remembered(
    teams: Teams, github: respx.MockRouter, clock: FakeClock, status: int, kind: type[Exception]
) -> None:
    github.get(PATH).mock(side_effect=[httpx.Response(status), says("active")])
    with pytest.raises(kind):
        await ask(teams, fresh=False)
    clock.advance(65)
    assert await ask(teams, fresh=False) is True


async def test_a_membership_is_remembered_for_less_than_a_minute(
    teams: Teams, github: respx.MockRouter, clock: FakeClock
) -> None:
    github.get(PATH).mock(side_effect=[says("active"), not_found()])
    assert await ask(teams, fresh=False) is True
    clock.advance(59)
    assert await ask(teams, fresh=False) is True
    clock.advance(1)
    assert await ask(teams, fresh=False) is False


async def test_t28_who_does_not_say_otherwise_gets_an_answer_of_now(teams: Teams, github: respx.MockRouter) -> None:
    github.get(PATH).mock(side_effect=[says("active"), not_found()])
    assert await teams.member(repository(), TEAM, account()) is True
    assert await teams.member(repository(), TEAM, account()) is False
    assert await ask(teams, fresh=False) is False


@pytest.mark.parametrize(("connection", "asked"), [(CONNECTION, 2), (UUID(int=2), 1)])
@pytest.mark.parametrize("of", [None, 77, 78])
async def test_t28_any_change_of_access_drops_the_teams_of_the_connection(
    teams: Teams, github: respx.MockRouter, connection: UUID, of: int | None, asked: int
) -> None:
    route = github.get(PATH).mock(return_value=says("active"))
    await ask(teams, fresh=False)
    teams.drop(connection, of)
    await ask(teams, fresh=False)
    assert route.call_count == asked


async def test_t28_a_change_that_another_replica_heard_of_is_asked_about_here_too(
    clients: Clients, clock: FakeClock, github: respx.MockRouter
) -> None:
    heard = 0

    async def generation() -> int:
        return heard

    github.get(USER).respond(200, json={"id": 1001, "login": "alice"})
    github.get(PATH).mock(side_effect=[says("active"), not_found()])
    teams = Teams(clients, clock, generation)
    assert [await ask(teams, fresh=False) for _ in range(2)] == [True, True]
    heard += 1
    assert await ask(teams, fresh=False) is False
