"""Owns the verdict over a bot's work: what it wrote down, held against what GitHub and Slack saw of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from bot.rules.lifecycle import ENDED_WELL, FINAL
from bot.store.database import Database
from tests.load.traffic import Seen

ROUNDS: Final = (
    "kind IN ('announce', 'delivery', 'dispatch', 'find_run', 'check_run', 'post_answer', 'react', 'stop_run')"
)
UNDONE: Final = f"SELECT count(*) FROM jobs WHERE state = 'ready' AND {ROUNDS}"
HELD: Final = "SELECT kind, last_error FROM jobs WHERE state = 'held'"
REQUESTS: Final = "SELECT code, state FROM requests"
OWNED: Final = "SELECT github_id, attempt, code, state FROM runs JOIN requests ON requests.id = runs.request_id"
SAID: Final = (
    "SELECT id FROM announcements WHERE surface = 'github' "
    "UNION SELECT id FROM answers WHERE surface = 'github' AND message_id <> ''"  # empty: an outage that was over first
)
UNPOSTED: Final = "SELECT natural_key FROM answers WHERE message_id IS NULL"
WELL: Final = frozenset(conclusion.value for conclusion in ENDED_WELL)
NEVER_RAN: Final = frozenset({"refused", "expired", "voided", "cancelled", "lost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of it."""

    requests: Counter[str]
    """By state."""
    runs: int
    said: int
    faults: Sequence[str]
    """What is wrong, a line each; empty when nothing is."""


async def at_rest(url: str) -> bool:
    """Whether every request has an end, and nothing waits but the rounds."""
    [(undone,)] = await rows(url, UNDONE)
    states = {state for _, state in await rows(url, REQUESTS)}
    return undone == 0 and states <= {state.value for state in FINAL}


async def judge(url: str, seen: Seen) -> Verdict:
    """Hold the database at `url` against what was seen, once it is at rest."""
    requests = await rows(url, REQUESTS)
    held = await rows(url, HELD)
    said = {str(UUID(str(found))) for (found,) in await rows(url, SAID)}
    unposted = await rows(url, UNPOSTED)
    faults = [
        *(f"held: {kind}: {error}" for kind, error in held),
        *(f"never posted: {key}" for (key,) in unposted),
        *_runs(requests, await rows(url, OWNED), seen),
        *(f"said {count} times: {each}" for each, count in seen.markers.items() if count != 1),
        *(f"said, and not written down: {each}" for each in seen.markers.keys() - said),
        *(f"written down, and never said: {each}" for each in said - seen.markers.keys()),
    ]
    if seen.unacknowledged:
        faults.append(f"{seen.unacknowledged} of {seen.deliveries} deliveries were not acknowledged")
    return Verdict(
        requests=Counter(state for _, state in requests), runs=len(seen.attempts), said=len(said), faults=faults
    )


def _runs(requests: Sequence[Sequence[Any]], owned: Sequence[Sequence[Any]], seen: Seen) -> Iterator[str]:
    """Each attempt of each run belongs to one request, which ended as that; nothing else ended with a run."""
    yield from (
        f"started {count} times: the run with the key {key}" for key, count in seen.started.items() if count != 1
    )
    owners = {(int(run), attempt): (code, state) for run, attempt, code, state in owned}
    for attempt, ended in seen.attempts.items():
        code, state = owners.get(attempt, ("", ""))
        if not code:
            yield f"attempt {attempt[1]} of run {attempt[0]} is nobody's"
        elif state != _state(ended):
            yield f"{code} is {state}, and its run ended as {ended}"
    yield from (f"{code} is nobody's run" for attempt, (code, _) in owners.items() if attempt not in seen.attempts)
    ran = {code for code, _ in owners.values()}
    yield from (
        f"{code} is {state} without a run" for code, state in requests if state not in NEVER_RAN and code not in ran
    )


def _state(ended: str) -> str:
    return "succeeded" if ended in WELL else "cancelled" if ended == "cancelled" else "failed"


async def rows(url: str, sql: str) -> Sequence[Sequence[Any]]:
    """Read the bot's database, beside the bot."""
    database = Database.open(url)
    try:
        async with database.reading.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(sql))]
    finally:
        await database.close()
