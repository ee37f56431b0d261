"""Marks: a number per name, set or counted up."""

from __future__ import annotations

from bot.store.unit import Units
from tests.support.clock import FakeClock


async def test_a_mark_is_what_was_put_last(units: Units, clock: FakeClock) -> None:
    async with units.write() as unit:
        assert await unit.marks.value("hook_deliveries") is None
        await unit.marks.put("hook_deliveries", 2**62, clock.now())
        await unit.marks.put("hook_deliveries", 7, clock.now())
    async with units.read() as unit:
        assert await unit.marks.value("hook_deliveries") == 7
        assert await unit.marks.value("permissions") is None


async def test_a_bump_counts_up_from_one_and_from_what_was_put(units: Units, clock: FakeClock) -> None:
    async with units.write() as unit:
        assert [await unit.marks.bump("permissions", clock.now()) for _ in range(3)] == [1, 2, 3]
        await unit.marks.put("permissions", 40, clock.now())
        assert await unit.marks.bump("permissions", clock.now()) == 41
