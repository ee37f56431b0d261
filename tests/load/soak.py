"""Runs the real thing under mixed traffic for a while and looks whether it stays as it was: `make soak`.

Exit code 1 when something was lost, done twice, or ended wrong, or when memory grew; docs/operating.md has the method.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from tests.load.figures import Figure, table
from tests.load.house import COMMANDS, WEBHOOKS, House
from tests.load.platforms import platforms
from tests.load.processes import CLIENT_CORE, HOST, pin, resident_mib
from tests.load.verdict import Verdict, at_rest, judge

MINUTES = 20.0
PER_SECOND = 2.0
SAMPLE_SECONDS = 10.0
REST_SECONDS = 600.0  # edits that had to wait for GitHub's hourly limits come last
LOOK_SECONDS = 1.0
GROWTH_MIB = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Soak:
    """What was measured."""

    verdict: Verdict
    typed: int
    deliveries: int
    seconds: float
    rest_seconds: float
    """From the last word typed to the end of everything."""
    memory_mib: list[float] = field(default_factory=list)

    @property
    def growth_mib(self) -> float | None:
        """From the second quarter to the last: the first one fills caches."""
        quarter = len(self.memory_mib) // 4
        if not quarter:
            return None
        return mean(self.memory_mib[-quarter:]) - mean(self.memory_mib[quarter : 2 * quarter])

    def figures(self) -> list[Figure]:
        """With their goals."""
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.verdict.requests.items()))
        return [
            Figure(name="lines typed", value=self.typed, unit="", note=f"{self.typed / self.seconds:.1f}/s"),
            Figure(name="deliveries taken", value=self.deliveries, unit=""),
            Figure(name="requests", value=sum(self.verdict.requests.values()), unit="", note=states),
            Figure(name="attempts of runs", value=self.verdict.runs, unit=""),
            Figure(name="messages on GitHub", value=self.verdict.said, unit=""),
            Figure(name="lost, twice, wrong or held", value=len(self.verdict.faults), unit="", at_most=0),
            Figure(name="until everything was at rest", value=self.rest_seconds, unit="s"),
            Figure(name="memory at the end", value=self.memory_mib[-1] if self.memory_mib else None, unit="MiB"),
            Figure(name="... more than in the second quarter", value=self.growth_mib, unit="MiB", at_most=GROWTH_MIB),
        ]


def main() -> None:
    """Soak, print, and say with the exit code whether all was well."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.soak", description="Mixed traffic for a while.")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="for how long people type (%(default)s)")
    parser.add_argument("--per-second", type=float, default=PER_SECOND, help="how much they type (%(default)s)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeats what is typed")
    options = parser.parse_args()
    print(f"--minutes={options.minutes:g} --per-second={options.per_second:g} --seed={options.seed}", flush=True)
    soak = asyncio.run(_soak(options.minutes * 60, options.per_second, options.seed))
    figures = soak.figures()
    print(table(figures))
    print(*soak.verdict.faults, sep="\n")
    sys.exit(any(figure.missed for figure in figures))


async def _soak(seconds: float, per_second: float, seed: int) -> Soak:
    pin(CLIENT_CORE)
    memory: list[float] = []
    with tempfile.TemporaryDirectory(prefix="signalbox-soak-") as folder, platforms() as outside:
        house = House(Path(folder), await outside.github.facts(), await outside.slack.facts())
        async with house.bot(slack=house.slack) as bot:
            address = f"http://{HOST}:{bot.port}"
            begin = (f"{address}{WEBHOOKS}", f"{address}{COMMANDS}")
            await bot.link(await outside.traffic.people())
            await outside.traffic.begin(begin, per_second=per_second, seed=seed)
            begun = time.monotonic()
            while (left := begun + seconds - time.monotonic()) > 0:
                await asyncio.sleep(min(SAMPLE_SECONDS, left))
                memory += [found for found in [resident_mib(bot.pid)] if found is not None]
            await outside.traffic.end()
            typed_for, ended = time.monotonic() - begun, time.monotonic()
            await _rest(bot.url)
            rested = time.monotonic() - ended
            seen = await outside.traffic.seen()
            verdict = await judge(bot.url, seen)
    return Soak(
        verdict=verdict,
        typed=seen.typed,
        deliveries=seen.deliveries,
        seconds=typed_for,
        rest_seconds=rested,
        memory_mib=memory,
    )


async def _rest(url: str) -> None:
    """Wait for the end of everything; what does not end is for the verdict to name."""
    for _ in range(int(REST_SECONDS / LOOK_SECONDS)):
        if await at_rest(url):
            return
        await asyncio.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main()
