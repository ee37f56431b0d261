"""Requests: once per origin, saved by compare-and-set, found again by what people and GitHub say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot.errors import Conflict
from bot.model.address import Address
from bot.model.decision import Reason
from bot.model.origin import SlackVia
from bot.model.request import RequestState, RerunOf
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import announcement, place, save_request, thread


def number(digit: int, **changes: object) -> dict[str, object]:
    """What makes a request another one: everything unique, and a comment of its own."""
    names = {"id": UUID(int=digit), "code": f"BBBBB{digit}", "key": str(digit) * 32}
    return names | {"origin": make.origin(comment=digit), "created_at": make.at(digit)} | changes


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"pin": None, "environment": None, "judged_at": None, "dispatched_at": None},
        {
            "pin": make.pin(pull_request=None),
            "workflow_id": 2**53 + 1,
            "reason": Reason.HEAD_MOVED,
            "note": "It moved.",
        },
        {"state": RequestState.WAITING, "waiting_for": "upstream", "ended_at": make.at(0.000001), "version": 7},
        {
            "text": "/run 'a b' \ud83d\ude80".encode("utf-16", "surrogatepass").decode("utf-16"),
            "inputs": {"ü": "\n"},
        },
        {"origin": make.slack_origin(thread="1700000000.000100", message="1700000001.000200")},
        {"origin": make.slack_origin(channel="", via=SlackVia.FORM), "number": None, "on_pull_request": False},
        {"number": 8, "on_pull_request": False},
        {"rerun": RerunOf(of=UUID(int=9), run=2**53 + 1, attempt=2, failed_only=True)},
    ],
)
async def test_a_request_comes_back_as_it_went(units: Units, changes: dict[str, object]) -> None:
    request = await save_request(units, **changes)
    async with units.read() as unit:
        assert await unit.requests.get(request.id) == request
        assert await unit.requests.by_code("k7qx2m") == request
        assert await unit.requests.by_origin(request.origin) == request


async def test_a_nul_becomes_a_character_that_every_database_keeps(units: Units) -> None:
    request = await save_request(units, text="/run 'a\x00b'")
    async with units.read() as unit:
        assert await unit.requests.get(request.id) == replace(request, text="/run 'a\ufffdb'")


async def test_what_is_not_there_is_none(units: Units) -> None:
    async with units.read() as unit:
        assert await unit.requests.get(UUID(int=1)) is None
        assert await unit.requests.by_code("BBBBBB") is None
        assert await unit.requests.by_origin(make.origin()) is None


async def test_saving_raises_the_version(units: Units) -> None:
    request = await save_request(units)
    async with units.write() as unit:
        saved = await unit.requests.save(replace(request, state=RequestState.DISPATCHING, dispatched_at=make.at(1)))
    assert saved.version == request.version + 1
    async with units.read() as unit:
        assert await unit.requests.get(request.id) == saved


async def test_saving_an_old_version_is_a_conflict(units: Units) -> None:
    request = await save_request(units)
    async with units.write() as unit:
        await unit.requests.save(replace(request, state=RequestState.CANCELLED))
    with pytest.raises(Conflict, match="K7QX2M is not at version 1"):
        async with units.write() as unit:
            await unit.requests.save(replace(request, state=RequestState.DISPATCHING))


async def test_t2_gates_bind_to_the_case_folded_environment(units: Units) -> None:
    await save_request(units, environment="Production")
    async with units.read() as unit:
        stored = await unit.requests.get(UUID(int=42))
    assert stored is not None
    assert stored.environment == "production"


async def test_t20_an_origin_has_one_request(units: Units) -> None:
    first = await save_request(units)
    async with units.write() as unit:
        assert not await unit.requests.add(make.request(id=UUID(int=2), code="BBBBBB", key="2" * 32))
        assert await unit.requests.add(make.request(**number(3, origin=make.origin(line=2))))
    async with units.read() as unit:
        assert await unit.requests.by_origin(make.origin()) == first
        assert await unit.requests.get(UUID(int=2)) is None


@pytest.mark.parametrize("taken", [{"code": "K7QX2M"}, {"key": make.KEY}])
async def test_a_code_or_key_that_is_taken_is_a_conflict(units: Units, taken: dict[str, str]) -> None:
    await save_request(units)
    with pytest.raises(Conflict, match="mint new ones"):
        async with units.write() as unit:
            await unit.requests.add(make.request(**number(2) | taken))


async def test_lists_are_ordered_and_bounded(units: Units) -> None:
    for digit in (2, 3, 4):
        await save_request(units, **number(digit))
    elsewhere = make.origin(comment=5, number=8)
    await save_request(units, **number(5, origin=elsewhere, number=8))
    other_line = make.origin(comment=4, line=3)
    await save_request(units, **number(6, origin=other_line, created_at=make.at(-1)))
    async with units.read() as unit:
        thread = await unit.requests.of_thread(make.CONNECTION, 77, 7, 2)
        repository = await unit.requests.of_repository(make.CONNECTION, 77, 10)
        comment = await unit.requests.of_comment(make.CONNECTION, 77, 4)
        nothing = await unit.requests.of_repository(UUID(int=9), 77, 10)
    assert [each.id.int for each in thread] == [4, 3]
    assert [each.id.int for each in repository] == [5, 4, 3, 2, 6]
    assert [each.id.int for each in comment] == [4, 6]
    assert nothing == []


async def test_t20_a_slack_command_has_one_request(units: Units) -> None:
    first = await save_request(units, origin=make.slack_origin())
    async with units.write() as unit:
        again = make.slack_origin(created_at=make.at(1))  # told once more by Slack, a second later
        assert not await unit.requests.add(make.request(**number(2, origin=again)))
        assert await unit.requests.by_origin(again) == first


async def test_a_person_s_requests_are_told_wherever_they_asked(units: Units) -> None:
    await save_request(units, **number(2))
    await save_request(units, **number(3, origin=make.slack_origin(), repository=78))
    async with units.read() as unit:
        assert [each.id.int for each in await unit.requests.of_person(UUID(int=1001), 9)] == [3, 2]
        assert [each.id.int for each in await unit.requests.of_person(UUID(int=1001), 1)] == [3]
        assert await unit.requests.of_person(UUID(int=2), 9) == []


async def shown(units: Units, digit: int, *addresses: Address) -> None:
    """A request, shown at these places: its message in each is called by the place's number."""
    await save_request(units, **number(digit))
    async with units.write() as unit:
        for position, address in enumerate(addresses):
            row = announcement(id=UUID(int=100 * digit + position), request=UUID(int=digit), address=address)
            await unit.announcements.add(replace(row, message_id=f"1700000000.00{digit}{position}00"))


CHANNEL = f"{make.SLACK}:C1:"


async def test_a_channel_has_what_is_announced_in_it_and_in_its_threads(units: Units) -> None:
    await shown(units, 2, place(), thread())
    await shown(units, 3, place(thread="1.2"), place())
    await shown(units, 4, place("C12"), place("c1"), place(connection=make.CONNECTION))
    await shown(units, 5, thread())
    async with units.read() as unit:
        assert [each.id.int for each in await unit.requests.of_place(CHANNEL, 9)] == [3, 2]
        assert [each.id.int for each in await unit.requests.of_place(CHANNEL, 1)] == [3]
        assert [each.id.int for each in await unit.requests.of_place(f"{CHANNEL}1.2:", 9)] == [3]
        for nowhere in (f"{make.SLACK}:C%:", f"{make.SLACK}:C_:", f"{make.CONNECTION}:77:"):
            assert await unit.requests.of_place(nowhere, 9) == []


async def test_t21_a_message_is_a_request_s_only_where_it_stands(units: Units) -> None:
    await shown(units, 2, place())
    await shown(units, 3, place(thread="1.2"), thread())
    message = "1700000000.003000"
    async with units.read() as unit:
        found = await unit.requests.shown_as("slack", make.SLACK, "C1", message)
        assert found is not None
        assert found.id.int == 3
        for elsewhere in (
            ("slack", make.SLACK, "C1", "1700000000.0030"),
            ("slack", make.SLACK, "C", message),
            ("slack", make.SLACK, "c1", message),
            ("slack", make.SLACK, "C_", message),
            ("slack", make.CONNECTION, "C1", message),
            ("github", make.SLACK, "C1", message),
        ):
            assert await unit.requests.shown_as(*elsewhere) is None, elsewhere


async def test_unfinished_are_those_at_github_and_those_lost_today(units: Units, clock: FakeClock) -> None:
    now = clock.now()
    states: dict[int, dict[str, object]] = {
        2: {"state": RequestState.RUNNING, "created_at": now},
        3: {"state": RequestState.DISPATCHING, "created_at": now - timedelta(days=9)},
        4: {"state": RequestState.LOST, "ended_at": now - timedelta(hours=23)},
        5: {"state": RequestState.LOST, "ended_at": now - timedelta(hours=25)},
        6: {"state": RequestState.SUCCEEDED, "ended_at": now},
        7: {"state": RequestState.QUEUED},
        8: {"state": RequestState.RUNNING, "repository": 78, "created_at": now},
    }
    for digit, changes in states.items():
        await save_request(units, **number(digit) | {"created_at": now - timedelta(days=2)} | changes)
    async with units.read() as unit:
        everywhere = await unit.requests.unfinished()
        here = await unit.requests.unfinished_in(make.CONNECTION, 77)
    assert [each.id.int for each in everywhere] == [3, 4, 2, 8]
    assert [each.id.int for each in here] == [3, 4, 2]
