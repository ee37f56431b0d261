"""T26: what somebody typed lately is counted once per line, however often the line is judged."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from bot.flow.typed import PREFIX, lately
from bot.model.origin import Origin
from bot.rules import floods
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock

PERSON = UUID(int=7)


async def count(units: Units, clock: FakeClock, origin: Origin) -> int:
    async with units.write() as unit:
        now = clock.now()
        return await lately(unit, PERSON, 77, origin, now, came_at=now)


async def test_t26_a_line_that_is_judged_again_after_a_lost_race_is_counted_once(
    units: Units, clock: FakeClock
) -> None:
    lines = [make.origin(comment=9000 + number) for number in range(4)]
    assert [await count(units, clock, line) for line in lines[:2]] == [0, 1]
    assert [await count(units, clock, lines[1]) for _ in range(5)] == [1] * 5
    assert [await count(units, clock, lines[0]), await count(units, clock, lines[2])] == [0, 2]
    assert await count(units, clock, lines[3]) == 3


async def test_what_was_counted_is_forgotten_with_its_window(units: Units, clock: FakeClock) -> None:
    await count(units, clock, make.origin())
    clock.advance(2 * floods.WINDOW.total_seconds() + 1)
    assert await count(units, clock, make.origin(comment=9002)) == 0
    async with units.write() as unit:
        await unit.marks.forget(PREFIX, clock.now() - timedelta(seconds=1))
        assert await unit.marks.value(f"{PREFIX}{make.origin().natural_key}") is None
        assert await unit.marks.value(f"{PREFIX}{make.origin(comment=9002).natural_key}") == 1
