"""Slack on two replicas: what one of them began the other goes on with, and what both are told happens once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.sandbox.slack import Seen
from tests.support.fleet import A, B, SlackFleet, talking
from tests.support.runs import in_slack, paragraphs
from tests.support.slack_story import CHANNEL

RUN = "run acme/shop#1 deploy.yml environment=staging"
AGAIN = f"`/ops {RUN}` runs it again."
WAITING = in_slack(
    "⏳ Deploy is waiting for a runner",
    "⏳ build, waiting for a runner",
    "`/ops cancel CODE` stops it.",
    "[Cancel] [Show on GitHub]",
)
STOPPED = in_slack(
    "🚫 Deploy was cancelled after N s",
    "bob stopped it.",
    "🚫 build, cancelled, N s\n⚪ ship, skipped",
    AGAIN,
    "[Re-run] [Show on GitHub]",
)
PASSED = in_slack(
    "✅ Deploy passed in N s",
    "✅ build, passed, N s\n✅ ship, passed, N s",
    AGAIN,
    "[Re-run] [Show on GitHub]",
)
SECOND = in_slack(
    "⏳ Deploy is waiting for a runner, attempt 2",
    "⏳ build, waiting for a runner",
    "`/ops cancel CODE` stops it.",
    "[Cancel] [Show on GitHub]",
    who="bob",
)
TAKEN = in_slack(
    "⛔ Deploy was refused",
    "Somebody else is running it again already. (`not_ended`)",
    "Next: `/ops explain rerun CODE` shows every gate. `/ops rerun CODE` asks again.",
    who="bob",
)
DEAD = paragraphs(
    "This button is about nothing any more.",
    "Next: `/ops runs` lists requests.",
    "Only you see this.",
)
BOUND = "This channel is about acme/shop now.\n\nHere `acme/shop` is meant wherever no repository is named."
WHICH = paragraphs(
    "❓ Which repository? `/ops run #1 deploy.yml environment=staging` names none, and this channel has no repository "
    "of its own.",
    "Next: name it behind the command's word: `/ops run acme/shop#7 deploy.yml`",
    "Usage: `/ops run #1 <workflow file> [input=value ...] [ref=<branch or tag>]`",
    "Or set one for the whole channel: `/ops use owner/repo`",
)


@pytest.fixture
async def fleet(postgres_url: str, tmp_path: Path) -> AsyncIterator[SlackFleet]:
    async with talking(postgres_url, tmp_path) as fleet:
        yield fleet


async def started(fleet: SlackFleet) -> Seen:
    """alice has a run in the channel, which waits for a runner."""
    await fleet.ops("alice", RUN)
    await fleet.until(lambda: fleet.shown() == [WAITING])
    return fleet.living()[0]


async def test_what_began_at_one_replica_is_stopped_at_the_other(fleet: SlackFleet) -> None:
    message = await started(fleet)
    fleet.turn_to(B)
    await fleet.presses("bob", message, "cancel")
    await fleet.until(lambda: fleet.shown() == [STOPPED])
    assert fleet.whispers("bob") == ["Stopping request CODE."]
    assert len(fleet.github.dispatched) == 1
    assert fleet.github.runs[-1].conclusion == "cancelled"
    assert [each.ts for each in fleet.living()] == [message.ts]
    assert len(fleet.thread(message)) == 1


async def test_t20_a_command_that_comes_to_both_at_once_runs_once(fleet: SlackFleet) -> None:
    command = await fleet.lost(fleet.slack.command("alice", CHANNEL, f"/ops {RUN}"))
    await fleet.brings(command, A, B, A, B)
    await fleet.until(lambda: fleet.shown() == [WAITING])
    await fleet.brings(command, B)  # and once more when it was done long ago
    assert len(fleet.github.dispatched) == 1
    assert fleet.shown() == [WAITING]


async def test_t20_a_mention_that_comes_to_both_at_once_is_answered_once(fleet: SlackFleet) -> None:
    mention = await fleet.lost(fleet.slack.mentions("alice", CHANNEL, "@signalbox status acme/shop"))
    await fleet.brings(mention, A, B)
    await fleet.until(lambda: fleet.whispers("alice"))
    await fleet.brings(mention, B, A)
    assert fleet.whispers("alice") == ["Nothing was asked for here yet.\n\n`/ops help` shows what can be typed."]


async def test_t20_a_press_that_comes_to_both_at_once_acts_once(fleet: SlackFleet) -> None:
    await started(fleet)
    await fleet.github.runs[-1].play()
    await fleet.until(lambda: fleet.shown() == [PASSED])
    press = await fleet.lost(fleet.slack.presses("bob", fleet.living()[0], "rerun"))
    await fleet.brings(press, A, B)
    await fleet.until(lambda: fleet.shown() == [PASSED, SECOND])
    await fleet.brings(press, B, A)
    assert fleet.github.runs[-1].attempt == 2
    assert fleet.shown() == [PASSED, SECOND]
    assert fleet.whispers("bob") == []


async def test_two_presses_of_rerun_at_two_replicas_start_one_attempt(fleet: SlackFleet) -> None:
    await started(fleet)
    await fleet.github.runs[-1].play()
    await fleet.until(lambda: fleet.shown() == [PASSED])
    presses = [await fleet.lost(fleet.slack.presses("bob", fleet.living()[0], "rerun")) for _ in range(2)]
    await asyncio.gather(fleet.brings(presses[0], A), fleet.brings(presses[1], B))
    # Where the loser was shown to all before it lost, all read how it ended; else the person alone does.
    await fleet.until(lambda: sorted([*fleet.shown(), *fleet.whispers("bob")]) == sorted([PASSED, SECOND, TAKEN]))
    assert fleet.github.runs[-1].attempt == 2


async def test_a_press_that_comes_late_to_the_other_replica_is_told_how_it_ended(fleet: SlackFleet) -> None:
    message = await started(fleet)
    press = await fleet.lost(fleet.slack.presses("bob", message, "cancel", confirm=True))
    await fleet.github.runs[-1].play()
    await fleet.until(lambda: fleet.shown() == [PASSED])
    await fleet.brings(press, B)
    await fleet.until(lambda: fleet.whispers("bob"))
    assert fleet.whispers("bob") == ["Request CODE has ended already: succeeded."]
    assert fleet.shown() == [PASSED]


async def test_t21_a_press_about_another_message_s_request_does_nothing_at_the_other_replica(fleet: SlackFleet) -> None:
    message = await started(fleet)
    await fleet.ops("alice", RUN)
    await fleet.until(lambda: fleet.shown() == [WAITING, WAITING])
    press = await fleet.lost(fleet.slack.presses("bob", message, "cancel", confirm=True))
    other = await fleet.lost(fleet.slack.presses("bob", fleet.living()[1], "cancel", confirm=True))
    await fleet.brings(replace(press, payload={**press.payload, "actions": other.payload["actions"]}), B)
    await fleet.until(lambda: fleet.whispers("bob"))
    assert fleet.whispers("bob") == [DEAD]
    assert [run.status for run in fleet.github.runs] == ["queued", "queued"]


async def test_a_channel_s_repository_is_in_force_at_the_other_replica_at_once(fleet: SlackFleet) -> None:
    await fleet.ops("bob", "use acme/shop")
    fleet.turn_to(B)
    await fleet.ops("alice", "run #1 deploy.yml environment=staging")
    await fleet.until(lambda: fleet.shown() == [WAITING])
    await fleet.ops("bob", "use none")
    fleet.turn_to(A)
    await fleet.ops("alice", "run #1 deploy.yml environment=staging")
    await fleet.until(lambda: fleet.whispers("alice"))
    assert fleet.whispers("bob") == [BOUND, "This channel has no repository of its own any more."]
    assert fleet.whispers("alice") == [WHICH]
    assert len(fleet.github.dispatched) == 1
