"""Counts for whoever watches from outside."""

from __future__ import annotations

from uuid import UUID

from bot.model.request import RequestState
from bot.store.unit import Units
from tests.support import make
from tests.support.rows import save_request

STATES = (
    (RequestState.QUEUED, None),
    (RequestState.WAITING, "upstream"),
    (RequestState.WAITING, "upstream"),
    (RequestState.WAITING, "lock"),
    (RequestState.RUNNING, None),
    (RequestState.SUCCEEDED, None),
    (RequestState.LOST, None),
)


async def test_open_requests_are_counted_by_state_and_by_what_they_wait_for(units: Units) -> None:
    for digit, (state, waiting_for) in enumerate(STATES, 1):
        names = {"id": UUID(int=digit), "code": f"BBBBB{digit}", "key": str(digit) * 32}
        await save_request(
            units, **names, origin=make.origin(comment=digit), state=state, waiting_for=waiting_for, ended_at=None
        )
    async with units.read() as unit:
        found = await unit.census.open_requests()
    assert found == {
        (RequestState.QUEUED, None): 1,
        (RequestState.WAITING, "upstream"): 2,
        (RequestState.WAITING, "lock"): 1,
        (RequestState.RUNNING, None): 1,
    }


async def test_without_requests_there_is_nothing_to_count(units: Units) -> None:
    async with units.read() as unit:
        assert await unit.census.open_requests() == {}
