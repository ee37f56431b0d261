"""Many events become few edits, and many requests stay within the limits: the last state is always shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.sandbox.github.runs import Run
from tests.support.slack_story import CHANNEL, SlackStory, talking
from tests.support.story import KEYED, Story, telling

JOBS, WAVES = 100, 10
EVENTS = 3 + 3 * JOBS
MATRIX = f"""\
name: Matrix
{KEYED}
jobs:
  cell:
    runs-on: ubuntu-latest
    strategy: {{matrix: {{n: [{", ".join(str(n) for n in range(JOBS))}]}}}}
    steps: [{{run: make}}]
"""
FILES: dict[str, str | bytes] = {".github/workflows/matrix.yml": MATRIX}
REQUESTS = 30
"""Each is posted, starts, ends, and on GitHub has a reaction: together more than a minute has room for."""
ROUNDS = 100
"""Of three seconds, in which one channel takes three messages of Slack's: five minutes, of which one is needed."""
TYPISTS = ("alice", "bob", "carol")


async def plays(story: Story, run: Run) -> None:
    """Ten minutes in which ten jobs at a time begin and end."""
    await run.start()
    names = [job.name for job in run.jobs]
    for wave in range(WAVES):
        part = names[wave::WAVES]
        for name in part:
            await run.start_job(name)
        await story.passes(30)
        for number, name in enumerate(part):
            await run.finish_job(name)
            if number % 3 == 0:
                await story.passes(8)
    await run.finish()
    await story.passes(1)


def events(story: Story) -> int:
    """How much GitHub told of runs and jobs."""
    return sum(each.event in ("workflow_run", "workflow_job") for each in story.github.webhooks.deliveries)


async def test_a_matrix_of_a_hundred_jobs_costs_at_most_fifteen_edits(tmp_path: Path) -> None:
    async with telling(tmp_path, files=FILES) as story:
        await story.types("alice", "/run matrix.yml")
        await plays(story, story.github.runs[-1])
        assert events(story) == EVENTS
        assert story.answers()[0].startswith("✅ **Matrix passed**")
        edits = [call for call in story.calls() if call.startswith("PATCH")]
        assert 5 < len(edits) <= 15


async def test_in_slack_too(tmp_path: Path) -> None:
    async with talking(tmp_path, files=FILES) as chat:
        await chat.ops("alice", "run acme/shop matrix.yml")
        await plays(chat, chat.github.runs[-1])
        assert events(chat) == EVENTS
        assert chat.read(chat.living()[0]).startswith("✅ Matrix passed")
        assert 5 < len(chat.slack.called("chat.update")) <= 15


async def ends(story: Story, passed: Callable[[], int]) -> None:
    """All of it is started, runs, and ends within one minute; then there is time for every message to say so.

    Who comes too soon comes again at a moment of their own, so how long it takes all of them is a matter of luck.
    """
    for _ in range(REQUESTS // 3):
        await story.passes(1)
    assert len(story.github.dispatched) == REQUESTS
    for run in story.github.runs:
        await run.start()
    await story.passes(10)
    for run in story.github.runs:
        await run.play()
    for _ in range(ROUNDS):
        if passed() == REQUESTS:
            return
        await story.passes(3)


async def test_many_requests_of_one_installation_stay_within_githubs_limits(story: Story) -> None:
    story.github.limits.switched_on = story.github.limits.told = True  # on a server of one's own both are a choice
    for number in range(REQUESTS):
        story.pull.issue.add_comment(
            story.github.person(TYPISTS[number % len(TYPISTS)]), "/run deploy.yml environment=staging", None
        )
    await story.passes(1)
    assert 0 <= left(story, "content_minute") < 30
    assert left(story, "content_hour") < 490
    await ends(story, lambda: sum(answer.startswith("✅ **Deploy passed**") for answer in story.answers()))
    assert [answer.partition("**")[2].partition("**")[0] for answer in story.answers()] == ["Deploy passed"] * REQUESTS
    assert [each.path for each in story.github.journal if each.status in (403, 429)] == []


async def test_many_requests_of_one_workspace_stay_within_slacks_limits(chat: SlackStory) -> None:
    chat.slack.tiers.switched_on = True
    for number in range(REQUESTS):
        line = "/ops run acme/shop#1 deploy.yml environment=staging"
        await chat.slack.command(TYPISTS[number % len(TYPISTS)], CHANNEL, line)

    def states() -> list[str]:
        return [chat.read(each).partition(" in ")[0] for each in chat.living()]

    await ends(chat, lambda: states().count("✅ Deploy passed"))
    assert states() == ["✅ Deploy passed"] * REQUESTS
    assert [each.name for each in chat.slack.journal if each.status == 429] == []


def left(story: Story, budget: str) -> float:
    """What the metrics say."""
    found = story.bot.metrics.registry.get_sample_value("signalbox_github_budget_remaining", {"budget": budget})
    assert found is not None
    return found
