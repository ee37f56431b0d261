"""Our word on jobs at an environment that we guard: once, to our own API's address, with the installation's token."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import respx

from bot.errors import Moved, NotFound, Refused, Unreachable
from bot.github.clients import Clients
from bot.github.protection_rule import LONGEST_COMMENT, ProtectionRule
from bot.model.deployment import Verdict
from tests.github.conftest import TOKEN
from tests.support.make import repository

PATH = "/repos/acme/shop/actions/runs/555/deployment_protection_rule"


@pytest.fixture
def rule(clients: Clients) -> ProtectionRule:
    return ProtectionRule(clients)


@pytest.mark.parametrize(
    ("state", "comment", "sent"),
    [
        (Verdict.APPROVED, "", {"state": "approved"}),
        (Verdict.REJECTED, "Frozen", {"state": "rejected", "comment": "Frozen"}),
        (None, "Asking", {"comment": "Asking"}),
        (None, "x" * 2000, {"comment": "x" * LONGEST_COMMENT}),
    ],
)
async def test_t10_it_goes_to_our_own_address(
    rule: ProtectionRule, github: respx.MockRouter, state: Verdict | None, comment: str, sent: dict[str, Any]
) -> None:
    said = github.post(PATH).respond(204)
    await rule.answer(repository(), 555, "production", state, comment)
    assert json.loads(said.calls.last.request.content) == {"environment_name": "production", **sent}
    assert said.calls.last.request.headers["authorization"] == f"Bearer {TOKEN}"
    asked = json.loads(github["tokens"].calls.last.request.content)
    assert asked["permissions"] == {"actions": "read", "deployments": "write"}


@pytest.mark.parametrize(
    ("status", "kind"), [(403, Refused), (404, NotFound), (422, Refused), (307, Moved), (500, Unreachable)]
)
async def test_a_failure_says_of_which_kind_it_is(
    rule: ProtectionRule, github: respx.MockRouter, status: int, kind: type[Exception]
) -> None:
    said = github.post(PATH).respond(status, headers={"location": "https://api.github.com/repositories/77/x"})
    with pytest.raises(kind):
        await rule.answer(repository(), 555, "production", Verdict.APPROVED)
    assert said.call_count == 1


async def test_a_lost_answer_is_not_repeated(rule: ProtectionRule, github: respx.MockRouter) -> None:
    said = github.post(PATH).mock(side_effect=httpx.ReadTimeout("lost"))
    with pytest.raises(Unreachable):
        await rule.answer(repository(), 555, "production", Verdict.APPROVED)
    assert said.call_count == 1
