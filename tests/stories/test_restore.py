"""A backup is put back: nothing is done a second time on its word, and nobody gets a right back that ended (T23)."""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from bot import keeping
from bot.app import Signalbox
from bot.flow import maintenance
from bot.flow.outlive import FORGOTTEN, VERDICTS, Fate
from bot.store.backup import back_up
from tests.support.runs import LINE
from tests.support.slack_story import SlackStory
from tests.support.story import Story

MAINTENANCE = """\
⛔ **Refused:** Signalbox was restored from a backup at 2026-11-21 09:01 UTC and is being looked over (`maintenance`)

**Next:** Type it again when whoever runs Signalbox has ended the maintenance.

`{line}` was stopped by the rule “maintenance”. Nothing was run."""

VOID = """\
⛔ **Void:** Signalbox was restored from a backup in which {what} was still waiting, so it does not go on. \
What it became after that backup was made is not known here. (`restored`)

**Next:** look whether it happened meanwhile, and type it again if not."""


def saved(story: Story, folder: Path) -> Path:
    """A backup of this moment, taken while the bot serves."""
    file = folder / f"backup-{story.clock.now():%H%M%S}.db"
    back_up(story.bot.settings.database_url.reveal(), file)
    return file


@contextmanager
def changed(file: Path) -> Iterator[sqlite3.Connection]:
    """The backup as it would be, had it been taken at a moment that no story can stop at."""
    with closing(sqlite3.connect(file)) as rows, rows:
        yield rows


@asynccontextmanager
async def restored(story: Story, file: Path) -> AsyncIterator[keeping.Restored]:
    """The bot ends, the backup is put back, the bot serves again."""
    settings = story.bot.settings
    await story.bot.__aexit__(None, None, None)
    found = await asyncio.to_thread(keeping.restore, settings.database_url.reveal(), file, timer=story.clock)
    story.clock.advance(1)
    async with Signalbox(settings, timer=story.clock) as bot:
        story.bot = bot
        story.github.app.webhook_url = f"{bot.url}/github/webhooks"
        if isinstance(story, SlackStory):
            story.app.request_url = f"{bot.url}/slack/events"
        await story.settle()
        yield found


async def reasons(story: Story) -> dict[str, tuple[str, str | None]]:
    """State and reason of each request, by what was typed."""
    with closing(sqlite3.connect(story.bot.database.path or "")) as rows:
        return {
            text: (state, reason) for text, state, reason in rows.execute("SELECT text, state, reason FROM requests")
        }


async def test_t23_what_was_running_goes_on_and_what_was_asked_since_is_not_asked_again(
    story: Story, tmp_path: Path
) -> None:
    await story.types("alice", LINE)
    await story.passes(2)
    file = saved(story, tmp_path)
    await story.types("alice", f"{LINE} dry_run=true")
    await story.passes(2)
    said = len(story.answers())
    async with restored(story, file) as found:
        assert found.taken_back["runs_to_ask_about"] == 1
        assert found.aside is not None
        assert found.aside.exists()
        story.github.world.events.comment_created(story.pull.issue.comments[-2])
        await maintenance.end(story.bot.units, story.clock)
        await story.passes(120)
        assert len(story.github.dispatched) == 2
        await story.github.runs[0].play()
        await story.passes(5)
        assert len(story.answers()) == said
        assert await reasons(story) == {LINE: ("succeeded", None)}


async def test_t23_what_ended_since_is_known_at_once(story: Story, tmp_path: Path) -> None:
    await story.types("alice", LINE)
    await story.passes(2)
    file = saved(story, tmp_path)
    await story.github.runs[0].play()
    await story.passes(5)
    async with restored(story, file):
        assert await reasons(story) == {LINE: ("succeeded", None)}
        assert len(story.answers()) == 1


@pytest.mark.parametrize(("state", "dispatched_at"), [("queued", "NULL"), ("dispatching", "created_at")])
async def test_t23_what_was_about_to_start_is_looked_for(
    story: Story, tmp_path: Path, state: str, dispatched_at: str
) -> None:
    await story.types("alice", LINE)
    file = saved(story, tmp_path)
    with changed(file) as rows:
        rows.execute(f"UPDATE requests SET state = '{state}', dispatched_at = {dispatched_at}")
        rows.executescript("DELETE FROM run_jobs; DELETE FROM runs")
    async with restored(story, file) as found:
        assert found.taken_back["requests_to_look_for"] == 1
        await story.github.runs[0].play()
        await story.passes(30)
        assert await reasons(story) == {LINE: ("succeeded", None)}
        assert len(story.github.dispatched) == 1


@pytest.mark.parametrize(("state", "dispatched_at"), [("queued", "NULL"), ("dispatching", "created_at")])
async def test_t23_what_is_not_found_is_void_and_not_sent_again(
    story: Story, tmp_path: Path, state: str, dispatched_at: str
) -> None:
    story.github.faults.status(502, "POST", "*/dispatches", times=math.inf)
    await story.types("alice", LINE)
    file = saved(story, tmp_path)
    with changed(file) as rows:
        rows.execute(f"UPDATE requests SET state = '{state}', dispatched_at = {dispatched_at}")
    story.github.faults.clear()
    async with restored(story, file):
        await story.passes(60)
        assert await reasons(story) == {LINE: ("voided", "restored")}
        assert story.github.dispatched == []
        (answer,) = story.answers()
        assert "Signalbox was restored from a backup" in answer
        assert "Look through the workflow's runs first." in answer


async def test_t23_what_waits_is_void(story: Story, tmp_path: Path) -> None:
    story.github.faults.status(503, times=math.inf)
    await story.types("alice", LINE)
    await story.passes(60)
    assert await reasons(story) == {LINE: ("waiting", None)}
    file = saved(story, tmp_path)
    story.github.faults.clear()
    async with restored(story, file) as found:
        assert found.taken_back["requests_voided"] == 1
        await maintenance.end(story.bot.units, story.clock)
        await story.passes(900)
        assert await reasons(story) == {LINE: ("voided", "restored")}
        assert story.github.dispatched == []


async def test_t23_whoever_was_told_to_wait_hears_that_it_does_not_go_on(story: Story, tmp_path: Path) -> None:
    story.github.faults.status(503, "GET", "*/collaborators/*", times=math.inf)
    await story.types("alice", "/runs")
    await story.passes(30)
    (awaited,) = story.answers()
    assert "GitHub does not answer right now" in awaited
    file = saved(story, tmp_path)
    story.github.faults.clear()
    async with restored(story, file) as found:
        assert (found.taken_back["commands_voided"], found.taken_back["requests_voided"]) == (1, 0)
        await story.passes(900)
        assert story.answers()[1:] == [VOID.format(what="a command that was typed here")]


async def test_t23_what_was_answered_after_a_wait_is_not_said_to_be_void(story: Story, tmp_path: Path) -> None:
    story.github.faults.status(503, "GET", "*/collaborators/*", times=math.inf)
    await story.types("alice", "/runs")
    await story.passes(30)
    story.github.faults.clear()
    await story.passes(60)
    before = story.answers()
    assert len(before) == 2
    async with restored(story, saved(story, tmp_path)) as found:
        assert found.taken_back["commands_voided"] == 0
        assert story.answers() == before


@pytest.mark.parametrize("again", [False, True])
async def test_t23_a_run_is_stopped_only_if_it_is_still_the_one_that_was_meant(
    story: Story, tmp_path: Path, again: bool
) -> None:
    await story.types("alice", LINE)
    await story.passes(2)
    story.github.faults.status(503, "POST", "*/cancel", times=math.inf)
    await story.types("alice", "/cancel")
    file = saved(story, tmp_path)
    story.github.faults.clear()
    run = story.github.runs[-1]
    if again:  # what nobody knows who believes the backup
        await run.play()
        await run.rerun(by="bob")
    async with restored(story, file):
        await story.passes(120)
        assert (run.conclusion == "cancelled") is not again
        asked = [each.status for each in story.github.journal if each.path.endswith("/cancel")]
        assert (202 in asked) is not again


async def test_t23_every_kind_of_job_is_judged(story: Story) -> None:
    assert VERDICTS.keys() == story.bot.engine._kinds.keys()
    assert {kind for kind in VERDICTS if VERDICTS[kind].fate is Fate.FORGOTTEN} == {*FORGOTTEN}
    assert {"delivery", "catch_up", "redeliver"} == {*FORGOTTEN}
    assert all(verdict.why for verdict in VERDICTS.values())


async def test_t23_in_maintenance_nothing_is_started_and_questions_are_answered(story: Story, tmp_path: Path) -> None:
    file = saved(story, tmp_path)
    async with restored(story, file):
        await story.types("alice", LINE)
        await story.types("alice", "/cancel K7QX2M")
        assert story.answers() == [MAINTENANCE.format(line=LINE), MAINTENANCE.format(line="/cancel CODE")]
        await story.types("alice", "/status")
        assert len(story.answers()) == 3
        assert "maintenance" not in story.answers()[-1]
        await story.types("rita", LINE)
        assert "(`maintenance`)" in story.answers()[-1]
        assert story.github.dispatched == []
        assert await maintenance.end(story.bot.units, story.clock)
        assert not await maintenance.end(story.bot.units, story.clock)
        await story.types("alice", LINE)
        assert len(story.github.dispatched) == 1


async def test_t23_maintenance_outlasts_a_restart(story: Story, tmp_path: Path) -> None:
    async with restored(story, saved(story, tmp_path)):
        settings = story.bot.settings
    async with Signalbox(settings, timer=story.clock) as story.bot:
        story.github.app.webhook_url = f"{story.bot.url}/github/webhooks"
        await story.types("alice", LINE)
        assert story.github.dispatched == []


async def test_t23_what_github_could_not_deliver_before_is_not_asked_for_again(story: Story, tmp_path: Path) -> None:
    file = saved(story, tmp_path)
    story.github.webhooks.lose("issue_comment")
    await story.types("alice", LINE)
    async with restored(story, file):
        await story.passes(600)
        await story.passes(600)
        assert [each.event for each in story.github.webhooks.deliveries].count("issue_comment") == 1


async def test_t23_an_answer_that_was_posted_since_is_not_posted_again(story: Story, tmp_path: Path) -> None:
    await story.types("alice", "/runs")
    file = saved(story, tmp_path)
    with changed(file) as rows:
        rows.execute("UPDATE answers SET message_id = NULL, attempted_at = NULL, text = 'There are no requests yet.'")
        ((answer,),) = rows.execute("SELECT id FROM answers").fetchall()
        rows.execute(
            "INSERT INTO jobs SELECT ?, 'post_answer', ?, ?, 1, 'ready', 0, NULL, 1, 0, NULL, 0",
            (answer, answer, f'{{"v":1,"answer":"{answer}"}}'),
        )
    before = story.answers()
    async with restored(story, file) as found:
        assert found.taken_back["messages_to_look_for"] == 1
        await story.passes(60)
        assert story.answers() == before


async def test_t23_a_message_that_was_posted_since_is_not_posted_again(story: Story, tmp_path: Path) -> None:
    await story.types("alice", LINE)
    file = saved(story, tmp_path)
    with changed(file) as rows:
        rows.execute("UPDATE announcements SET message_id = NULL, attempted_at = NULL, text_hash = NULL")
    async with restored(story, file):
        await story.github.runs[0].play()
        await story.passes(60)
        (answer,) = story.answers()
        assert "Deploy passed" in answer


async def test_t23_links_are_made_anew(chat: SlackStory, tmp_path: Path) -> None:
    words = f"run acme/shop {LINE.removeprefix('/run ')}"
    async with restored(chat, saved(chat, tmp_path)) as found:
        assert found.taken_back["links_to_confirm"] == 4
        await maintenance.end(chat.bot.units, chat.clock)
        await chat.ops("alice", words)
        assert "Link my GitHub account" in chat.whispers("alice")[-1]
        assert chat.github.dispatched == []
        await chat.links("alice")
        await chat.ops("alice", words)
        assert len(chat.github.dispatched) == 1
        slack = [link for link in await chat.history("alice") if link.provider == "slack"]
        assert [link.unlinked_at is None for link in slack] == [False, True]


async def test_t23_in_slack_too_nothing_is_started_in_maintenance(chat: SlackStory, tmp_path: Path) -> None:
    async with restored(chat, saved(chat, tmp_path)):
        await chat.links("alice")
        await chat.ops("alice", f"run acme/shop {LINE.removeprefix('/run ')}")
        assert "is being looked over" in chat.whispers("alice")[-1]
        assert chat.github.dispatched == []


async def test_t23_what_waited_in_slack_before_it_was_judged_is_void_and_only_its_asker_hears_it(
    chat: SlackStory, tmp_path: Path
) -> None:
    line = f"run acme/shop#1 {LINE.removeprefix('/run ')}"
    chat.github.faults.status(503, "GET", "*/collaborators/*", times=math.inf)
    await chat.ops("alice", line)
    await chat.passes(30)
    (awaited,) = chat.whispers("alice")
    assert "GitHub does not answer right now" in awaited
    file = saved(chat, tmp_path)
    chat.github.faults.clear()
    async with restored(chat, file) as found:
        assert (found.taken_back["commands_voided"], found.taken_back["requests_voided"]) == (0, 1)
        await maintenance.end(chat.bot.units, chat.clock)
        await chat.passes(900)
        void = VOID.format(what=f"`/ops {line}`").replace("**", "")
        assert chat.whispers("alice")[1:] == [void]
        assert (chat.living(), chat.whispers("bob"), chat.github.dispatched) == ([], [], [])
        assert await reasons(chat) == {f"/ops {line}": ("voided", "restored")}


async def test_t23_a_person_s_lock_is_void_and_its_owner_hears_of_it(story: Story, tmp_path: Path) -> None:
    await story.types("alice", "/lock staging")
    async with restored(story, saved(story, tmp_path)) as found:
        assert found.taken_back["locks_ended"] == 1
        await story.passes(60)
        assert story.answers()[-1] == (
            "🔓 @alice, your lock of `staging` is void: Signalbox was restored from a backup. Lock it again if it is "
            "still needed."
        )
        await story.types("alice", "/locks")
        assert story.answers()[-1].startswith("Nothing is locked")
