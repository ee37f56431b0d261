"""Owns what people do in Slack while the bot is crashed, and what must be true afterwards."""

from __future__ import annotations

import json
from collections import Counter
from uuid import UUID

from bot.sandbox.slack import Seen
from tests.crash.tale import check_audit
from tests.crash.talk import CHANNEL, Talk, read

SHOWN = (
    "SELECT id, address FROM announcements WHERE surface = 'slack' UNION "
    "SELECT id, address FROM answers WHERE surface = 'slack'"
)
UNPOSTED = "SELECT natural_key FROM answers WHERE message_id IS NULL"


def line(talk: Talk) -> str:
    """What is typed to deploy."""
    return f"run acme/shop#{talk.pull.number} deploy.yml environment=staging"


async def deploy(talk: Talk, channel: str = CHANNEL) -> None:
    """Alice deploys from Slack, the run goes well."""
    before = len(talk.github.runs)
    await talk.ops("alice", line(talk), channel)
    await started(talk, before, channel)
    await passed(talk, before)
    await talk.until_at_rest()
    [message] = talk.living(channel)
    assert "passed" in read(message), talk.describe("The right end")
    assert [each.splitlines()[0][:14] for each in talk.below(message)] == ["The details of"], talk.describe("Details")
    assert talk.whispers("alice", channel) == []
    check(talk, "succeeded")


async def started(talk: Talk, before: int, channel: str = CHANNEL) -> Seen:
    """One more run than before, and the message that shows it."""
    await talk.until(lambda: len(talk.github.runs) == before + 1 and bool(talk.living(channel)), "run and message")
    return talk.living(channel)[-1]


async def passed(talk: Talk, run: int) -> None:
    """The run goes well, and every request of it has ended so."""
    await talk.github.runs[run].play()
    await talk.until(lambda: "succeeded" in states(talk) and not open_requests(talk), "the end of the request")


def states(talk: Talk) -> list[str]:
    """Of all requests, the oldest first."""
    return [state for (state,) in talk.rows("SELECT state FROM requests ORDER BY created_at")]


def open_requests(talk: Talk) -> set[str]:
    """The states of those that have not ended."""
    return set(states(talk)) & {"queued", "dispatching", "running"}


def check(talk: Talk, *ends: str) -> None:
    """Every request ended as it should; nothing was dispatched, run again or said to others twice; nobody waits."""
    assert states(talk) == list(ends), talk.describe(f"Not {ends}")
    keys = Counter(each.inputs["signalbox_request"] for each in talk.github.dispatched)
    assert set(keys.values()) <= {1}, talk.describe("Each run was started once")
    assert talk.rows(UNPOSTED) == [], talk.describe("Everybody was answered")
    check_once(talk)
    check_audit(talk)


def check_once(talk: Talk) -> None:
    """Nothing was said to others twice, and nothing ran again twice."""
    shown = Counter(str(UUID(row[0])) for row in talk.rows(SHOWN) if not json.loads(row[1]).get("only_for"))
    assert talk.tagged() == shown, talk.describe("Each message stands once")
    asked = talk.rows("SELECT count(*) FROM runs JOIN requests ON requests.id = request_id WHERE rerun IS NOT NULL")
    assert sum(run.attempt - 1 for run in talk.github.runs) == asked[0][0], talk.describe("Each ran again once")
