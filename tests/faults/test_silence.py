"""GitHub takes calls and says nothing: who does not need it goes on, acks come at once, and nothing is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import lanes
from bot.sandbox.github.faults import ALWAYS
from bot.sandbox.slack import SandboxSlack
from tests.faults.world import at_rest, check, until
from tests.support.slack_story import CHANNEL, SlackStory, talking

COMMANDS = 60
PEOPLE = ("alice", "bob", "carol")
LONGEST_SECONDS = 10.0
SOON_SECONDS = 3.0
"""What an ack may take on a machine that does much else; waiting for GitHub would take ten."""


@pytest.fixture(autouse=True)
def deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is, but for how long a service may take before it counts as silent."""
    monkeypatch.setattr(lanes, "SILENT_SECONDS", 0.1)


async def answered(slack: SandboxSlack, words: str) -> bool:
    """Whether a command that needs Slack alone is answered while everything else stands still."""
    answer = slack.faults.silence("response_url")
    delivery = await slack.command("alice", CHANNEL, f"/ops {words}")
    async with asyncio.timeout(LONGEST_SECONDS):
        await answer.begun.wait()
    answer.end()
    return delivery is not None and delivery.succeeded


async def test_sixty_commands_wait_for_github_and_slack_goes_on(tmp_path: Path) -> None:
    async with talking(tmp_path) as chat:
        nothing = chat.github.faults.silence(times=ALWAYS)
        for number in range(COMMANDS):
            author = chat.github.person(PEOPLE[number % len(PEOPLE)])
            chat.pull.issue.add_comment(author, "/whoami", None)
        async with asyncio.timeout(LONGEST_SECONDS):
            await nothing.begun.wait()
            await chat.github.settled()
        assert [each for each in chat.github.webhooks.deliveries if not each.ok] == []
        assert max(each.duration for each in chat.github.webhooks.deliveries) < SOON_SECONDS
        assert await answered(chat.slack, "help run")
        assert await answered(chat.slack, "help")
        assert 0 < nothing.struck <= lanes.AT_ONCE  # the rest has been turned away, or not begun
        nothing.end()
        await until(chat, lambda: roles(chat) == COMMANDS, "sixty answers")
        await at_rest(chat)  # reactions take their time
        await check(chat, states={}, dispatched=0)
        assert roles(chat) == COMMANDS


def roles(chat: SlackStory) -> int:
    """How many were told theirs."""
    return sum("Your role in acme/shop is" in answer for answer in chat.answers())
