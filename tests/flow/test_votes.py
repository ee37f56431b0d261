"""Votes that race: with each other, with the end of their time, with a push. Of each race one comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.model.intent import Verdict
from bot.model.people import Role
from bot.model.request import RequestState
from bot.rules import lifecycle
from bot.store.database import Database
from bot.store.unit import Units
from tests.support.ballot import ASKED, VOTERS, Ballot
from tests.support.clock import FakeClock
from tests.support.databases import database_url
from tests.support.databases import on_each as pytest_generate_tests
from tests.support.store import connection, copied

__all__ = ["database_url", "pytest_generate_tests"]

YES, NO = Verdict.APPROVE, Verdict.REJECT


@pytest.fixture
async def ballot(units: Units, clock: FakeClock) -> Ballot:
    ballot = Ballot(units, clock)
    await ballot.begin()
    return ballot


async def test_two_yeses_at_once_both_count(ballot: Ballot) -> None:
    await asyncio.gather(ballot.says("ann", YES), ballot.says("ben", YES))
    assert await ballot.yeses() == 2
    await asyncio.gather(ballot.looks(), ballot.looks())
    request = await ballot.request()
    assert request.state is RequestState.QUEUED
    assert request.asked is not None
    assert sorted(request.asked.yes) == ["ann", "ben"]


async def test_the_same_person_twice_at_once_counts_once(ballot: Ballot) -> None:
    await asyncio.gather(ballot.says("ann", YES), ballot.says("ann", YES))
    assert await ballot.yeses() == 1
    assert sorted(await ballot.told()) == [
        "You said yes to K7QX2M before; that counts once.",
        "You said yes to K7QX2M.",
    ]


async def test_a_yes_against_a_no(ballot: Ballot) -> None:
    await ballot.says("ann", YES)
    await asyncio.gather(ballot.says("ben", YES), ballot.says("cem", NO), ballot.looks())
    await ballot.looks()
    request = await ballot.request()
    assert request.state in (RequestState.REJECTED, RequestState.QUEUED)
    assert len(await ballot.told()) == 3  # everybody was told something
    assert (request.state is RequestState.REJECTED) is (request.note == "cem said no.")


async def test_a_yes_against_the_end_of_its_time(ballot: Ballot) -> None:
    await ballot.says("ann", YES)
    ballot.clock.advance((ASKED.expires_at - ballot.clock.now()).total_seconds())
    await asyncio.gather(ballot.says("ben", YES), ballot.time_is_up(), ballot.looks())
    assert (await ballot.request()).state is RequestState.EXPIRED
    assert (await ballot.told())[-1].startswith(("Request K7QX2M waits for no approval", "Nothing here waits"))


async def test_a_yes_against_a_push(ballot: Ballot) -> None:
    await ballot.says("ann", YES)
    await asyncio.gather(ballot.says("ben", YES), ballot.head_moves(), ballot.looks())
    await ballot.looks()
    assert (await ballot.request()).state is RequestState.VOIDED


# --- lifecycle and quorum, whatever happens in whatever order -------------------------------------------------------


class Machine(RuleBasedStateMachine):
    """Steps in any order on a real database."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.over: RequestState | None = None
        self.ballot = self.loop.run_until_complete(self._begin())

    async def _begin(self) -> Ballot:
        assert Machine.migrated is not None
        self.database = Database.open(copied(Machine.migrated, Path(self.folder.name)))
        units, clock = Units(self.database, FakeClock()), FakeClock()
        async with units.write() as unit:
            await unit.connections.save(connection())
        ballot = Ballot(units, clock)
        await ballot.begin()
        return ballot

    migrated: ClassVar[Path | None] = None

    def do(self, step: Coroutine[Any, Any, None]) -> None:
        self.loop.run_until_complete(step)

    @rule(login=st.sampled_from(VOTERS), verdict=st.sampled_from([YES, YES, YES, NO]))
    def somebody_says(self, login: str, verdict: Verdict) -> None:
        before = self.loop.run_until_complete(self.ballot.yeses())
        self.do(self.ballot.says(login, verdict))
        after = self.loop.run_until_complete(self.ballot.yeses())
        assert after <= before + (verdict is YES)

    @rule(login=st.sampled_from(VOTERS), role=st.sampled_from([Role.NONE, Role.READ, Role.WRITE]))
    def somebody_s_right_changes(self, login: str, role: Role) -> None:
        self.ballot.roles[login] = role

    @rule(locked=st.booleans())
    def somebody_locks(self, locked: bool) -> None:
        self.ballot.locked = locked

    @rule()
    def it_is_looked_at(self) -> None:
        counted = self.loop.run_until_complete(self.ballot.yeses())
        before = self.loop.run_until_complete(self.ballot.request())
        self.do(self.ballot.looks())
        request = self.loop.run_until_complete(self.ballot.request())
        if before.state is RequestState.WAITING and request.state is RequestState.QUEUED:
            assert counted >= ASKED.count
            assert not self.ballot.locked
        if before.state is RequestState.WAITING and request.state is RequestState.WAITING:
            assert request.waiting_for == ("lock" if counted >= ASKED.count else "approval")

    @precondition(lambda self: self.ballot.said > 2)
    @rule()
    def the_head_moves(self) -> None:
        self.do(self.ballot.head_moves())

    @invariant()
    def an_end_is_an_end(self) -> None:
        state = self.loop.run_until_complete(self.ballot.request()).state
        assert self.over in (None, state)
        self.over = state if state in lifecycle.FINAL else None

    def teardown(self) -> None:
        """Whatever happened, its time runs out, and everybody who said something was told something."""
        self.ballot.clock.advance((ASKED.expires_at - self.ballot.clock.now()).total_seconds())
        self.do(self.ballot.time_is_up())
        request = self.loop.run_until_complete(self.ballot.request())
        assert request.state in lifecycle.FINAL
        assert len(self.loop.run_until_complete(self.ballot.told())) == self.ballot.said
        self.loop.run_until_complete(self.database.close())
        self.loop.close()
        self.folder.cleanup()


@pytest.mark.sqlite
def test_whatever_happens_nothing_starts_with_too_few_and_everything_ends(migrated: Path) -> None:
    Machine.migrated = migrated
    run_state_machine_as_test(Machine, settings=settings(max_examples=25, stateful_step_count=12, deadline=None))
