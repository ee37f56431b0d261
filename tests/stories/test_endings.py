"""What can never be done ends, and somebody sees it: locked threads, archived places, rights and tokens taken away."""

from __future__ import annotations

from uuid import UUID

from tests.support.slack_story import CHANNEL, SlackStory
from tests.support.story import Story

LINE = "/run deploy.yml environment=staging"
OPS = "run acme/shop#1 deploy.yml environment=staging"
LOCKED = "Unable to create comment because issue is locked."
ARCHIVED = "Repository was archived so is read-only."


async def held(story: Story) -> list[tuple[str, str]]:
    """What waits for a person, and why."""
    async with story.bot.units.read() as unit:
        return [(job.kind, job.last_error or "") for job in await unit.jobs.all("held")]


async def test_a_locked_thread_holds_what_would_be_said_there_at_once(story: Story) -> None:
    story.github.faults.status(403, "POST", "*/comments", times=10**6, message=LOCKED)
    story.github.faults.status(403, "POST", "*/reactions", times=10**6, message=LOCKED)
    await story.types("alice", f"{LINE}\n/whoami")
    await story.passes(1)
    assert len(story.github.dispatched) == 1
    assert sorted(await held(story)) == [("announce", f"Refused: {LOCKED}"), ("post_answer", f"Refused: {LOCKED}")]
    asked = [each for each in story.github.journal if each.path.endswith("/comments") and each.method == "POST"]
    assert len(asked) == 2


async def test_what_was_held_is_said_once_it_may_be(story: Story) -> None:
    story.github.faults.status(403, "POST", "*/comments", message=LOCKED)
    await story.types("alice", "/whoami")
    async with story.bot.units.write() as unit:
        (job,) = await unit.jobs.all("held")
        await unit.jobs.retry(UUID(job.id), story.clock.now())
    await story.passes(6)
    assert len(story.answers()) == 1


async def test_an_archived_repository_refuses_the_dispatch(story: Story) -> None:
    story.github.faults.status(403, "POST", "*/dispatches", message=ARCHIVED)
    await story.types("alice", LINE)
    await story.passes(1)
    (answer,) = story.answers()
    assert answer.startswith("❌ **Deploy was not started** · `CODE`")
    assert f"GitHub refused: {ARCHIVED} (`upstream_refused`)" in answer


async def test_a_right_that_was_taken_away_ends_the_request_before_its_dispatch(story: Story) -> None:
    story.github.faults.status(502, "POST", "*/deploy.yml/dispatches")
    await story.types("alice", f"{LINE}\n/run nightly.yml")
    story.github.faults.status(403, "GET", "*/contents/*", times=10**6, message="Resource not accessible")
    for _ in range(10):
        await story.passes(15)
    refused = [answer for answer in story.answers() if answer.startswith("⛔ **Nightly was refused**")]
    assert len(refused) == 1
    assert "GitHub refused to say what is needed: Resource not accessible" in refused[0]
    assert "(`upstream_refused`)" in refused[0]
    assert await held(story) == []


async def test_a_run_that_may_not_be_seen_any_more_is_lost(story: Story) -> None:
    await story.types("alice", LINE)
    await story.passes(1)
    story.github.webhooks.off()
    story.github.faults.status(403, "GET", "*/actions/runs/*", times=10**6, message="Actions has been disabled.")
    for _ in range(5):
        await story.passes(61)
    (answer,) = story.answers()
    assert answer.startswith("❓ **Deploy was lost sight of**")
    assert "GitHub does not say any more how this run stands: Actions has been disabled. (`run_not_found`)" in answer
    assert await held(story) == []


async def test_a_run_that_may_not_be_stopped_says_so(story: Story) -> None:
    await story.types("alice", LINE)
    await story.passes(1)
    story.github.faults.status(403, "POST", "*/cancel", message="Resource not accessible by integration")
    await story.types("bob", "/cancel")
    await story.passes(10)
    answer = next(each for each in story.answers() if "Deploy" in each)
    assert "It could not be stopped, so it goes on: Resource not accessible by integration" in answer
    assert "`/cancel CODE` stops it." in answer
    assert [kind for kind, _ in await held(story)] == ["stop_run"]


async def test_an_app_that_was_taken_from_the_repository_is_told_in_slack(chat: SlackStory) -> None:
    await chat.ops("alice", "status acme/shop")
    chat.github.uninstall(chat.github.app, chat.repository)
    await chat.ops("alice", OPS)
    await chat.passes(4)
    assert len(chat.whispers("alice")) == 2
    assert chat.whispers("alice")[-1].startswith("⛔")
    assert chat.living() == []
    assert await held(chat) == []


async def test_a_channel_that_was_archived_sends_the_end_to_whoever_asked(chat: SlackStory) -> None:
    await chat.ops("alice", OPS)
    await chat.passes(1)
    chat.slack.where(CHANNEL).archived = True
    await chat.github.runs[-1].play()
    await chat.passes(5)
    assert chat.directs("alice")[0].startswith("✅ Deploy passed")


async def test_t22_a_channel_that_becomes_shared_sees_no_more_of_it(chat: SlackStory) -> None:
    await chat.ops("alice", OPS)
    await chat.passes(1)
    (before,) = [chat.read(each) for each in chat.living()]
    chat.slack.where(CHANNEL).connected.append(chat.slack.workspace("partner"))
    await chat.passes(61)
    await chat.github.runs[-1].play()
    await chat.passes(5)
    assert [chat.read(each) for each in chat.living()] == [before]
    told = chat.directs("alice")
    assert any(each.startswith("✅ Deploy passed") for each in told)
    assert any("People from another organization read along in this channel" in each for each in told)
