"""What several people have a hand in: votes and locks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from bot.model.address import GitHubThread
from bot.model.approval import Answer, Asked, Vote
from bot.model.lock import EVERYTHING, Holder, Lock
from bot.store.unit import Units
from tests.support import make
from tests.support.rows import save_request

LOCK = Lock(
    id=UUID(int=1),
    connection=make.CONNECTION,
    repository=77,
    environment="production",
    holder=Holder.PERSON,
    person=make.person().id,
    request=None,
    code="",
    login="alice",
    reason="a demo",
    place=GitHubThread(connection=make.CONNECTION, repository=77, number=7),
    pull_request=7,
    at=make.NOON,
    expires_at=make.at(60),
)


async def test_a_request_keeps_what_it_waits_for_and_the_votes_in_their_order(units: Units) -> None:
    asked = Asked(
        count=2,
        teams=(("acme/release", "acme/leads"), ("acme/security",)),
        people=("bob",),
        rule="acme/shop/.github/signalbox.yml line 9",
        since=make.NOON,
        expires_at=make.NOON + timedelta(hours=4),
    )
    request = await save_request(units, asked=asked, rollback_of=UUID(int=9))
    vote = Vote(
        id=UUID(int=1),
        request=request.id,
        person=request.person,
        connection=make.CONNECTION,
        account=1001,
        login="alice",
        answer=Answer.YES,
        reason="",
        via="slack:1",
        at=make.NOON,
    )
    async with units.write() as unit:
        assert await unit.votes.add(vote)
        assert not await unit.votes.add(replace(vote, id=UUID(int=2), via="slack:2", answer=Answer.NO))
    async with units.read() as unit:
        kept = await unit.requests.get(request.id)
        assert kept is not None
        assert (kept.asked, kept.rollback_of) == (asked, UUID(int=9))
        assert await unit.votes.of_request(request.id) == [vote]


async def test_two_of_a_kind_are_never_held_at_once(units: Units) -> None:
    request = await save_request(units)
    of_request = replace(LOCK, id=UUID(int=2), holder=Holder.REQUEST, request=request.id, code=request.code, place=None)
    everything = replace(LOCK, id=UUID(int=3), environment=EVERYTHING)
    async with units.write() as unit:
        assert await unit.locks.take(LOCK)
        assert not await unit.locks.take(replace(LOCK, id=UUID(int=4), login="bob"))
        assert await unit.locks.take(of_request)
        assert await unit.locks.take(everything)
        assert await unit.locks.held(make.CONNECTION, 77) == [everything, LOCK, of_request]
        assert await unit.locks.held(make.CONNECTION, 78) == []
        assert await unit.locks.of_request(request.id) == [of_request]


async def test_a_lock_is_released_once_and_then_free(units: Units) -> None:
    await save_request(units)
    async with units.write() as unit:
        assert await unit.locks.take(LOCK)
        assert await unit.locks.release(LOCK.id, make.person().id, make.at(5))
        assert not await unit.locks.release(LOCK.id, None, make.at(6))
        assert await unit.locks.get(LOCK.id) == replace(LOCK, released_at=make.at(5), released_by=make.person().id)
        assert await unit.locks.take(replace(LOCK, id=UUID(int=4)))
