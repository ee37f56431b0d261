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
from tests.load.figures import table
from tests.load.house import House
from tests.load.platforms import platforms
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
    figures = []
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-") as folder, platforms() as outside:
        house = House(Path(folder), await outside.github.facts(), await outside.slack.facts())
        if "starts" in parts:
            found, raw["starts"] = await starts.measure(house)
            figures += found
        if "acks" in parts:
            measured = await acks.measure(house, outside.github, probot_folder)
            figures += measured.figures()
            raw["acks"] = asdict(measured)
        if "slash" in parts:
            heard = await slash.measure(house, outside.slack)
            figures += heard.figures()
            raw["slash"] = asdict(heard)
        if "commands" in parts:
            cost = await commands.measure(house, outside)
            figures += cost.figures()
            raw["commands"] = asdict(cost)
        if "replicas" in parts:
            shared = await replicas.measure(house, outside.github)
            figures += shared.figures()
            raw["replicas"] = asdict(shared)
    print(table(figures))
    raw["figures"] = [asdict(figure) for figure in figures]
    return raw


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
