"""Measures what one command costs: time to its dispatch, calls to GitHub, edits of its message."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.load.figures import Figure, percentile
from tests.load.github import Calls
from tests.load.house import COMMANDS, WEBHOOKS, House
from tests.load.platforms import Platforms
from tests.load.processes import HOST
from tests.support.slack_story import talking
from tests.support.story import Story, telling

WARM_UP = 5
COUNT = 100
JOBS = 10
FILE = ".github/workflows/matrix.yml"
RUN_SECONDS = 300
MATRIX = f"""\
name: Matrix
on: {{workflow_dispatch: {{}}}}
jobs:
{"".join(f"  job-{n}: {{runs-on: ubuntu-latest, steps: [{{run: make}}]}}{chr(10)}" for n in range(JOBS))}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """What was measured."""

    seconds: list[float]
    """From a comment."""
    slack_seconds: list[float]
    """From a slash command."""
    calls: Calls
    events: int
    edits: int
    slack_edits: int

    def figures(self) -> list[Figure]:
        """With their goals."""
        before, in_all = len(self.calls.before_dispatch), len(self.calls.in_all)
        return [
            *_times("comment", self.seconds),
            *_times("slash command", self.slack_seconds),
            Figure(name="GitHub calls for `run`, before the dispatch", value=before, unit="", at_most=3),
            Figure(name="GitHub calls for `run`, in all without edits", value=in_all, unit="", at_most=6),
            Figure(name=f"edits for a run of {JOBS} jobs ({self.events} events)", value=self.edits, unit="", at_most=8),
            Figure(name="... asked in Slack", value=self.slack_edits, unit="", at_most=8),
        ]


async def measure(house: House, outside: Platforms) -> Commands:
    """One command at a time against platforms in their own process; the edits in faked time."""
    async with house.bot() as server:
        await outside.github.tells(f"http://{HOST}:{server.port}{WEBHOOKS}")
        await outside.github.command_seconds(WARM_UP)
        seconds = await outside.github.command_seconds(COUNT)
        calls = await outside.github.calls()
    async with house.bot(slack=house.slack) as server:
        await server.link(await outside.slack.people())
        await outside.github.tells(f"http://{HOST}:{server.port}{WEBHOOKS}")
        await outside.slack.tells(f"http://{HOST}:{server.port}{COMMANDS}")
        await outside.slack.command_seconds(WARM_UP)
        slack_seconds = await outside.slack.command_seconds(COUNT)
    events, edits = await _edits()
    return Commands(
        seconds=seconds,
        slack_seconds=slack_seconds,
        calls=calls,
        events=events,
        edits=edits,
        slack_edits=await _slack_edits(),
    )


def _times(name: str, seconds: list[float]) -> list[Figure]:
    name = f"{name} received to dispatch sent, GitHub at 0 ms"
    return [
        Figure(name=f"{name}, p50", value=percentile(seconds, 50) * 1000, unit="ms", at_most=10),
        Figure(name=f"{name}, p99", value=percentile(seconds, 99) * 1000, unit="ms", at_most=30),
    ]


async def _edits() -> tuple[int, int]:
    """Five minutes of a run whose jobs begin and end one after the other, at GitHub's clock and ours."""
    with tempfile.TemporaryDirectory() as folder:
        async with telling(Path(folder), files={FILE: MATRIX}) as story:
            await story.types("alice", "/run matrix.yml")
            told = len(story.github.webhooks.deliveries)
            await _play(story)
            sent = [each.event for each in story.github.webhooks.deliveries]
            events = sum(event in ("workflow_run", "workflow_job") for event in sent)
            assert told < len(sent)
            return events, sum(call.startswith("PATCH") and "/comments/" in call for call in story.calls())


async def _slack_edits() -> int:
    """The same run, asked for in Slack."""
    with tempfile.TemporaryDirectory() as folder:
        async with talking(Path(folder), files={FILE: MATRIX}) as story:
            await story.ops("alice", "run acme/shop matrix.yml")
            await _play(story)
            assert "passed" in story.read(story.living()[-1])
            return len(story.slack.called("chat.update"))


async def _play(story: Story) -> None:
    run, step = story.github.runs[-1], RUN_SECONDS / (3 * JOBS)
    await story.passes(step)
    await run.start()
    for number in range(JOBS):
        await story.passes(step)
        await run.start_job(f"job-{number}")
        await story.passes(step)
        await run.finish_job(f"job-{number}")
        await story.passes(step)
    await run.finish()
    await story.passes(1)
