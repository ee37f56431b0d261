"""T26: what somebody typed lately is counted once per line, however often the line is judged."""

from __future__ import annotations

from uuid import UUID

from bot.flow.typed import LINES, lately
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


async def test_what_was_counted_is_forgotten(units: Units, clock: FakeClock) -> None:
    first, second, third = (make.origin(comment=9000 + number) for number in range(3))
    await count(units, clock, first)
    clock.advance(30)
    await count(units, clock, second)
    clock.advance(floods.WINDOW.total_seconds())
    assert await count(units, clock, third) == 0  # in a window of its own
    async with units.read() as unit:
        numbers = [await unit.marks.value(f"{LINES}{each.natural_key}") for each in (first, second, third)]
    assert numbers == [None, None, 1]
