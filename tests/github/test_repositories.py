"""Repositories by the name that somebody typed."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import respx

from bot.errors import RateLimited, Refused, Unreachable
from bot.github.clients import Clients
from bot.github.repositories import Repositories
from tests.github.conftest import API, TOKEN, TOKENS_PATH, token_answer
from tests.github.webhook import REPOSITORY
from tests.support.clock import FakeClock
from tests.support.make import CONNECTION, repository

PATH = "/repos/acme/shop"
INSTALLATION = f"{PATH}/installation"


@pytest.fixture
def repositories(clients: Clients, clock: FakeClock) -> Repositories:
    return Repositories(clients, clock)


def there(github: respx.MockRouter) -> respx.Route:
    """acme/shop is there, and the App is installed on it."""
    github.get(PATH, name="repository").respond(200, json=REPOSITORY)
    return github.get(INSTALLATION).respond(200, json={"id": 5, "suspended_at": None})


async def test_a_repository_is_found(repositories: Repositories, github: respx.MockRouter) -> None:
    asked = there(github)
    assert await repositories.find(CONNECTION, "acme", "shop") == repository()
    assert asked.calls.last.request.headers["authorization"].startswith("Bearer eyJ")
    assert json.loads(github["tokens"].calls.last.request.content) == {"permissions": {"metadata": "read"}}
    assert github["repository"].calls.last.request.headers["authorization"] == f"Bearer {TOKEN}"


async def test_t8_a_renamed_repository_is_found_under_its_new_labels(
    repositories: Repositories, github: respx.MockRouter
) -> None:
    renamed = {**REPOSITORY, "name": "store", "full_name": "acme/store"}
    github.get(INSTALLATION).respond(301, headers={"location": f"{API}/repositories/77/installation"})
    github.get("/repositories/77/installation").respond(200, json={"id": 5})
    github.get(PATH).respond(301, headers={"location": f"{API}/repositories/77"})
    github.get("/repositories/77").respond(200, json=renamed)
    assert await repositories.find(CONNECTION, "acme", "shop") == repository(name="store")


async def test_what_is_not_there_or_not_for_us_is_none(repositories: Repositories, github: respx.MockRouter) -> None:
    github.get(INSTALLATION).respond(404)
    assert await repositories.find(CONNECTION, "acme", "shop") is None
    assert github["tokens"].call_count == 0


async def test_a_suspended_installation_reaches_nothing(repositories: Repositories, github: respx.MockRouter) -> None:
    github.get(INSTALLATION).respond(200, json={"id": 5, "suspended_at": "2026-11-20T00:00:00Z"})
    assert await repositories.find(CONNECTION, "acme", "shop") is None


@pytest.mark.parametrize("status", [404, 422])
async def test_an_installation_that_gives_no_token_is_none(
    repositories: Repositories, github: respx.MockRouter, status: int
) -> None:
    there(github)
    github.post(TOKENS_PATH).respond(status)
    assert await repositories.find(CONNECTION, "acme", "shop") is None


async def test_a_repository_that_went_away_meanwhile_is_none(
    repositories: Repositories, github: respx.MockRouter
) -> None:
    there(github)
    github.get(PATH).respond(404)
    assert await repositories.find(CONNECTION, "acme", "shop") is None


@pytest.mark.parametrize("path", [INSTALLATION, PATH])
@pytest.mark.parametrize(("status", "kind"), [(502, Unreachable), (429, RateLimited), (403, Refused)])
async def test_no_answer_is_no_none(
    repositories: Repositories, github: respx.MockRouter, path: str, status: int, kind: type[Exception]
) -> None:
    there(github)
    github.get(path).respond(status)
    with pytest.raises(kind):
        await repositories.find(CONNECTION, "acme", "shop")


@pytest.mark.parametrize("changes", [{"full_name": "", "name": ""}, {"default_branch": ""}, {"id": "77"}])
async def test_an_answer_that_is_not_githubs_is_unreachable(
    repositories: Repositories, github: respx.MockRouter, changes: dict[str, Any]
) -> None:
    there(github)
    github.get(PATH).respond(200, json={**REPOSITORY, **changes})
    with pytest.raises(Unreachable):
        await repositories.find(CONNECTION, "acme", "shop")


async def test_a_token_that_is_no_longer_good_is_replaced(repositories: Repositories, github: respx.MockRouter) -> None:
    there(github)
    github["tokens"].mock(side_effect=[token_answer("ghs_old"), token_answer("ghs_new")])
    github.get(PATH).mock(side_effect=[httpx.Response(401), httpx.Response(200, json=REPOSITORY)])
    assert await repositories.find(CONNECTION, "acme", "shop") == repository()


async def test_what_was_found_is_known_for_a_minute_whatever_the_case(
    repositories: Repositories, github: respx.MockRouter, clock: FakeClock
) -> None:
    asked = there(github)
    await repositories.find(CONNECTION, "acme", "shop")
    clock.advance(59)
    assert await repositories.find(CONNECTION, "ACME", "Shop") == repository()
    assert asked.call_count == 1
    clock.advance(1)
    await repositories.find(CONNECTION, "acme", "shop")
    assert asked.call_count == 2


async def test_what_was_not_found_is_looked_for_again(repositories: Repositories, github: respx.MockRouter) -> None:
    github.get(INSTALLATION).respond(404)
    assert await repositories.find(CONNECTION, "acme", "shop") is None
    there(github)
    assert await repositories.find(CONNECTION, "acme", "shop") == repository()


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("", "shop"),
        ("acme", ""),
        ("..", "shop"),
        ("acme", ".."),
        ("acme", "."),
        ("acme", "shop\n"),
        ("acme/shop", "x"),
        ("acme", "shop/../../user"),
        ("acme", "shop?x=1"),
        ("acme", "sh%2fop"),
        ("acme", "shöp"),
        ("acme", "s" * 101),
        ("-acme", "shop"),
    ],
)
async def test_what_can_be_no_name_is_not_asked_for(
    repositories: Repositories, github: respx.MockRouter, owner: str, name: str
) -> None:
    assert await repositories.find(CONNECTION, owner, name) is None
    assert github.calls.call_count == 0
