"""Requests on their way into the database, when somebody else is quicker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import pytest

from bot.errors import BotError, Conflict
from bot.flow.answer import Asker, Reply
from bot.flow.enter import CODES, Enter
from bot.flow.ports import Mint
from bot.flow.ports import Units as Port
from bot.model.repository import Target
from bot.model.request import Request, RequestState
from bot.store.mint import new_id
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.races import Loses
from tests.support.rows import save_request, thread

ELSEWHERE = make.origin(comment=9002)


@dataclass
class Codes:
    """Hands out these codes."""

    codes: list[str] = field(default_factory=lambda: ["SECOND"])

    def id(self) -> UUID:
        return new_id()

    def code(self) -> str:
        return self.codes.pop(0)


def asker() -> Asker:
    return Asker(
        origin=ELSEWHERE,
        place=thread(),
        stage=thread(),
        name="alice",
        text="/run deploy.yml",
        call="/run deploy.yml",
        person=make.person(),
        target=Target(repository=make.repository(), number=7, on_pull_request=True),
    )


def entering(units: object, clock: FakeClock, mint: Codes) -> Enter:
    return Enter(cast(Port, units), cast(Reply, None), clock, cast(Mint, mint))


def newcomer(code: str) -> Request:
    return make.request(id=new_id(), key=new_id().hex, code=code, origin=ELSEWHERE, state=RequestState.QUEUED)


async def codes(units: Units) -> list[str]:
    async with units.read() as unit:
        return [each.code for each in await unit.requests.of_repository(make.CONNECTION, 77, 10)]


async def test_a_lost_race_is_not_taken_for_a_code_that_somebody_has(units: Units, clock: FakeClock) -> None:
    await save_request(units)
    mint = Codes()
    enter = entering(Loses(units), clock, mint)
    with pytest.raises(Conflict):
        await enter(newcomer("FIRSTT"), asker())
    assert mint.codes == ["SECOND"]
    await enter(newcomer("FIRSTT"), asker())
    assert sorted(await codes(units)) == ["FIRSTT", make.request().code]


async def test_a_code_that_somebody_has_is_exchanged(units: Units, clock: FakeClock) -> None:
    known = await save_request(units)
    await entering(units, clock, Codes())(newcomer(known.code), asker())
    assert sorted(await codes(units)) == sorted([known.code, "SECOND"])


async def test_when_no_code_is_free_something_is_wrong(units: Units, clock: FakeClock) -> None:
    known = await save_request(units)
    with pytest.raises(BotError, match="No free code"):
        await entering(units, clock, Codes([known.code] * CODES))(newcomer(known.code), asker())
