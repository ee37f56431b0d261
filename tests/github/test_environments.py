"""Environments: what GitHub itself enforces there, whether our rule guards them, and what a run waits for."""

from __future__ import annotations

import json
from typing import Any

import pytest
import respx

from bot.errors import NotFound, RateLimited, Refused, Unreachable, Unwelcome
from bot.github.clients import Clients
from bot.github.environments import Environments
from bot.model.deployment import Environment, PendingDeployment, Reviewer, ReviewerKind
from tests.github.conftest import APP_ID
from tests.support.make import repository

PATH = "/repos/acme/shop/environments"
RULES = f"{PATH}/production/deployment_protection_rules"
PENDING = "/repos/acme/shop/actions/runs/555/pending_deployments"
CAROL = {"type": "User", "reviewer": {"id": 3, "login": "carol"}}
RELEASE = {"type": "Team", "reviewer": {"id": 4, "slug": "release", "name": "Release"}}
REVIEWERS = (
    Reviewer(kind=ReviewerKind.USER, id=3, name="carol"),
    Reviewer(kind=ReviewerKind.TEAM, id=4, name="release"),
)
BUILT_IN = [
    {"id": 1, "type": "wait_timer", "wait_timer": 30},
    {"id": 2, "type": "required_reviewers", "prevent_self_review": True, "reviewers": [CAROL, RELEASE]},
    {"id": 3, "type": "branch_policy"},
]


@pytest.fixture
def environments(clients: Clients) -> Environments:
    return Environments(clients)


def listed(*names: str, rules: Any = ()) -> dict[str, Any]:
    found = [{"id": 10 + place, "name": name, "protection_rules": list(rules)} for place, name in enumerate(names)]
    return {"total_count": len(names), "environments": found}


def custom(*apps: int, enabled: bool = True) -> dict[str, Any]:
    return {"custom_deployment_protection_rules": [{"id": 1, "enabled": enabled, "app": {"id": app}} for app in apps]}


async def test_what_is_enforced_is_told(environments: Environments, github: respx.MockRouter) -> None:
    github.get(PATH).respond(200, json=listed("production", rules=BUILT_IN))
    github.get(RULES).respond(200, json=custom(1, APP_ID))
    assert await environments.of(repository()) == [
        Environment(
            id=10, name="production", reviewers=REVIEWERS, prevent_self_review=True, wait_minutes=30, enforced=True
        )
    ]
    assert json.loads(github["tokens"].calls.last.request.content)["permissions"] == {"actions": "read"}


async def test_an_environment_without_rules_is_only_a_name(
    environments: Environments, github: respx.MockRouter
) -> None:
    github.get(PATH).respond(200, json=listed("review/7", rules=[{"id": 5, "type": "required_reviewers"}]))
    asked = github.get(f"{PATH}/review%2F7/deployment_protection_rules").respond(200, json=custom())
    (found,) = await environments.of(repository()) or ()
    assert (found.reviewers, found.prevent_self_review, found.wait_minutes, found.enforced) == ((), False, 0, False)
    assert asked.called


@pytest.mark.parametrize(
    "rules", [custom(1), custom(APP_ID, enabled=False), {"custom_deployment_protection_rules": []}]
)
async def test_t3_only_a_rule_of_ours_that_is_on_enforces(
    environments: Environments, github: respx.MockRouter, rules: dict[str, Any]
) -> None:
    github.get(PATH).respond(200, json=listed("production"))
    github.get(RULES).respond(200, json=rules)
    (found,) = await environments.of(repository()) or ()
    assert found.enforced is False


@pytest.mark.parametrize("status", [403, 404])
async def test_t3_what_is_not_readable_is_not_said_to_be_enforced(
    environments: Environments, github: respx.MockRouter, status: int
) -> None:
    github.get(PATH).respond(200, json=listed("production"))
    github.get(RULES).respond(status)
    (found,) = await environments.of(repository()) or ()
    assert found.enforced is None


@pytest.mark.parametrize("status", [403, 404])
async def test_unreadable_is_not_none(environments: Environments, github: respx.MockRouter, status: int) -> None:
    github.get(PATH).respond(status)
    assert await environments.of(repository()) is None
    github.get(PATH).respond(200, json=listed())
    assert await environments.of(repository()) == []


async def test_an_app_without_the_permission_can_not_read(environments: Environments, github: respx.MockRouter) -> None:
    github.get("/repos/acme/shop/installation").respond(200, json={"id": 5})
    github["tokens"].respond(422, json={"message": "The permissions requested are not granted to this installation."})
    assert await environments.of(repository()) is None


@pytest.mark.parametrize("route", [PATH, RULES])
@pytest.mark.parametrize(("status", "kind"), [(401, Unwelcome), (429, RateLimited), (502, Unreachable)])
async def test_silence_is_not_an_answer(
    environments: Environments, github: respx.MockRouter, route: str, status: int, kind: type[Exception]
) -> None:
    github.get(PATH).respond(200, json=listed("production"))
    github.get(RULES).respond(200, json=custom())
    github.get(route).respond(status)
    with pytest.raises(kind):
        await environments.of(repository())


async def test_a_run_waits_for_whom_github_asks(environments: Environments, github: respx.MockRouter) -> None:
    strange = {"type": "Robot", "reviewer": {"id": 9}}
    waiting = [
        {"environment": {"id": 10, "name": "production"}, "wait_timer": 30, "reviewers": [CAROL, RELEASE, strange]},
        {"environment": {"id": 11, "name": "news"}, "reviewers": [{"type": "User", "reviewer": None}]},
    ]
    github.get(PENDING).respond(200, json=waiting)
    assert await environments.pending(repository(), 555) == [
        PendingDeployment(environment_id=10, environment="production", reviewers=REVIEWERS, wait_minutes=30),
        PendingDeployment(environment_id=11, environment="news", reviewers=(), wait_minutes=0),
    ]


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (403, Refused), (500, Unreachable)])
async def test_what_a_run_waits_for_may_not_be_told(
    environments: Environments, github: respx.MockRouter, status: int, kind: type[Exception]
) -> None:
    github.get(PENDING).respond(status)
    with pytest.raises(kind):
        await environments.pending(repository(), 555)
