"""GitHub tells us nothing, or the wrong way round: what was missed is asked for, and everything ends as it should."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from bot.app import Signalbox
from bot.flow.redeliver import SETTLE
from bot.rules.missed import FIRST_WAIT, MOST_ASKED
from bot.web import edge
from tests.support.story import KEYED, Story, settings_for, telling

LINE = "/run deploy.yml environment=staging"
ROUND_SECONDS = 300
PASSED = "✅ **Deploy passed**"

TEN_JOBS = "\n".join(
    ["name: Ten", KEYED, "jobs:"]
    + [f"  job{number}: {{runs-on: ubuntu-latest, steps: [{{run: make}}]}}" for number in range(10)]
)


def asked_again(story: Story) -> int:
    """How often the bot asked for a delivery."""
    return sum(1 for call in story.calls() if call.startswith("POST /app/hook/deliveries/"))


async def rounds(story: Story, count: int = 1) -> None:
    """So many rounds of looking for what was missed, each with time for what comes of it."""
    for _ in range(count):
        await story.passes(ROUND_SECONDS)
        for _ in range(5):
            await story.passes(2)


@pytest.mark.parametrize("status_code", [502, 504, 500])
async def test_a_comment_that_did_not_get_through_is_heard_five_minutes_later(story: Story, status_code: int) -> None:
    story.github.webhooks.lose("issue_comment", status_code=status_code)
    await story.types("alice", LINE)
    assert story.answers() == []
    await rounds(story)
    assert len(story.github.dispatched) == 1
    await story.github.runs[-1].play()
    await story.passes(5)
    assert story.answers()[0].startswith(PASSED)
    await rounds(story, 3)
    assert (asked_again(story), len(story.github.dispatched)) == (1, 1)


@pytest.mark.parametrize("path", ["*/reactions", "*/comments"])
async def test_patience_begins_when_we_hear_of_it(story: Story, path: str) -> None:
    story.github.webhooks.lose("issue_comment", status_code=502)
    await story.types("alice", LINE)
    story.clock.advance(5 * 3600)
    story.github.faults.status(502, "POST", path, times=10**6)
    await rounds(story, 3)
    assert asked_again(story) == 1
    async with story.bot.units.read() as unit:
        assert await unit.jobs.all("held") == []
    story.github.faults.clear()
    await rounds(story)
    assert len(story.answers()) == len(story.reactions()) == 1


async def test_patience_with_a_message_begins_when_we_hear_its_news(story: Story) -> None:
    await story.types("alice", LINE)
    await story.passes(1)
    story.github.webhooks.off()
    await story.github.runs[-1].play()
    story.clock.advance(5 * 3600)
    story.github.faults.status(502, "PATCH", "*/comments/*", times=10**6)
    for _ in range(42):
        await story.passes(300)
    async with story.bot.units.read() as unit:
        assert await unit.jobs.all("held") == []
    story.github.faults.clear()
    await rounds(story)
    assert story.answers()[0].startswith(PASSED)


async def test_what_we_could_not_write_down_is_asked_for(story: Story) -> None:
    with patch.object(story.bot.units, "record", side_effect=OSError("disk full")):
        await story.types("alice", LINE)
    (refused,) = [each for each in story.github.webhooks.deliveries if each.event == "issue_comment"]
    assert refused.status_code == 503
    await rounds(story)
    assert len(story.github.dispatched) == 1
    assert asked_again(story) == 1


async def test_a_body_beyond_the_limit_is_asked_for_a_few_times_and_then_no_more(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "BODY_BYTES", 10)
    await story.types("alice", LINE)
    (refused,) = [each for each in story.github.webhooks.deliveries if each.event == "issue_comment"]
    assert refused.status_code == 413
    for times in range(1, MOST_ASKED + 3):
        await rounds(story)
        story.clock.advance((FIRST_WAIT * 2 ** (times - 1)).total_seconds())
    assert asked_again(story) == MOST_ASKED
    assert story.github.dispatched == []


async def test_what_happened_while_the_bot_was_down_is_caught_up_with(story: Story, tmp_path: Path) -> None:
    await story.types("alice", LINE)
    await story.settle()
    await story.bot.__aexit__(None, None, None)
    await story.github.runs[-1].play()
    await story.github.comments("bob", story.pull, LINE)
    story.clock.advance(60)
    async with Signalbox(settings_for(story.github, tmp_path), timer=story.clock) as story.bot:
        story.github.app.webhook_url = f"{story.bot.url}/github/webhooks"
        await story.passes(SETTLE.total_seconds())
        for _ in range(20):
            await story.passes(2)
    headlines = [answer.split("**")[1] for answer in story.answers()]
    assert headlines == ["Deploy passed", "Deploy is waiting for a runner"]
    assert len(story.github.dispatched) == 2
    failed = {each.guid for each in story.github.webhooks.deliveries if not each.ok}
    assert failed
    assert failed <= {each.guid for each in story.github.webhooks.deliveries if each.ok}
    assert asked_again(story) == len(failed)


async def test_backwards_twice_and_a_third_of_it_lost_ends_alike(tmp_path: Path) -> None:
    async with telling(tmp_path, files={".github/workflows/ten.yml": TEN_JOBS}) as story:
        await story.types("alice", "/run ten.yml")
        hooks = story.github.webhooks
        hooks.hold()
        for number in range(11):  # of 33 events each third fails or vanishes, each other third comes twice
            (hooks.lose if number % 2 else hooks.drop)("workflow_job", times=1)
            hooks.duplicate("workflow_job", times=1)
        await story.github.runs[-1].play()
        await hooks.release(backwards=True)
        await rounds(story, 2)
        (answer,) = story.answers()
        assert answer.startswith("✅ **Ten passed**")
        assert answer.count("✅ passed") == 10


async def test_a_server_that_does_not_list_its_deliveries_is_counted_and_holds_nothing(story: Story) -> None:
    story.github.faults.status(404, "GET", "/app/hook/deliveries", times=99)
    await rounds(story, 3)
    async with story.bot.units.read() as unit:
        assert {job.state for job in await unit.jobs.all()} == {"ready"}
    counted = story.bot.metrics.registry.get_sample_value("signalbox_redeliveries_total", {"result": "unlisted"})
    assert counted == 3
    await story.types("alice", LINE)
    assert len(story.github.dispatched) == 1
