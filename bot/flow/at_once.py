"""Owns asking several questions at once: the first failure is everybody's, and nobody is left behind asking."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


async def at_once(
    first: Coroutine[Any, Any, A],
    second: Coroutine[Any, Any, B],
    third: Coroutine[Any, Any, C],
    fourth: Coroutine[Any, Any, D],
) -> tuple[A, B, C, D]:
    """The answers in their order. What the first failing question raises is raised as it is; the others are ended."""
    a, b = asyncio.create_task(first), asyncio.create_task(second)
    c, d = asyncio.create_task(third), asyncio.create_task(fourth)
    try:
        return await asyncio.gather(a, b, c, d)
    finally:
        for task in (a, b, c, d):
            task.cancel()
        await asyncio.gather(a, b, c, d, return_exceptions=True)
