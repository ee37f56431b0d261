"""What an attempt at a job happens in: a context of its own, lines that name it, what a tracer puts around it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from datetime import datetime

import pytest

from bot.log import bind, bound, tag
from bot.store.jobs import StoredJob
from tests.jobs.bench import Bench

where: ContextVar[str] = ContextVar("where", default="nowhere")


class Keeper(logging.Handler):
    """Keeps what each line would carry."""

    def __init__(self) -> None:
        super().__init__()
        self.carried: list[dict[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.carried.append(dict(bound()))


async def test_every_line_inside_a_job_names_it_also_those_of_libraries(bench: Bench) -> None:
    keeper, library = Keeper(), logging.getLogger("httpx.of.this.test")
    library.addHandler(keeper)

    async def step() -> None:
        tag(request="K7QX2M")
        library.warning("Connection pool is full")

    bench.worker(step)
    await bench.enqueue("k1")
    async with bench.running():
        await bench.engine.settled()
    assert keeper.carried == [{"job": "work", "key": "k1", "request": "K7QX2M"}]


async def test_a_job_that_a_commit_brings_shares_nothing_with_the_job_that_committed(bench: Bench) -> None:
    seen: list[dict[str, str]] = []

    async def first() -> None:
        tag(request="K7QX2M")
        await bench.enqueue("k2")

    async def second() -> None:
        seen.append(dict(bound()))

    bench.worker(first, second)
    async with bench.running():
        with bind(delivery="d1"):
            await bench.enqueue("k1")
        await bench.engine.settled()
    assert seen == [{"job": "work", "key": "k2"}]


@pytest.mark.sqlite  # on PostgreSQL any replica may take it, and a commit carries nothing there
async def test_a_tracer_is_around_each_attempt_and_may_carry_something_along(bench: Bench) -> None:
    seen: list[tuple[str, str]] = []

    @contextmanager
    def around(job: StoredJob) -> Iterator[None]:
        seen.append((job.key, where.get()))
        where.set(f"inside {job.key}")
        yield
        seen.append((job.key, "left"))

    def carry() -> Context:
        return copy_context()

    async def first() -> datetime | None:
        await bench.enqueue("k2")
        return None

    bench.another(around=around, carry=carry)
    bench.worker(first)
    async with bench.running():
        await bench.enqueue("k1")
        await bench.engine.settled()
    assert sorted(seen) == [("k1", "left"), ("k1", "nowhere"), ("k2", "inside k1"), ("k2", "left")]
