"""Runs the real thing while everything fails at random, then holds what it says against what happened: `make chaos`.

Exit code 1 when something was lost, done twice, held, or ended wrong; docs/operating.md has the method.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from tests.load.figures import Figure, table
from tests.load.house import COMMANDS, WEBHOOKS, House
from tests.load.platforms import Platforms, platforms
from tests.load.processes import CLIENT_CORE, HOST, pin
from tests.load.traffic import Seen
from tests.load.verdict import Verdict, at_rest, judge, rows
from tests.load.weather import Told

SECONDS: Final = 300.0
PER_SECOND: Final = 20.0
IN_SLACK: Final = 0.05
"""Slack takes fifty edits a minute of a whole workspace, so more would only make the end later."""
REST_SECONDS: Final = 1800.0
LOOK_SECONDS: Final = 1.0

SHOWN: Final = (
    "SELECT announcements.id, code, state FROM announcements JOIN requests ON requests.id = request_id "
    "WHERE surface = 'github' OR judged_at IS NOT NULL"  # in Slack nobody else reads of what was not judged (T22)
)
HEADS: Final = {"succeeded": "✅", "failed": "❌", "cancelled": "🚫", "refused": "⛔", "voided": "⛔", "expired": "⌛"}
AWAY: Final = "⏳ **GitHub does not"
ORIGINS: Final = "SELECT origin_key FROM requests UNION SELECT natural_key FROM answers"
WITHOUT_WORDS: Final = "SELECT facts FROM audit_entries WHERE reason = 'rate_limited'"
"""Whoever types too much has a reaction for an answer (T26)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chaos:
    """What came of it."""

    verdict: Verdict
    seen: Seen
    told: Told
    wrong: list[str]
    """What the verdict does not look at."""
    seconds: float
    rest_seconds: float

    @property
    def faults(self) -> list[str]:
        """Whatever must not be.

        That GitHub does not answer is said there now or never: what was cut off meanwhile is not looked for again.
        """
        notes = {
            f"said, and not written down: {each}" for each, head in self.told.heads.items() if head.startswith(AWAY)
        }
        return [fault for fault in (*self.verdict.faults, *self.wrong) if fault not in notes]

    def figures(self) -> list[Figure]:
        """With their goals."""
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.verdict.requests.items()))
        rate = f"{self.seen.typed / self.seconds:.1f}/s"
        return [
            *(Figure(name=f"struck: {name}", value=count, unit="") for name, count in self.told.struck.items()),
            Figure(name="lines typed", value=self.seen.typed, unit="", note=rate),
            Figure(name="deliveries taken", value=self.seen.deliveries, unit=""),
            Figure(name="requests", value=sum(self.verdict.requests.values()), unit="", note=states),
            Figure(name="messages", value=len(self.told.heads), unit=""),
            Figure(name="until everything was at rest", value=self.rest_seconds, unit="s", at_most=REST_SECONDS),
            Figure(name="lost", value=self._count("lost:"), unit="", at_most=0),
            Figure(name="twice", value=self._count("started ", "said "), unit="", at_most=0),
            Figure(name="held", value=self._count("held:"), unit="", at_most=0),
            Figure(name="lost, twice, held, or wrong", value=len(self.faults), unit="", at_most=0),
        ]

    def _count(self, *starts: str) -> int:
        return sum(fault.startswith(starts) for fault in self.faults)


def main() -> None:
    """Let it storm, print, and say with the exit code whether all was well."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.chaos", description="Everything fails at random.")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for how long people type (%(default)s)")
    parser.add_argument("--per-second", type=float, default=PER_SECOND, help="how much they type (%(default)s)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeats what is typed and what fails")
    options = parser.parse_args()
    print(f"--seconds={options.seconds:g} --per-second={options.per_second:g} --seed={options.seed}", flush=True)
    pin(CLIENT_CORE)
    with tempfile.TemporaryDirectory(prefix="signalbox-chaos-") as folder:
        chaos = asyncio.run(storm(Path(folder), options.seconds, options.per_second, options.seed))
        figures = chaos.figures()
        print(table(figures))
        print(*chaos.faults, sep="\n")
    sys.exit(any(figure.missed for figure in figures))


async def storm(folder: Path, seconds: float, per_second: float, seed: int) -> Chaos:
    """So many lines a second for so many seconds, then fair weather until everything is at rest."""
    with platforms() as outside:
        house = House(folder, await outside.github.facts(), await outside.slack.facts())
        async with house.bot(slack=house.slack) as bot:
            await bot.link(await outside.traffic.people())
            urls = (f"http://{HOST}:{bot.port}{WEBHOOKS}", f"http://{HOST}:{bot.port}{COMMANDS}")
            typed_for = await _type(outside, urls, seconds, per_second, seed)
            rested = await _rest(bot.url)
            seen, told = await outside.traffic.seen(), await outside.weather.told()
            verdict = await judge(bot.url, seen)
            wrong = [fault async for fault in _wrong(bot.url, told)] + list(_lost(verdict))
    return Chaos(verdict=verdict, seen=seen, told=told, wrong=wrong, seconds=typed_for, rest_seconds=rested)


async def _type(outside: Platforms, urls: tuple[str, str], seconds: float, per_second: float, seed: int) -> float:
    await outside.traffic.begin(urls, per_second=per_second, seed=seed, in_slack=IN_SLACK, limited=False)
    await outside.weather.begin(seed)
    begun = time.monotonic()
    await asyncio.sleep(seconds)
    typed_for = time.monotonic() - begun
    await outside.weather.end()
    await outside.traffic.end()
    return typed_for


async def _rest(url: str) -> float:
    """How long it takes to the end of everything; what does not end is for the verdict to name."""
    begun = time.monotonic()
    for _ in range(int(REST_SECONDS / LOOK_SECONDS)):
        if await at_rest(url):
            break
        await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic() - begun


async def _wrong(url: str, told: Told) -> AsyncIterator[str]:
    """Lines of which nothing came, and messages that do not say what is so."""
    reactions = [json.loads(facts)["origin"] for (facts,) in await rows(url, WITHOUT_WORDS)]
    origins = [str(key).split(":") for key in [*reactions, *(key for (key,) in await rows(url, ORIGINS))]]
    done = {key[3] for key in origins if key[0] == "comment"} | {key[2] for key in origins if len(key) > 2}
    for line in (*told.comments, *told.triggers):
        if line not in done:
            yield f"lost: nothing came of {line}"
    for shown, code, state in await rows(url, SHOWN):
        head = told.heads.get(str(UUID(str(shown))), "")
        if not head.startswith(HEADS.get(state, "?")):
            yield f"{code} is {state}, and its message begins with {head!r}"


def _lost(verdict: Verdict) -> Iterator[str]:
    for state in ("lost", "expired"):
        if verdict.requests[state]:
            yield f"lost: {verdict.requests[state]} requests are {state}"


if __name__ == "__main__":
    main()
