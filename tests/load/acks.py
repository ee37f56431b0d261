"""Measures durable webhook acks: the inbox alone, with commands in hand, and beside Probot, which keeps nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.load import bodies, probot, slow_disk
from tests.load.figures import Figure
from tests.load.generator import Load, load
from tests.load.github import GitHub
from tests.load.house import WEBHOOKS, House
from tests.load.processes import HOST

ROUNDS = 3
ONE_SECONDS, MANY_SECONDS = 1.5, 3.0
MANY = 32
CROWD = 200  # commands that wait to be handled when the load begins
TIMES_PROBOT = 2.0
P99_MS = 10.0
TIMES_PROBOT_SLOWLY = 1.3
HANDLER_SECONDS = 12.0
PAUSE_SECONDS = 0.05
P99_SLOW_MS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server takes webhooks, and a body for it."""

    port: int
    path: str
    specimen: bytes
    secret: str


Target = Callable[[], AbstractAsyncContextManager[Address]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acks:
    """What was measured."""

    alone: list[tuple[Load, Load]]
    probot: list[tuple[Load, Load]]
    """Empty when it is not there."""
    with_commands: tuple[Load, Load]
    dispatched: int
    """Commands that were dispatched during that."""
    slow_disk: list[tuple[Load, Load]]
    """With a millisecond more for each fsync; empty where there is no C compiler."""
    slow_github: Load
    """One at a time, while commands wait for a GitHub that takes twelve seconds over every call."""

    def figures(self) -> list[Figure]:
        """With their goals."""
        return [
            *_rates("durable acks, inbox alone", self.alone, p99_goal=P99_MS),
            Figure(
                name="... against Probot as shipped, 32 in flight",
                value=_rate(self.alone) / _rate(self.probot) if self.probot else None,
                unit="x",
                at_least=TIMES_PROBOT,
                note=f"Probot: {_rate(self.probot):,.0f}/s" if self.probot else "",
            ),
            *_rates("durable acks, 1 ms more per fsync", self.slow_disk, p99_goal=None),
            Figure(
                name="... against Probot as shipped, 32 in flight",
                value=_rate(self.slow_disk) / _rate(self.probot) if self.probot and self.slow_disk else None,
                unit="x",
                at_least=TIMES_PROBOT_SLOWLY,
            ),
            *_rates(f"durable acks, {self.dispatched} commands meanwhile", [self.with_commands], p99_goal=None),
            Figure(
                name=f"ack p99, one at a time, {CROWD} commands wait for a GitHub that takes {HANDLER_SECONDS:g} s",
                value=self.slow_github.p99_ms,
                unit="ms",
                at_most=P99_SLOW_MS,
                note=f"p50 {self.slow_github.p50_ms:.2f} ms; Probot answers after 9,000 ms then",
            ),
        ]


async def measure(house: House, github: GitHub, probot_folder: Path | None) -> Acks:
    """Every round starts its servers anew; with Probot the order changes from round to round."""

    library = slow_disk.built(house.folder)

    @asynccontextmanager
    async def ours(preload: Path | None = None) -> AsyncIterator[Address]:
        async with house.bot(preload=preload) as server:
            specimen = await github.tells(f"http://{HOST}:{server.port}{WEBHOOKS}")
            secret = house.github.webhook_secret
            yield Address(port=server.port, path=WEBHOOKS, specimen=specimen, secret=secret)

    @asynccontextmanager
    async def slowly() -> AsyncIterator[Address]:
        async with ours(library) as address:
            yield address

    @asynccontextmanager
    async def theirs() -> AsyncIterator[Address]:
        assert probot_folder is not None
        async with probot.listening(probot_folder, house.folder, house.github) as server:
            yield Address(port=server.port, path=probot.WEBHOOKS, specimen=specimen, secret=house.github.webhook_secret)

    async with ours() as address:
        specimen = address.specimen
        begun = await github.dispatched()
        loads = await _loads(address, before=github)
        dispatched = await github.dispatched() - begun
    async with ours() as address:
        slow_github = await _beside_slow_calls(address, github)
    found: dict[str, list[tuple[Load, Load]]] = {"ours": [], "slowly": [], "theirs": []}
    targets: list[tuple[str, Target]] = [
        ("ours", ours),
        *([("slowly", slowly)] if library else []),
        *([("theirs", theirs)] if probot_folder else []),
    ]
    for number in range(ROUNDS):
        for name, target in targets if number % 2 == 0 else reversed(targets):
            async with target() as address:
                found[name].append(await _loads(address))
    return Acks(
        alone=found["ours"],
        probot=found["theirs"],
        with_commands=loads,
        dispatched=dispatched,
        slow_disk=found["slowly"],
        slow_github=slow_github,
    )


async def _beside_slow_calls(address: Address, github: GitHub) -> Load:
    """Handlers that take twelve seconds and more, each call of theirs up to our own deadline."""
    await github.answers_after(HANDLER_SECONDS)
    await github.crowd(CROWD)
    ring = bodies.parcels(address.specimen, secret=address.secret, host=HOST, path=address.path)
    requests = bodies.requests(ring)
    answers = await load(HOST, address.port, requests, in_flight=1, seconds=MANY_SECONDS, pause=PAUSE_SECONDS)
    await github.answers_after(0.0)
    return answers


async def _loads(address: Address, before: GitHub | None = None) -> tuple[Load, Load]:
    """One in flight, then many; `before` has people type commands at the same moment."""
    ring = bodies.parcels(address.specimen, secret=address.secret, host=HOST, path=address.path)
    requests = bodies.requests(ring)
    answers = []
    for in_flight, seconds in ((1, ONE_SECONDS), (MANY, MANY_SECONDS)):
        if before is not None:
            await before.crowd(CROWD)
        answers.append(await load(HOST, address.port, requests, in_flight=in_flight, seconds=seconds))
    one, many = answers
    return one, many


def _rate(rounds: list[tuple[Load, Load]]) -> float:
    return median(many.per_second for _, many in rounds)


def _rates(name: str, rounds: list[tuple[Load, Load]], *, p99_goal: float | None) -> list[Figure]:
    figures = []
    for loads in zip(*rounds, strict=True):
        rate, count = median(each.per_second for each in loads), loads[0].in_flight
        refused = sum(each.refused for each in loads)
        figures += [
            Figure(
                name=f"{name}, {count} in flight",
                value=rate,
                unit="/s",
                note=f"p50 {median(each.p50_ms for each in loads):.2f} ms{f', {refused} refused' if refused else ''}",
            ),
            Figure(
                name="... p99",
                value=median(each.p99_ms for each in loads),
                unit="ms",
                at_most=p99_goal if count == MANY else None,
            ),
        ]
    return figures
