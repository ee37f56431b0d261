"""Each fault of GitHub's in each thing that we ask of it, while somebody waits on a pull request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.github.plans import JobPlan, Plan
from tests.faults.world import GITHUB, LINE, at_rest, begins, check, until
from tests.support.story import Story, telling

PASSED, FAILED, CANCELLED = "✅ **Deploy passed**", "❌ **Deploy failed**", "🚫 **Deploy was cancelled**"
FAILS = Plan(jobs=[JobPlan("ship", conclusion="failure")])
READS = {
    "the token": ("POST", "*/access_tokens"),
    "the role": ("GET", "*/collaborators/*/permission"),
    "the pull request": ("GET", "*/pulls/*"),
    "the workflow": ("GET", "*/contents/*"),
}
WRITES = {
    "the dispatch": ("POST", "*/dispatches"),
    "the message": ("POST", "*/issues/*/comments"),
    "its edit": ("PATCH", "*/issues/comments/*"),
    "the reaction": ("POST", "*/reactions"),
}
OF_READS = [fault for fault in GITHUB if "after the effect" not in fault]  # a read has none
RUN = [(act, fault) for acts, faults in ((READS, OF_READS), (WRITES, GITHUB)) for act in acts for fault in faults]


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """A pull request by alice."""
    async with telling(tmp_path) as world:
        yield world


async def dispatched(story: Story) -> None:
    """Somebody deploys."""
    await story.types("alice", LINE)
    await until(story, lambda: story.github.dispatched, "a dispatch")


async def ran(story: Story, plan: Plan | None = None) -> None:
    """Somebody deploys, and the run comes to its end."""
    await dispatched(story)
    await story.github.runs[-1].start()
    await story.passes(5)
    await story.github.runs[-1].play(plan)


@pytest.mark.parametrize(("act", "fault"), RUN)
async def test_a_run_ends_right_and_was_started_once(story: Story, act: str, fault: str) -> None:
    strikes = GITHUB[fault](story.github.faults, *(READS | WRITES)[act])
    await ran(story)
    await until(story, begins(story, PASSED), "the end")
    await at_rest(story)
    assert strikes.struck == 1
    await check(story, states={"succeeded": 1})
    (said,) = story.answers()
    assert said.startswith(PASSED)
    assert story.reactions() == [("eyes",)]


@pytest.mark.parametrize("fault", GITHUB)
async def test_what_was_cancelled_is_cancelled(story: Story, fault: str) -> None:
    strikes = GITHUB[fault](story.github.faults, "POST", "*/cancel")
    await dispatched(story)
    await story.github.runs[-1].start()
    await story.types("bob", "/cancel")
    await until(story, begins(story, CANCELLED), "the end")
    await at_rest(story)
    assert strikes.struck == 1
    await check(story, states={"cancelled": 1})
    assert story.github.runs[-1].conclusion == "cancelled"
    assert story.answers().count("Stopping request CODE.") == 1


@pytest.mark.parametrize("fault", GITHUB)
async def test_a_rerun_starts_one_attempt(story: Story, fault: str) -> None:
    strikes = GITHUB[fault](story.github.faults, "POST", "*/rerun*")
    await ran(story, FAILS)
    await until(story, begins(story, FAILED), "the first end")
    await story.types("alice", "/rerun")
    run = story.github.runs[-1]
    await until(story, lambda: run.attempt == 2, "the second attempt")
    await story.passes(30)
    await run.play()
    await until(story, begins(story, PASSED), "the end")
    await at_rest(story)
    assert strikes.struck == 1
    assert run.attempt == 2
    await check(story, states={"failed": 1, "succeeded": 1})


@pytest.mark.parametrize("when", ["before the message", "before its edit"])
async def test_t8_a_repository_that_was_renamed_unheard_is_found_by_its_number(story: Story, when: str) -> None:
    story.github.webhooks.hold("repository")
    if when == "before the message":
        story.github.faults.status(502, "POST", "*/issues/*/comments")
    await dispatched(story)
    await story.repository.rename("store")
    run = story.github.runs[-1]
    await run.play()
    await until(story, begins(story, PASSED), "the end")
    await at_rest(story)
    await check(story, states={"succeeded": 1})
    assert [each.path for each in story.github.journal if each.status in (301, 307) and each.method != "GET"] != []
    assert len(story.answers()) == 1


async def test_t8_cancel_and_rerun_follow_a_rename_too(story: Story) -> None:
    await ran(story, FAILS)
    await until(story, begins(story, FAILED), "the first end")
    story.github.webhooks.hold("repository")
    await story.repository.rename("store")
    await story.types("alice", "/rerun")
    run = story.github.runs[-1]
    await until(story, lambda: run.attempt == 2, "the second attempt")
    await story.repository.rename("mall")
    await run.start()
    await story.types("bob", "/cancel")
    await until(story, begins(story, CANCELLED), "the end")
    await at_rest(story)
    await check(story, states={"failed": 1, "cancelled": 1})


async def test_the_hours_limit_is_waited_for_and_everything_ends(story: Story) -> None:
    reset = int(story.clock.now().timestamp()) + 1_800
    strikes = story.github.faults.exhausted("POST", "*/dispatches", reset=reset)
    await story.types("alice", LINE)
    for _ in range(29):
        await story.passes(60)
    assert story.github.dispatched == []
    assert strikes.struck == 1
    await until(story, lambda: story.github.dispatched, "a dispatch")
    await story.github.runs[-1].play()
    await until(story, begins(story, PASSED), "the end")
    await check(story, states={"succeeded": 1})
