"""The second judgement, when somebody else has the same request in hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import pytest

from bot.errors import Conflict
from bot.flow.authorize import Authorize, Judged, Question
from bot.flow.catalogs import Catalogs
from bot.flow.rejudge import Rejudge
from bot.model.config import Config, Effective
from bot.model.decision import Allowed
from bot.model.repository import Repository
from bot.model.request import RequestState
from bot.store.mint import Mint
from bot.store.unit import Units
from commands.run import command
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import save_request


async def unconfigured(repository: Repository, *, fresh: bool = False) -> Effective:
    return Effective(config=Config())


@dataclass
class Slow:
    """Says yes, and meanwhile another replica judges the same request and saves it."""

    units: Units

    async def __call__(self, question: Question) -> Judged:
        async with self.units.write() as unit:
            request = await unit.requests.get(make.request().id)
            assert request is not None
            await unit.requests.save(replace(request, judged_at=make.at(1)))
        return Judged(decision=Allowed(gates=()), workflow=None, pin=make.pin())


async def test_a_request_that_changed_meanwhile_is_decided_about_again_and_not_left_alone(
    units: Units, clock: FakeClock
) -> None:
    request = await save_request(units, state=RequestState.QUEUED)
    rejudge = Rejudge(units, cast(Authorize, Slow(units)), Catalogs({"run": command}, unconfigured), clock, Mint())
    with pytest.raises(Conflict):
        await rejudge(request, make.repository())
