"""Counts for whoever watches from outside."""

from __future__ import annotations

from uuid import UUID

from bot.model.job import Job
from bot.model.request import RequestState
from bot.store.unit import Units
from tests.support import make
from tests.support.rows import delivery, save_request
from tests.support.store import connection, slack_connection

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


async def test_the_last_delivery_of_each_connection_is_told(units: Units) -> None:
    async with units.write() as unit:
        await unit.connections.save(slack_connection())
    for guid, seconds in (("g-1", 0), ("g-2", 20), ("g-3", 10)):
        found = delivery(guid, make.at(seconds))
        await units.record([(found, Job(kind="delivery", key=str(found.id), payload={"v": 1}))])
    async with units.read() as unit:
        last = await unit.census.last_deliveries()
    assert last == {connection().name: make.at(20), slack_connection().name: None}
