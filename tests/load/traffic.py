"""Owns mixed traffic: many people type all kinds of commands in many organisations and in Slack, and runs play.

Nobody waits for an answer, as in life. What GitHub and Slack saw of it is told afterwards, for tests/load/verdict.py.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from random import Random
from typing import Any, Final

from bot.sandbox.github.plans import JobPlan, Plan
from bot.sandbox.github.pulls import PullRequest
from tests.load.github import START, WORKFLOW, Ask, GitHubStage
from tests.load.slack import Both, SlackStage, both

ORGANISATIONS: Final = 20  # one installation may write 500 times an hour, and each has its own
PEOPLE: Final = 60  # nobody may type more than sixty commands in ten minutes
READERS: Final = 3
PULLS: Final = 3
CHANNELS: Final = 8
IN_SLACK: Final = 0.2
JOBS: Final = 10
SPEED: Final = 10.0
TWICE: Final = 0.02
"""How often GitHub delivers something a second time."""

BROKEN: Final = WORKFLOW.replace("Deploy", "Checks")
MATRIX: Final = f"""\
name: Matrix
run-name: Matrix (${{{{ inputs.signalbox_request }}}})
on:
  workflow_dispatch:
    inputs:
      signalbox_request: {{type: string, required: false}}
jobs:
{"".join(f"  job-{n}: {{runs-on: ubuntu-latest, steps: [{{run: make}}]}}{chr(10)}" for n in range(JOBS))}"""
FILES: Final = {"deploy.yml": WORKFLOW, "checks.yml": BROKEN, "matrix.yml": MATRIX}
PLANS: Final = {
    "deploy.yml": Plan((JobPlan("ship", 5.0),)),
    "checks.yml": Plan((JobPlan("ship", 3.0, "failure", log="error: it does not fit"),)),
    "matrix.yml": Plan(tuple(JobPlan(f"job-{n}", 4.0 + 3 * n) for n in range(JOBS))),
}
LINES: Final = (
    *("/run deploy.yml environment=staging",) * 6,
    *("/run checks.yml environment=staging",) * 2,
    *("/run matrix.yml",) * 2,
    *("/status", "/runs", "/help", "/cancel", "/rerun", "/logs", "/run deploy.yml", "Looks good to me"),
)
MARKER: Final = re.compile(r"<!-- signalbox:([0-9a-f-]{36}) -->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What GitHub and Slack saw."""

    typed: int
    attempts: Mapping[tuple[int, int], str]
    """By a run's id and the number of its attempt: how it ended."""
    started: Mapping[str, int]
    """By the key of its request: how often a run was started for it."""
    markers: Mapping[str, int]
    """By the id of what was said on GitHub: how often it stands there."""
    unacknowledged: int
    """Deliveries, of either, that were not answered with yes."""
    deliveries: int


class Traffic:
    """The other end: asks the process and waits for its answer."""

    def __init__(self, ask: Ask) -> None:
        """`ask` reaches the process."""
        self._ask = ask

    async def people(self) -> Sequence[Both]:
        """Who types."""
        return [Both(**each) for each in await self._ask("people")]

    async def begin(
        self, urls: tuple[str, str], *, per_second: float, seed: int, in_slack: float = IN_SLACK, limited: bool = True
    ) -> None:
        """People begin to type, this share of it in Slack; GitHub's webhooks go to the first address, Slack's to the
        second. `limited`: GitHub enforces its limits."""
        await self._ask("begin", urls, per_second, seed, in_slack, limited)

    async def end(self) -> None:
        """Nobody types any more; returns when every run has come to its end, and everybody heard of it."""
        await self._ask("end")

    async def seen(self) -> Seen:
        """What was seen until now."""
        return Seen(**await self._ask("seen"))


class TrafficStage:
    """In the process: repositories, pull requests, channels, and people who type."""

    def __init__(self, hub: GitHubStage, lounge: SlackStage) -> None:
        self._hub = hub
        self._lounge = lounge
        self._slack = lounge.sandbox
        self._typing: asyncio.Task[None] | None = None
        self._said: set[asyncio.Task[Any]] = set()
        self._typed = 0
        self._first_run = 0
        self._first_delivery = 0
        self._pulls: list[PullRequest] = []
        self._people = [f"dev-{number}" for number in range(PEOPLE)]
        self._channels = [f"#team-{number}" for number in range(CHANNELS)]

    async def people(self) -> list[dict[str, Any]]:
        return both(self._hub.sandbox, self._slack, self._people)

    async def begin(self, urls: tuple[str, str], per_second: float, seed: int, in_slack: float, limited: bool) -> None:
        github = self._hub.sandbox
        self._build()
        github.app.webhook_url, self._lounge.app.request_url = urls
        github.autoplay, github.speed = True, SPEED
        github.limits.told = github.limits.switched_on = limited
        self._first_run, self._first_delivery = len(github.runs), len(github.webhooks.deliveries)
        self._typing = asyncio.create_task(self._type(per_second, Random(seed), in_slack))

    async def end(self) -> None:
        assert self._typing is not None
        self._typing.cancel()
        await asyncio.wait([self._typing])
        if self._said:
            await asyncio.wait(self._said)
        await self._hub.sandbox.played()

    async def seen(self) -> dict[str, Any]:
        github = self._hub.sandbox
        runs = github.runs[self._first_run :]
        bodies = "\n".join(said.body for pull in self._pulls for said in github.thread(pull))
        sent = github.webhooks.deliveries[self._first_delivery :]
        refused = sum(not each.ok for each in sent) + sum(not each.succeeded for each in self._slack.deliveries)
        seen = Seen(
            typed=self._typed,
            attempts={(run.id, number): str(run.state(number).conclusion) for run in runs for number in run.attempts},
            started=dict(Counter(str(run.inputs.get("signalbox_request")) for run in runs)),
            markers=dict(Counter(MARKER.findall(bodies))),
            unacknowledged=refused,
            deliveries=len(sent) + len(self._slack.deliveries),
        )
        return asdict(seen)

    def _build(self) -> None:
        """Everything is older than what is said about it: comments carry whole seconds only."""
        github = self._hub.sandbox
        self._hub.clock.behind = START
        files: dict[str, str | bytes] = {f".github/workflows/{name}": text for name, text in FILES.items()}
        roles = {name: "read" if number < READERS else "write" for number, name in enumerate(self._people)}
        for number in range(ORGANISATIONS):
            made = github.repository(f"org-{number}/app", private=True, files=files, roles=roles, plans=PLANS)
            for branch in range(PULLS):
                author = self._people[-1]
                self._pulls.append(made.pull_request(author=author, branch=f"b-{branch}", title=f"Change {branch}"))
        for channel in self._channels:
            self._slack.channel(channel, members=self._people)
        self._hub.clock.behind = timedelta(0)

    async def _type(self, per_second: float, random: Random, in_slack: float) -> None:
        github = self._hub.sandbox
        while True:
            if random.random() < TWICE:
                github.webhooks.duplicate()
            if random.random() < in_slack:
                self._tell(self._in_slack(random))
            else:
                pull, author = random.choice(self._pulls), github.person(random.choice(self._people))
                pull.issue.add_comment(author, random.choice(LINES), None)
            self._typed += 1
            await asyncio.sleep(random.expovariate(per_second))

    async def _in_slack(self, random: Random) -> None:
        pull = random.choice(self._pulls)
        line = random.choice(LINES).removeprefix("/")
        verb, _, rest = line.partition(" ")
        target = f"{pull.repository.full_name}#{pull.number}"
        await self._slack.command(
            random.choice(self._people), random.choice(self._channels), f"/ops {verb} {target} {rest}".rstrip()
        )

    def _tell(self, saying: Awaitable[None]) -> None:
        task = asyncio.ensure_future(saying)
        self._said.add(task)
        task.add_done_callback(self._said.discard)
