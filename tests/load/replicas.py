"""Measures PostgreSQL with one and two replicas: acks, commands finished, and how soon a killed one's work goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import make_url

from bot.rules.lifecycle import FINAL
from tests.load import bodies
from tests.load.acks import MANY, MANY_SECONDS
from tests.load.figures import Figure
from tests.load.generator import Load, load
from tests.load.github import GitHub
from tests.load.house import WEBHOOKS, Bot, House
from tests.load.processes import HOST
from tests.load.verdict import rows
from tests.support import postgres

COMMANDS: Final = 200
LOOK_SECONDS: Final = 0.05
MOST_SECONDS: Final = 120.0
ENDED: Final = ", ".join(f"'{state.value}'" for state in FINAL)
FINISHED: Final = f"SELECT count(*) FROM requests WHERE state IN ({ENDED})"
ADOPTED: Final = "SELECT count(*) FROM runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What so many processes did on one database."""

    name: str
    acks_per_second: float
    p99_ms: float
    commands_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicas:
    """What was measured."""

    served: list[Served]
    take_over_seconds: float

    def figures(self) -> list[Figure]:
        """Without goals: the processes share one core, so two of them show safety and not speed."""
        lines = []
        for each in self.served:
            acks = Figure(
                name=f"durable acks, {MANY} in flight, {each.name}",
                value=each.acks_per_second,
                unit="/s",
                note=f"p99 {each.p99_ms:.1f} ms",
            )
            done = Figure(name=f"commands finished, {each.name}", value=each.commands_per_second, unit="/s")
            lines += [acks, done]
        name = "kill -9 in the middle of a dispatch, until another replica has its run"
        return [*lines, Figure(name=name, value=self.take_over_seconds, unit="s")]


async def measure(house: House, github: GitHub) -> Replicas:
    """SQLite for comparison, then PostgreSQL; each on a fresh database."""
    await github.plays()
    databases = _databases(3)
    # They are made and dropped by loops of their own, which this one must not be in the way of.
    urls = await asyncio.to_thread(databases.__enter__)
    try:
        served = [
            await _served(house, github, "SQLite", None, 1),
            await _served(house, github, "PostgreSQL, 1 replica", urls[0], 1),
            await _served(house, github, "PostgreSQL, 2 replicas", urls[1], 2),
        ]
        seconds = await _taken_over(house, github, urls[2])
    finally:
        await asyncio.to_thread(databases.__exit__, None, None, None)
    return Replicas(served=served, take_over_seconds=seconds)


@contextmanager
def _databases(count: int) -> Iterator[list[str]]:
    """So many fresh ones, on a server that waits for its disk."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres.running(durable=True))
        template = str(make_url(stack.enter_context(postgres.migrated(server))).database)
        yield [stack.enter_context(postgres.copy(server, template=template)) for _ in range(count)]


@asynccontextmanager
async def _bots(house: House, url: str | None, count: int) -> AsyncIterator[Sequence[Bot]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(house.bot(url=url)) for _ in range(count)]


async def _served(house: House, github: GitHub, name: str, url: str | None, count: int) -> Served:
    async with _bots(house, url, count) as bots:
        specimen = await github.tells(f"http://{HOST}:{bots[0].port}{WEBHOOKS}")
        commands = await _commands(bots[0].url, github)
        loads = await asyncio.gather(*(_acks(house, bot, specimen, MANY // count) for bot in bots))
    return Served(
        name=name,
        acks_per_second=sum(each.per_second for each in loads),
        p99_ms=max(each.p99_ms for each in loads),
        commands_per_second=commands,
    )


async def _acks(house: House, bot: Bot, specimen: bytes, in_flight: int) -> Load:
    ring = bodies.parcels(specimen, secret=house.github.webhook_secret, host=HOST, path=WEBHOOKS)
    return await load(HOST, bot.port, bodies.requests(ring), in_flight=in_flight, seconds=MANY_SECONDS)


async def _commands(url: str, github: GitHub) -> float:
    """All typed at once; finished is a request whose run has ended, and the bot knows."""
    begun = time.perf_counter()
    await github.crowd(COMMANDS)
    await _until(url, FINISHED, COMMANDS)
    return COMMANDS / (time.perf_counter() - begun)


async def _taken_over(house: House, github: GitHub, url: str) -> float:
    async with AsyncExitStack() as stack:
        victim = await stack.enter_async_context(house.bot(url=url))
        await github.tells(f"http://{HOST}:{victim.port}{WEBHOOKS}")
        await github.asked_to_dispatch()
        other = await stack.enter_async_context(house.bot(url=url))
        await github.tells(f"http://{HOST}:{other.port}{WEBHOOKS}")
        os.kill(victim.pid, signal.SIGKILL)
        begun = time.perf_counter()
        await github.resumes()
        await _until(url, ADOPTED, 1)
        return time.perf_counter() - begun


async def _until(url: str, count: str, wanted: int) -> None:
    """Raises `TimeoutError` when it does not come to so many."""
    for _ in range(int(MOST_SECONDS / LOOK_SECONDS)):
        [(found,)] = await rows(url, count)
        if found >= wanted:
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise TimeoutError("The bots did not do what was waited for")
