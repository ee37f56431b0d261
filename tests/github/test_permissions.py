"""What GitHub says a person may do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
import respx

from bot.errors import RateLimited, Refused, Unreachable
from bot.github.clients import Clients
from bot.github.permissions import Permissions
from bot.model.people import GitHubAccount, Role
from tests.support.clock import FakeClock
from tests.support.make import CONNECTION, account, repository

PATH = "/repos/acme/shop/collaborators/alice/permission"
RENAMED = "/repos/acme/shop/collaborators/alice2/permission"
USER = "/user/1001"


@pytest.fixture
def permissions(clients: Clients, clock: FakeClock) -> Permissions:
    return Permissions(clients, clock)


def says(permission: str, role_name: str | None = None, user: Any = 1001) -> httpx.Response:
    about = {"id": user, "login": "alice"} if user is not None else None
    return httpx.Response(200, json={"permission": permission, "role_name": role_name or permission, "user": about})


def not_found() -> httpx.Response:
    return httpx.Response(404, json={"message": "Not Found"})


async def ask(permissions: Permissions, *, fresh: bool = True) -> Role:
    return await permissions.role(repository(), account(), fresh=fresh)


@pytest.mark.parametrize(
    ("permission", "role_name", "role"),
    [
        ("admin", "admin", Role.ADMIN),
        ("write", "maintain", Role.MAINTAIN),
        ("write", "write", Role.WRITE),
        ("read", "triage", Role.TRIAGE),
        ("read", "read", Role.READ),
        ("none", "none", Role.NONE),
        ("write", "release captain", Role.WRITE),
        ("read", "security reader", Role.READ),
        ("admin", "owner of all", Role.ADMIN),
        ("read", "maintain", Role.READ),
        ("read", "admin", Role.READ),
        ("none", "write", Role.NONE),
        ("splendid", "admin", Role.NONE),
        ("", "", Role.NONE),
    ],
)
async def test_a_role_is_githubs_and_a_custom_one_counts_as_its_base(
    permissions: Permissions, github: respx.MockRouter, permission: str, role_name: str, role: Role
) -> None:
    github.get(PATH).mock(return_value=says(permission, role_name))
    assert await ask(permissions) is role


async def test_who_is_hidden_or_nobody_has_no_role(permissions: Permissions, github: respx.MockRouter) -> None:
    github.get(PATH).mock(return_value=not_found())
    github.get(USER).respond(200, json={"id": 1001, "login": "Alice"})
    assert await ask(permissions) is Role.NONE


async def test_a_deleted_account_has_no_role(permissions: Permissions, github: respx.MockRouter) -> None:
    github.get(PATH).mock(return_value=says("admin", user=6666))
    github.get(USER).mock(return_value=not_found())
    assert await ask(permissions) is Role.NONE


@pytest.mark.parametrize("first", [says("admin", user=6666), says("admin", user=None), not_found()])
async def test_t8_a_login_that_is_somebody_elses_is_resolved_by_id(
    permissions: Permissions, github: respx.MockRouter, first: httpx.Response
) -> None:
    github.get(PATH).mock(return_value=first)
    github.get(USER).respond(200, json={"id": 1001, "login": "alice2"})
    github.get(RENAMED).mock(return_value=says("write"))
    assert await ask(permissions) is Role.WRITE


async def test_t8_an_answer_about_somebody_else_is_never_taken(
    permissions: Permissions, github: respx.MockRouter
) -> None:
    github.get(PATH).mock(return_value=says("admin", user=6666))
    github.get(USER).respond(200, json={"id": 1001, "login": "alice2"})
    github.get(RENAMED).mock(return_value=says("admin", user=6667))
    with pytest.raises(Refused, match="another account"):
        await ask(permissions)


async def test_t8_a_lookup_that_answers_another_id_is_never_taken(
    permissions: Permissions, github: respx.MockRouter
) -> None:
    github.get(PATH).mock(return_value=says("admin", user=6666))
    github.get(USER).respond(200, json={"id": 6666, "login": "mallory"})
    with pytest.raises(Refused, match="another account"):
        await ask(permissions)


async def test_a_renamed_person_without_access_has_no_role(permissions: Permissions, github: respx.MockRouter) -> None:
    github.get(PATH).mock(return_value=not_found())
    github.get(USER).respond(200, json={"id": 1001, "login": "alice2"})
    github.get(RENAMED).mock(return_value=not_found())
    assert await ask(permissions) is Role.NONE


async def test_t24_an_account_of_another_host_has_no_rights_here(
    permissions: Permissions, github: respx.MockRouter
) -> None:
    stranger = GitHubAccount(connection=UUID(int=2), id=1001, login="alice")
    with pytest.raises(Refused):
        await permissions.role(repository(), stranger, fresh=True)
    assert not github.calls.called


@pytest.mark.parametrize(("status", "kind"), [(500, Unreachable), (429, RateLimited), (403, Refused)])
async def test_no_answer_is_no_role_and_is_not_remembered(
    permissions: Permissions, github: respx.MockRouter, clock: FakeClock, status: int, kind: type[Exception]
) -> None:
    github.get(PATH).mock(side_effect=[httpx.Response(status), says("write")])
    with pytest.raises(kind):
        await ask(permissions, fresh=False)
    clock.advance(65)
    assert await ask(permissions, fresh=False) is Role.WRITE


async def test_a_role_is_remembered_for_less_than_a_minute(
    permissions: Permissions, github: respx.MockRouter, clock: FakeClock
) -> None:
    route = github.get(PATH).mock(side_effect=[says("write"), says("read")])
    assert await ask(permissions, fresh=False) is Role.WRITE
    clock.advance(59)
    assert await ask(permissions, fresh=False) is Role.WRITE
    clock.advance(1)
    assert await ask(permissions, fresh=False) is Role.READ
    assert route.call_count == 2


async def test_a_clock_that_goes_back_does_not_make_a_role_last(
    permissions: Permissions, github: respx.MockRouter, clock: FakeClock
) -> None:
    github.get(PATH).mock(side_effect=[says("write"), says("read")])
    assert await ask(permissions, fresh=False) is Role.WRITE
    clock.advance(-1)
    assert await ask(permissions, fresh=False) is Role.READ


async def test_t28_fresh_goes_past_the_cache_and_fills_it(permissions: Permissions, github: respx.MockRouter) -> None:
    github.get(PATH).mock(side_effect=[says("write"), says("read")])
    assert await ask(permissions, fresh=False) is Role.WRITE
    assert await ask(permissions) is Role.READ
    assert await ask(permissions, fresh=False) is Role.READ


@pytest.mark.parametrize(
    ("connection", "of", "asked"),
    [(CONNECTION, 77, 2), (CONNECTION, None, 2), (CONNECTION, 78, 1), (UUID(int=2), None, 1)],
)
async def test_what_is_dropped_is_asked_anew(
    permissions: Permissions, github: respx.MockRouter, connection: UUID, of: int | None, asked: int
) -> None:
    route = github.get(PATH).mock(return_value=says("write"))
    await ask(permissions, fresh=False)
    permissions.drop(connection, of)
    await ask(permissions, fresh=False)
    assert route.call_count == asked


def test_t28_what_else_hangs_on_access_hears_of_every_drop(clients: Clients, clock: FakeClock) -> None:
    heard: list[tuple[UUID, int | None]] = []
    permissions = Permissions(clients, clock, on_drop=lambda *dropped: heard.append(dropped))
    permissions.drop(CONNECTION, 77)
    permissions.drop(CONNECTION, None)
    assert heard == [(CONNECTION, 77), (CONNECTION, None)]


async def test_an_answer_from_before_a_drop_is_not_kept(permissions: Permissions, github: respx.MockRouter) -> None:
    def meanwhile(request: httpx.Request) -> httpx.Response:
        permissions.drop(CONNECTION, 77)
        return says("write")

    route = github.get(PATH).mock(side_effect=meanwhile)
    await ask(permissions, fresh=False)
    await ask(permissions, fresh=False)
    assert route.call_count == 2


async def test_t28_a_change_that_another_replica_heard_of_is_asked_about_here_too(
    clients: Clients, clock: FakeClock, github: respx.MockRouter
) -> None:
    heard = 0

    async def generation() -> int:
        return heard

    permissions = Permissions(clients, clock, generation)
    route = github.get(PATH).mock(side_effect=[says("write"), says("none")])
    assert [await ask(permissions, fresh=False) for _ in range(2)] == [Role.WRITE, Role.WRITE]
    assert route.call_count == 1
    heard += 1
    assert await ask(permissions, fresh=False) is Role.NONE


async def test_t28_what_was_asked_before_a_change_and_answered_after_it_is_not_kept(
    clients: Clients, clock: FakeClock, github: respx.MockRouter
) -> None:
    heard = 0

    async def generation() -> int:
        return heard

    def answer(_: httpx.Request) -> httpx.Response:
        nonlocal heard
        heard += 1
        return says("write") if heard == 1 else says("none")

    permissions = Permissions(clients, clock, generation)
    github.get(PATH).mock(side_effect=answer)
    assert await ask(permissions, fresh=False) is Role.WRITE
    assert await ask(permissions, fresh=False) is Role.NONE


async def test_t22_that_somebody_sees_nothing_is_asked_each_time(
    permissions: Permissions, github: respx.MockRouter
) -> None:
    route = github.get(PATH).mock(return_value=says("none"))
    assert [await ask(permissions, fresh=False) for _ in range(2)] == [Role.NONE, Role.NONE]
    assert route.call_count == 2
