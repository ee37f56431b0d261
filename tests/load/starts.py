"""Measures what it costs to be there: start to listening and resident memory, with nothing, GitHub, and Slack too."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from tests.load.figures import Figure
from tests.load.house import House

ROUNDS = 5
GOALS = {
    "nothing configured": (600.0, 70.0),
    "GitHub configured": (1000.0, 95.0),
    "GitHub and Slack configured": (1000.0, 95.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start."""

    name: str
    listening_ms: float
    idle_mib: float | None


async def measure(house: House) -> tuple[list[Figure], list[Start]]:
    """Alternated, after one start of each that compiles the modules."""
    names = list(GOALS)
    for name in names:
        await _start(house, name)
    starts = [
        await _start(house, name) for number in range(ROUNDS) for name in (names if number % 2 else reversed(names))
    ]
    return [figure for name in GOALS for figure in _figures(name, starts)], starts


async def _start(house: House, name: str) -> Start:
    slack = house.slack if "Slack" in name else None
    async with house.bot(configured=name != "nothing configured", slack=slack) as server:
        return Start(name=name, listening_ms=server.started_ms, idle_mib=await server.idle_mib())


def _figures(name: str, starts: list[Start]) -> list[Figure]:
    mine = [start for start in starts if start.name == name]
    listening = [start.listening_ms for start in mine]
    memory = [start.idle_mib for start in mine if start.idle_mib is not None]
    spread = f"{min(listening):,.0f}-{max(listening):,.0f}"
    most_ms, most_mib = GOALS[name]
    return [
        Figure(name=f"start to listening, {name}", value=median(listening), unit="ms", at_most=most_ms, note=spread),
        Figure(name=f"idle memory, {name}", value=median(memory) if memory else None, unit="MiB", at_most=most_mib),
    ]
