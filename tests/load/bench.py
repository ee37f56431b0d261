"""Prints what Signalbox costs, each figure beside its goal: `make bench`, or `python -m tests.load.bench`.

Figures are no tests: the exit code is 0 also where a goal is missed, which the table says aloud. docs/operating.md,
"What it costs", describes the method.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from tests.load import acks, commands, probot, replicas, slash, starts
from tests.load.figures import Figure, table
from tests.load.house import House
from tests.load.platforms import Platforms, platforms
from tests.load.processes import CLIENT_CORE, pin


def main() -> None:
    """Measure, print, and write the raw figures where they are wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.bench", description="Print what Signalbox costs.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the raw figures there too")
    parser.add_argument("--probot", type=Path, metavar="DIR", help="a folder in which `npm install probot` was run")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part alone; may be repeated")
    options = parser.parse_args()
    if options.probot is not None and not probot.found_in(options.probot):
        parser.error(f"{options.probot} holds no node_modules/probot, or there is no node")
    begun = time.monotonic()
    raw = asyncio.run(_measure(options.probot, options.only or list(PARTS)))
    print(f"\nMeasured in {time.monotonic() - begun:.0f} s. The method is in docs/operating.md, What it costs.")
    if options.json is not None:
        options.json.write_text(json.dumps(raw, indent=1, default=str), encoding="utf-8")


PARTS = ("starts", "acks", "slash", "commands", "replicas")
PACE_ROUNDS, PACE_NUMBERS = 50, 10_000


async def _measure(probot_folder: Path | None, parts: list[str]) -> dict[str, Any]:
    pinned = pin(CLIENT_CORE)
    raw: dict[str, Any] = {"machine": _machine(pinned)}
    print(f"{raw['machine']}\n")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-") as folder, platforms() as outside:
        house = House(Path(folder), await outside.github.facts(), await outside.slack.facts())
        for part in (part for part in PARTS if part in parts):
            try:
                found, raw[part] = await _part(part, house, outside, probot_folder)
                figures += found
            except Exception as error:  # what was measured before is worth as much without it
                figures.append(Figure(name=f"{part}: {type(error).__name__}: {error}", value=None, unit=""))
    print(table(figures))
    raw["figures"] = [asdict(figure) for figure in figures]
    return raw


async def _part(part: str, house: House, outside: Platforms, probot_folder: Path | None) -> tuple[list[Figure], Any]:
    """The figures of one part, and all that they were made of."""
    match part:
        case "starts":
            return await starts.measure(house)
        case "acks":
            acked = await acks.measure(house, outside.github, probot_folder)
            return acked.figures(), asdict(acked)
        case "slash":
            heard = await slash.measure(house, outside.slack)
            return heard.figures(), asdict(heard)
        case "commands":
            cost = await commands.measure(house, outside)
            return cost.figures(), asdict(cost)
        case _:
            shared = await replicas.measure(house, outside.github)
            return shared.figures(), asdict(shared)


def _machine(pinned: bool) -> str:
    cores = "server on core 0, client and sandbox on core 1" if pinned else "not pinned"
    system = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, {cores}"
    return f"{system}\nA fixed piece of work takes {_pace_ms():.2f} ms now: compare times only with runs at this pace."


def _pace_ms() -> float:
    """How fast this core is at this moment; on a shared machine that changes by the minute, and all times with it."""
    took = []
    for _ in range(PACE_ROUNDS):
        begun = time.perf_counter()
        sum(len(str(number)) for number in range(PACE_NUMBERS))
        took.append(time.perf_counter() - begun)
    return median(took) * 1000


if __name__ == "__main__":
    main()
