"""Measures what one command costs: time to its dispatch, calls to GitHub, edits of its message."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.load.figures import Figure, percentile
from tests.load.github import Calls, GitHub
from tests.load.house import WEBHOOKS, House
from tests.load.processes import HOST
from tests.support.story import Story, telling

WARM_UP = 5
COMMANDS = 100
JOBS = 10
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
    calls: Calls
    events: int
    edits: int

    def figures(self) -> list[Figure]:
        """With their goals."""
        name = "received to dispatch sent, GitHub at 0 ms"
        before, in_all = len(self.calls.before_dispatch), len(self.calls.in_all)
        return [
            Figure(name=f"{name}, p50", value=percentile(self.seconds, 50) * 1000, unit="ms", at_most=10),
            Figure(name=f"{name}, p99", value=percentile(self.seconds, 99) * 1000, unit="ms", at_most=30),
            Figure(name="GitHub calls for `run`, before the dispatch", value=before, unit="", at_most=3),
            Figure(name="GitHub calls for `run`, in all without edits", value=in_all, unit="", at_most=6),
            Figure(name=f"edits for a run of {JOBS} jobs ({self.events} events)", value=self.edits, unit="", at_most=8),
        ]


async def measure(house: House, github: GitHub) -> Commands:
    """One command at a time against a GitHub in its own process; the edits in faked time."""
    async with house.bot() as server:
        await github.tells(f"http://{HOST}:{server.port}{WEBHOOKS}")
        await github.command_seconds(WARM_UP)
        seconds = await github.command_seconds(COMMANDS)
        calls = await github.calls()
    events, edits = await _edits()
    return Commands(seconds=seconds, calls=calls, events=events, edits=edits)


async def _edits() -> tuple[int, int]:
    """Five minutes of a run whose jobs begin and end one after the other, at GitHub's clock and ours."""
    with tempfile.TemporaryDirectory() as folder:
        async with telling(Path(folder), files={".github/workflows/matrix.yml": MATRIX}) as story:
            await story.types("alice", "/run matrix.yml")
            told = len(story.github.webhooks.deliveries)
            await _play(story)
            sent = [each.event for each in story.github.webhooks.deliveries]
            events = sum(event in ("workflow_run", "workflow_job") for event in sent)
            assert told < len(sent)
            return events, sum(call.startswith("PATCH") and "/comments/" in call for call in story.calls())


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
