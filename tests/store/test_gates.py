"""What gates keep: configurations in force, trust in commits, sign-ins, and what touched an environment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot.errors import Conflict
from bot.flow.prune import Prune
from bot.model.config import KeptConfig, Layer, Remember
from bot.model.request import RequestState
from bot.model.session import Session
from bot.model.trust import Trust
from bot.rules import retention
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import save_request

KEPT = KeptConfig(
    connection=make.CONNECTION,
    repository=77,
    layer=Layer.REPOSITORY,
    blob="f" * 40,
    data=b"version: 1\n# \x00\xff\n",
    in_force_since=make.NOON,
)
TRUST = Trust(
    id=UUID(int=1),
    connection=make.CONNECTION,
    repository=77,
    pull_request=7,
    sha=make.SHA,
    person=make.person().id,
    remember=Remember.SHA,
    at=make.NOON,
)
SESSION = Session(id_hash="1" * 64, account=make.account(), created_at=make.NOON, expires_at=make.at(60))


async def somebody(units: Units) -> None:
    async with units.write() as unit:
        await unit.people.add(make.person(), make.NOON)


async def save(units: Units, *kept: KeptConfig) -> None:
    async with units.write() as unit:
        for each in kept:
            await unit.configs.save(each)


async def test_a_configuration_comes_back_as_it_went_one_per_layer(units: Units) -> None:
    await somebody(units)
    of_organisation = replace(KEPT, layer=Layer.ORGANISATION, blob=None, data=b"")
    waiting = replace(
        KEPT,
        repository=78,
        waiting_blob="e" * 40,
        waiting_data=b"e",
        waiting_since=make.at(1),
        superseded=(b"\x00\xff", b"", b"d"),
        confirmed_by=TRUST.person,
    )
    await save(units, KEPT, of_organisation, waiting)
    async with units.read() as unit:
        assert await unit.configs.get(make.CONNECTION, 77, Layer.REPOSITORY) == KEPT
        assert await unit.configs.get(make.CONNECTION, 77, Layer.ORGANISATION) == of_organisation
        assert await unit.configs.get(make.CONNECTION, 78, Layer.REPOSITORY) == waiting
        assert await unit.configs.get(make.SLACK, 77, Layer.REPOSITORY) is None


async def test_a_configuration_is_replaced_as_a_whole(units: Units) -> None:
    await save(units, replace(KEPT, waiting_blob="e" * 40, waiting_data=b"e", waiting_since=make.NOON))
    await save(units, later := replace(KEPT, blob="d" * 40, data=b"d", in_force_since=make.at(1)))
    async with units.read() as unit:
        assert await unit.configs.get(make.CONNECTION, 77, Layer.REPOSITORY) == later


async def test_trust_is_found_by_its_pull_request_until_it_is_taken_back(units: Units) -> None:
    await somebody(units)
    later = replace(TRUST, id=UUID(int=2), at=make.at(1), remember=Remember.PR, sha="b" * 40)
    async with units.write() as unit:
        for trust in (TRUST, later, replace(TRUST, id=UUID(int=3), pull_request=8)):
            await unit.trusts.add(trust)
    async with units.write() as unit:
        assert await unit.trusts.of_pull_request(make.CONNECTION, 77, 7) == [later, TRUST]
        await unit.trusts.revoke(later.id, TRUST.person, make.at(2))
        assert await unit.trusts.of_pull_request(make.CONNECTION, 77, 7) == [TRUST]
        assert await unit.trusts.of_pull_request(make.SLACK, 77, 7) == []


async def test_a_session_is_found_by_its_hash_and_ends(units: Units) -> None:
    other = replace(SESSION, id_hash="2" * 64)
    async with units.write() as unit:
        await unit.sessions.add(SESSION)
        await unit.sessions.add(other)
    async with units.write() as unit:
        assert await unit.sessions.get("1" * 64) == SESSION
        assert await unit.sessions.get("3" * 64) is None
        assert await unit.sessions.end("1" * 64)
        assert not await unit.sessions.end("1" * 64)
        assert await unit.sessions.end_all(make.CONNECTION, 1002) == 0
        assert await unit.sessions.end_all(make.CONNECTION, 1001) == 1
        assert await unit.sessions.get("2" * 64) is None


async def test_a_secret_of_a_session_is_one_person_s(units: Units) -> None:
    async with units.write() as unit:
        await unit.sessions.add(SESSION)
    with pytest.raises(Conflict):
        async with units.write() as unit:
            await unit.sessions.add(replace(SESSION, account=make.account("mallory", 1666)))


async def test_old_sessions_and_trusts_go_and_configurations_stay(units: Units, clock: FakeClock) -> None:
    await somebody(units)
    await save(units, KEPT)
    async with units.write() as unit:
        await unit.sessions.add(SESSION)
        await unit.trusts.add(TRUST)
    clock.advance(99 * 24 * 60 * 60)
    await Prune(units, clock, retention.KEPT_FOR)({})
    async with units.read() as unit:
        assert await unit.sessions.get(SESSION.id_hash) is None
        assert await unit.trusts.of_pull_request(make.CONNECTION, 77, 7) == [TRUST]
    clock.advance(2 * 24 * 60 * 60)
    await Prune(units, clock, retention.KEPT_FOR)({})
    async with units.read() as unit:
        assert await unit.trusts.of_pull_request(make.CONNECTION, 77, 7) == []
        assert await unit.configs.get(make.CONNECTION, 77, Layer.REPOSITORY) == KEPT


async def test_t23_sessions_and_trust_are_void_after_a_restore(units: Units) -> None:
    await somebody(units)
    async with units.write() as unit:
        await unit.sessions.add(SESSION)
        await unit.trusts.add(TRUST)
    async with units.write() as unit:
        assert await unit.renewal.end_sessions() == 1
        assert await unit.renewal.end_trusts(make.at(1)) == 1
    async with units.read() as unit:
        assert await unit.sessions.get(SESSION.id_hash) is None
        assert await unit.trusts.of_pull_request(make.CONNECTION, 77, 7) == []


async def one(units: Units, digit: int, state: RequestState, **changes: object) -> UUID:
    names = {"id": UUID(int=digit), "code": f"BBBBB{digit}", "key": str(digit) * 32, "created_at": make.at(digit)}
    made = await save_request(units, **{"origin": make.origin(comment=digit), "state": state, **names, **changes})
    return made.id


@pytest.mark.parametrize("environment", ["staging", "STAGING"])
async def test_the_newest_success_is_the_one_that_ended_last(units: Units, environment: str) -> None:
    handed_over = make.pin(head_sha="d" * 40)
    for digit, ended in [(2, 30), (3, 20), (4, None)]:
        at = {"pin": handed_over} | ({"ended_at": make.at(ended)} if ended else {})
        await one(units, digit, RequestState.SUCCEEDED if ended else RequestState.RUNNING, environment="Staging", **at)
    await one(units, 5, RequestState.FAILED, environment="staging", ended_at=make.at(40))
    await one(units, 6, RequestState.SUCCEEDED, environment="production", ended_at=make.at(50))
    await one(units, 7, RequestState.SUCCEEDED, environment="staging", ended_at=make.at(50))  # by a branch's own file
    smoked = {"workflow_path": ".github/workflows/Smoke.yml", "pin": handed_over, "ended_at": make.at(60)}
    await one(units, 8, RequestState.SUCCEEDED, environment="staging", **smoked)
    async with units.read() as unit:
        both = await unit.requests.newest_success(make.CONNECTION, 77, environment, ["deploy.yml", "smoke.yml"])
        assert both is not None
        assert both.id == UUID(int=8)
        assert await unit.requests.newest_success(make.CONNECTION, 77, environment, []) is None
        found = await unit.requests.newest_success(make.CONNECTION, 77, environment, ["deploy.yml"])
        assert found is not None
        assert found.id == UUID(int=2)
        assert await unit.requests.newest_success(make.CONNECTION, 77, "nowhere", ["deploy.yml"]) is None
        assert await unit.requests.newest_success(make.CONNECTION, 78, environment, ["deploy.yml"]) is None


@pytest.mark.parametrize(
    ("state", "goes"),
    [
        (RequestState.RECEIVED, False),
        (RequestState.WAITING, False),
        (RequestState.QUEUED, True),
        (RequestState.DISPATCHING, True),
        (RequestState.RUNNING, True),
        (RequestState.LOST, True),
        (RequestState.FAILED, False),
        (RequestState.SUCCEEDED, False),
    ],
)
async def test_what_is_on_its_way_is_what_github_has_or_is_about_to_get(
    units: Units, state: RequestState, goes: bool
) -> None:
    request = await one(units, 2, state, environment="Staging")
    async with units.read() as unit:
        found = await unit.lock_queue.unrecorded(make.CONNECTION, 77, "staging", None)
        assert (found is not None) is goes
        assert await unit.lock_queue.unrecorded(make.CONNECTION, 77, "staging", request) is None
        assert await unit.lock_queue.unrecorded(make.CONNECTION, 77, "production", None) is None


async def test_the_oldest_of_two_on_their_way_is_named_and_a_lost_one_is_forgotten(
    units: Units, clock: FakeClock
) -> None:
    for digit, state in [(3, RequestState.QUEUED), (2, RequestState.LOST)]:
        await one(units, digit, state, environment="staging", dispatched_at=None, ended_at=None)
    async with units.read() as unit:
        first = await unit.lock_queue.unrecorded(make.CONNECTION, 77, "staging", None)
        assert first is not None
        assert first.id == UUID(int=2)
    clock.advance(timedelta(days=2).total_seconds())
    async with units.read() as unit:
        second = await unit.lock_queue.unrecorded(make.CONNECTION, 77, "staging", None)
        assert second is not None
        assert second.id == UUID(int=3)
