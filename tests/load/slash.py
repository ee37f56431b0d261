"""Measures acks of slash commands, whatever state Slack is in, and beside Bolt for Python, which keeps nothing."""

from __future__ import annotations

import hmac
import itertools
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from tests.load.figures import Figure
from tests.load.generator import Load, load
from tests.load.house import COMMANDS, House
from tests.load.processes import HOST, bare_environment, free_port, listening
from tests.load.slack import SLOW_SECONDS, Slack, SlackFacts

ROUNDS = 3
ALONE_SECONDS, PAUSE_SECONDS = 5.0, 0.1  # long enough for a command to be answered before the next one comes
ONE_SECONDS, MANY_SECONDS = 1.5, 2.0
MANY = 32
WORK_MS = 0.5  # on top of one commit
TIMES_BOLT = 8.0
COMMITS = 200
ROW_BYTES = 900  # of a command's delivery and its job

ANSWERING, SLOW, DOWN, BOLT = "Slack answering", f"Slack answers after {SLOW_SECONDS:g} s", "Slack down", "Bolt"
TARGETS = (ANSWERING, SLOW, DOWN, BOLT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """What one fresh process did."""

    alone: Load
    """One at a time, with time to handle it before the next one."""
    one: Load
    many: Load
    unrecorded: int
    """Commands that were acknowledged and are not in the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slash:
    """What was measured."""

    rounds: dict[str, list[Loads]]
    commit_ms: float

    def figures(self) -> list[Figure]:
        """With their goals."""
        return [
            *self._shown(ANSWERING),
            Figure(
                name="... Bolt as shipped takes, one at a time",
                value=self._p50(BOLT) / self._p50(ANSWERING),
                unit="x",
                at_least=TIMES_BOLT,
                note=f"p50 {self._p50(BOLT):.1f} ms, keeps nothing",
            ),
            *self._shown(SLOW),
            *self._shown(DOWN),
            Figure(
                name="slash commands acknowledged and not recorded",
                value=sum(each.unrecorded for loads in self.rounds.values() for each in loads),
                unit="",
                at_most=0,
                note=f"of {self._taken():,}",
            ),
        ]

    def _p50(self, target: str) -> float:
        return median(each.alone.p50_ms for each in self.rounds[target])

    def _taken(self) -> int:
        ours = [loads for target, loads in self.rounds.items() if target != BOLT]
        return sum(load.taken for loads in ours for each in loads for load in (each.alone, each.one, each.many))

    def _shown(self, target: str) -> Iterator[Figure]:
        goal = WORK_MS + self.commit_ms
        for kind, most in (("alone", goal), ("one", None), ("many", None)):
            loads: list[Load] = [getattr(each, kind) for each in self.rounds[target]]
            refused = sum(each.refused for each in loads)
            rate = f"{median(each.per_second for each in loads):,.0f}/s, " if kind != "alone" else ""
            p99 = f"p99 {median(each.p99_ms for each in loads):.2f} ms"
            spread = f"p50 {min(each.p50_ms for each in loads):.2f}-{max(each.p50_ms for each in loads):.2f}"
            yield Figure(
                name=f"slash command ack p50, {target}, {_manner(kind)}",
                value=median(each.p50_ms for each in loads),
                unit="ms",
                at_most=most,
                note=f"{rate}{p99}, {spread}{f', {refused} refused' if refused else ''}",
            )


def _manner(kind: str) -> str:
    return {"alone": "one at a time", "one": "1 in flight", "many": f"{MANY} in flight"}[kind]


async def measure(house: House, slack: Slack) -> Slash:
    """Every round starts its servers anew, and the order changes from round to round."""
    rounds: dict[str, list[Loads]] = {name: [] for name in TARGETS}
    for number in range(ROUNDS):
        for name in TARGETS if number % 2 == 0 else reversed(TARGETS):
            rounds[name].append(await (_bolt(house, slack) if name == BOLT else _ours(house, slack, name)))
    return Slash(rounds=rounds, commit_ms=commit_ms(house.folder))


async def _ours(house: House, slack: Slack, name: str) -> Loads:
    facts = house.slack
    if name == DOWN:
        facts = replace(facts, api_url=f"http://{HOST}:{free_port()}/api/")
    async with house.bot(slack=facts) as bot:
        specimen = await slack.tells(f"http://{HOST}:{bot.port}{COMMANDS}")
        await slack.answers_after(SLOW_SECONDS if name == SLOW else 0.0)
        before = await bot.recorded("slack_command")
        loads = await _loads(bot.port, specimen, facts)
        taken = sum(each.taken for each in loads)
        kept = await bot.recorded("slack_command") - before
        await slack.answers_after(0.0)
    alone, one, many = loads
    return Loads(alone=alone, one=one, many=many, unrecorded=taken - kept)


async def _bolt(house: House, slack: Slack) -> Loads:
    async with _bolt_listening(house) as port:
        specimen = await slack.tells(f"http://{HOST}:{port}{COMMANDS}")
        alone, one, many = await _loads(port, specimen, house.slack)
    return Loads(alone=alone, one=one, many=many, unrecorded=0)


@asynccontextmanager
async def _bolt_listening(house: House) -> AsyncIterator[int]:
    port = free_port()
    environment = {
        **bare_environment(house.folder),
        "HOST": HOST,
        "PORT": str(port),
        "SLACK_API_URL": house.slack.api_url,
        "SLACK_BOT_TOKEN": house.slack.bot_token,
        "SLACK_SIGNING_SECRET": house.slack.signing_secret,
    }
    command = [sys.executable, "-m", "tests.load.bolt_app"]
    async with listening(command, port, environment, house.folder / "bolt.log"):
        yield port


async def _loads(port: int, specimen: Mapping[str, str], facts: SlackFacts) -> tuple[Load, Load, Load]:
    requests = signed(specimen, facts)
    alone = await load(HOST, port, requests, in_flight=1, seconds=ALONE_SECONDS, pause=PAUSE_SECONDS)
    one = await load(HOST, port, requests, in_flight=1, seconds=ONE_SECONDS)
    many = await load(HOST, port, requests, in_flight=MANY, seconds=MANY_SECONDS)
    return alone, one, many


def signed(specimen: Mapping[str, str], facts: SlackFacts) -> Iterator[bytes]:
    """Whole requests without end, each with a trigger of its own, signed as Slack signs them now.

    Their response URLs lead to the Slack that the bot knows.
    """
    _, _, rest = specimen["response_url"].removeprefix("http://").partition("/")
    response_url = f"{facts.api_url.removesuffix('api/')}{rest}"
    fixed = {name: value for name, value in specimen.items() if name != "trigger_id"} | {"response_url": response_url}
    start, secret = urlencode(fixed) + "&trigger_id=", facts.signing_secret.encode()
    for number in itertools.count():
        body, stamp = f"{start}99.1.{number:032x}".encode(), int(time.time())
        signature = hmac.digest(secret, b"v0:%d:%b" % (stamp, body), "sha256").hex()
        yield (
            f"POST {COMMANDS} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: Slackbot 1.0\r\nAccept: application/json,*/*\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nX-Slack-Request-Timestamp: {stamp}\r\n"
            f"X-Slack-Signature: v0={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


def commit_ms(folder: Path) -> float:
    """What one durable commit of a command takes on this disk, with nothing of ours around it."""
    took = []
    with closing(sqlite3.connect(folder / "commit.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE kept (body BLOB NOT NULL)")
        for _ in range(COMMITS):
            begun = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO kept VALUES (?)", (bytes(ROW_BYTES),))
            connection.execute("COMMIT")
            took.append(time.perf_counter() - begun)
    return median(took) * 1000
