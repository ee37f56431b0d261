"""What was said at guarded environments: one row for each attempt of a run at each of them (T10)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from bot.model.deployment import Verdict
from bot.model.protection import Protection, Word
from bot.store.unit import Units
from tests.support import make
from tests.support.rows import save_request

ASKED = Protection(
    id=UUID(int=1),
    connection=make.CONNECTION,
    repository=77,
    run=555,
    attempt=1,
    environment="production",
    environment_name="Production",
    sha=make.SHA,
    workflow_path=".github/workflows/deploy.yml",
    request=None,
    word=Word(verdict=None, note="who knows\0"),
    comments=0,
    asked_at=make.NOON,
    answered_at=None,
)


async def test_a_grant_is_for_one_attempt_of_one_run_at_one_environment(units: Units) -> None:
    request = await save_request(units)
    others = [
        replace(ASKED, id=UUID(int=2), attempt=2),
        replace(ASKED, id=UUID(int=3), run=556),
        replace(ASKED, id=UUID(int=4), environment="staging"),
    ]
    async with units.write() as unit:
        assert await unit.protections.add(ASKED)
        assert not await unit.protections.add(replace(ASKED, id=UUID(int=9), sha=make.OTHER_SHA))
        assert [await unit.protections.add(each) for each in others] == [True] * 3
        granted = replace(
            ASKED,
            request=request.id,
            word=Word(verdict=Verdict.APPROVED, note="passed"),
            comments=1,
            answered_at=make.at(2),
        )
        await unit.protections.save(granted)
    async with units.read() as unit:
        assert await unit.protections.of_run(make.CONNECTION, 77, 555, 1, "production") == granted
        kept = await unit.protections.of_run(make.CONNECTION, 77, 555, 2, "production")
        assert kept is not None
        assert (kept.word.verdict, kept.answered_at) == (None, None)
        assert await unit.protections.of_run(make.CONNECTION, 77, 555, 1, "Production") is None
