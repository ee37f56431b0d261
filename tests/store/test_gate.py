"""Who writes next."""

from __future__ import annotations

import asyncio

import pytest

from bot.store.gate import WriteGate


async def enter(gate: WriteGate, name: str, order: list[str], *, first: bool = False) -> None:
    async with gate.turn(first=first):
        order.append(name)


async def test_the_inbox_goes_before_everybody_who_waits() -> None:
    gate, order = WriteGate(), list[str]()
    async with asyncio.TaskGroup() as tasks, gate.turn():
        for name in ("a", "b"):
            tasks.create_task(enter(gate, name, order))
        tasks.create_task(enter(gate, "inbox", order, first=True))
        await asyncio.sleep(0)
    assert order == ["inbox", "a", "b"]


async def test_an_inbox_that_asks_again_and_again_lets_the_others_through() -> None:
    gate, order = WriteGate(), list[str]()

    async def inbox() -> None:
        for number in range(3):
            await enter(gate, f"inbox {number}", order, first=True)

    async with asyncio.TaskGroup() as tasks, gate.turn():
        for name in ("a", "b"):
            tasks.create_task(enter(gate, name, order))
        tasks.create_task(inbox())
        await asyncio.sleep(0)
    assert order == ["inbox 0", "a", "inbox 1", "b", "inbox 2"]


async def test_only_one_is_inside() -> None:
    gate, inside = WriteGate(), 0

    async def write() -> None:
        nonlocal inside
        async with gate.turn():
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            inside -= 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(20):
            tasks.create_task(write())


@pytest.mark.parametrize("handed_over", [False, True])
async def test_who_is_cancelled_while_waiting_does_not_keep_the_gate(handed_over: bool) -> None:
    gate, order = WriteGate(), list[str]()
    async with gate.turn():
        gone = asyncio.create_task(enter(gate, "gone", order))
        stays = asyncio.create_task(enter(gate, "stays", order))
        await asyncio.sleep(0)
        if not handed_over:
            gone.cancel()
            await asyncio.sleep(0)
    if handed_over:
        gone.cancel()
    await stays
    await enter(gate, "later", order)
    assert gone.cancelled()
    assert order == ["stays", "later"]


async def test_an_exception_inside_opens_the_gate() -> None:
    gate, order = WriteGate(), list[str]()
    with pytest.raises(ZeroDivisionError):
        async with gate.turn():
            raise ZeroDivisionError
    await enter(gate, "next", order)
    assert order == ["next"]
