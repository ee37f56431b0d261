"""Locks in Slack: the channel reads who has what, the owner hears of it there, and each surface shows the other's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.configured import CONFIG, files
from tests.support.slack_story import SlackStory, talking

GATE = "    permission: maintain\n"


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[SlackStory]:
    async with talking(tmp_path, files=files(CONFIG.replace(GATE, "    lock: true\n"))) as chat:
        await chat.ops("carol", "lock acme/shop staging")  # nobody else's business below
        yield chat


def said(chat: SlackStory) -> list[str]:
    """What everybody in the channel reads, each message's first line."""
    return [chat.read(each).split("\n")[0] for each in chat.living()]


async def test_what_is_locked_in_slack_is_locked_on_github_and_the_channel_reads_it(chat: SlackStory) -> None:
    await chat.ops("alice", 'lock acme/shop production --reason "database upgrade" --for 2h')
    assert said(chat)[-1].startswith("🔒 alice locked `production` until ")
    assert said(chat)[-1].endswith(": database upgrade")
    await chat.types("bob", "/ship production")
    assert "alice locked production until 2026-11-21 11:01 UTC: database upgrade." in chat.answers()[-1]
    await chat.types("bob", "/unlock production")
    assert "🔓 @alice, bob unlocked `production`, which you had locked." in said(chat)
    assert len(chat.github.dispatched) == 1


async def test_the_channel_reads_the_queue_and_its_hand_over(chat: SlackStory) -> None:
    await chat.types("alice", "/ship production")
    await chat.passes(1)
    await chat.ops("bob", "ship acme/shop#1 production")
    assert "CODE is on its way to production and has not ended. It is next in the queue." in chat.read(
        chat.living()[-1]
    )
    await chat.ops("bob", "locks acme/shop")
    assert "waiting for `production`: `CODE`" in chat.whispers("bob")[-1]
    await chat.github.runs[-1].play()
    await chat.passes(10)
    assert len(chat.github.dispatched) == 2


async def test_a_lock_of_everything_ends_by_itself_and_the_owner_hears_of_it_in_the_channel(chat: SlackStory) -> None:
    await chat.ops("alice", "lock acme/shop --all --for 30m")
    await chat.ops("bob", "ship acme/shop#1 production")
    assert chat.github.dispatched == []
    await chat.passes(1800)
    assert said(chat)[-1] == "🔓 @alice, your lock of everything in this repository is over: its time is up."
    assert len(chat.github.dispatched) == 1


async def test_somebody_else_s_is_not_taken_and_the_answer_is_for_them_alone(chat: SlackStory) -> None:
    await chat.ops("bob", "lock acme/shop staging")
    assert "carol locked staging on 2026-11-21 09:01 UTC" in chat.whispers("bob")[-1]
    await chat.ops("rita", "lock acme/shop production")
    assert "rita has the role read, lock needs write" in chat.whispers("rita")[-1]
    assert [line for line in said(chat) if "production" in line] == []
