"""GitHub's list of deliveries that failed, and asking for one again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import respx

from bot.errors import NotFound, RateLimited, Refused, Unreachable, UpstreamError
from bot.github.clients import Clients
from bot.github.hook_deliveries import HookDeliveries
from bot.model.delivery import Attempt
from tests.github.conftest import API
from tests.support.make import CONNECTION

LIST = "/app/hook/deliveries"
ITEM = {
    "id": 12345678901,
    "guid": "0B989BA4-242F-11E5-81E1-C7B6966D2516",
    "delivered_at": "2026-11-21T08:59:07Z",
    "redelivery": False,
    "duration": 0.27,
    "status": "failed to connect to host",
    "status_code": 502,
    "event": "issue_comment",
    "action": "created",
    "installation_id": 5,
    "repository_id": 77,
    "throttled_at": None,
}


@pytest.fixture
def deliveries(clients: Clients) -> HookDeliveries:
    return HookDeliveries(clients)


async def test_a_page_of_failures(deliveries: HookDeliveries, github: respx.MockRouter) -> None:
    following = f'<{API}{LIST}?per_page=100&status=failure&cursor=v1_42>; rel="next"'
    route = github.get(LIST).respond(200, json=[ITEM], headers={"Link": following})
    page = await deliveries.failed(CONNECTION, None)
    assert page.next == "v1_42"
    assert page.newest_first == [
        Attempt(
            id=12345678901,
            guid="0b989ba4-242f-11e5-81e1-c7b6966d2516",  # as the door writes it down
            redelivery=False,
            ok=False,
            delivered_at=datetime(2026, 11, 21, 8, 59, 7, tzinfo=UTC),
        )
    ]
    assert dict(route.calls.last.request.url.params) == {"status": "failure", "per_page": "100"}
    assert route.calls.last.request.headers["authorization"].startswith("Bearer ey")  # the App itself, no installation


async def test_the_next_page_and_the_last(deliveries: HookDeliveries, github: respx.MockRouter) -> None:
    route = github.get(LIST).respond(200, json=[])
    assert (await deliveries.failed(CONNECTION, "v1_42")).next is None
    assert route.calls.last.request.url.params["cursor"] == "v1_42"


async def test_a_server_that_lists_all_is_understood(deliveries: HookDeliveries, github: respx.MockRouter) -> None:
    fine = {**ITEM, "id": 2, "redelivery": True, "status": "OK", "status_code": 202}
    github.get(LIST).respond(200, json=[fine, ITEM])
    page = await deliveries.failed(CONNECTION, None)
    assert [(each.id, each.ok, each.redelivery) for each in page.newest_first] == [
        (2, True, True),
        (12345678901, False, False),
    ]


async def test_asking_for_one_again(deliveries: HookDeliveries, github: respx.MockRouter) -> None:
    route = github.post(f"{LIST}/7/attempts").respond(202, json={})
    await deliveries.redeliver(CONNECTION, 7)
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, NotFound), (403, Refused), (400, Refused), (422, Refused), (429, RateLimited), (502, Unreachable)],
)
async def test_what_goes_wrong(
    deliveries: HookDeliveries, github: respx.MockRouter, status: int, error: type[UpstreamError]
) -> None:
    github.get(LIST).respond(status, json={"message": "no"})
    github.post(f"{LIST}/7/attempts").respond(status, json={"message": "no"})
    with pytest.raises(error):
        await deliveries.failed(CONNECTION, None)
    with pytest.raises(error):
        await deliveries.redeliver(CONNECTION, 7)
