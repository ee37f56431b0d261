"""Stories on PostgreSQL: two replicas behind one address, and one that dies or leaves while it works.

Time is real here, for the database's own clock says when a job is due.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import Signalbox
from bot.jobs.desk import HEARTBEAT_TIMEOUT
from bot.jobs.postgres import BEAT_SECONDS
from bot.sandbox.github.apps import App
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.github.pulls import PullRequest
from bot.settings import Settings
from tests.support import postgres
from tests.support.story import DEPLOY, ENTERPRISE, MARKER, ROLES, environment_for, settings_for

pytestmark = pytest.mark.timeout(120)


@dataclass(slots=True)
class Fleet:
    """Replicas on one database, and the GitHub that tells one or the other."""

    github: SandboxGitHub
    app: App
    pull: PullRequest
    replicas: Sequence[Signalbox]

    def turn_to(self, replica: int) -> None:
        """GitHub tells this one from now on."""
        self.app.webhook_url = f"{self.replicas[replica].url}/github/webhooks"

    async def settle(self) -> None:
        """Until everything is told and nobody has anything left that is due."""
        while True:
            before = len(self.github.journal), len(self.github.webhooks.deliveries)
            await self.github.settled()
            for replica in self.replicas:
                await replica.engine.settled()
            if before == (len(self.github.journal), len(self.github.webhooks.deliveries)):
                return

    def answers(self) -> list[str]:
        """What the bots wrote."""
        return [MARKER.sub("", said.body) for said in self.github.thread(self.pull) if said.author.endswith("[bot]")]

    async def until(self, words: str) -> str:
        """The answer that says so, at last; pytest's timeout is the end of patience."""
        while True:
            for said in self.answers():
                if words in said:
                    return said
            await self.settle()  # real queries: this waits, it does not sleep


@asynccontextmanager
async def serving(url: str, folder: Path, count: int) -> AsyncIterator[Fleet]:
    """So many replicas, and a pull request that the first one has heard of."""
    hub = SandboxGitHub(clock=lambda: datetime.now(UTC), enterprise=ENTERPRISE)
    async with hub as github, AsyncExitStack() as stack:
        app = github.register_app(webhook_secret=secrets.token_hex(20))
        repository = github.repository("acme/shop", files={".github/workflows/deploy.yml": DEPLOY}, roles=ROLES)
        settings = settings_for(github, folder, DATABASE_URL=url)
        bots = [await stack.enter_async_context(Signalbox(settings)) for _ in range(count)]
        pull = repository.pull_request(author="alice", branch="feature", title="A feature")
        fleet = Fleet(github=github, app=app, pull=pull, replicas=bots)
        if bots:
            fleet.turn_to(0)
            await fleet.settle()
        yield fleet


@pytest.fixture
async def fleet(postgres_url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    """Two replicas."""
    async with serving(postgres_url, tmp_path, 2) as fleet:
        yield fleet


LINE = "/run deploy.yml environment=staging"


async def test_what_one_replica_was_asked_the_other_may_finish(fleet: Fleet) -> None:
    await fleet.github.comments("alice", fleet.pull, LINE)
    await fleet.until("Deploy is waiting for a runner")
    fleet.turn_to(1)
    await fleet.github.runs[-1].play()
    await fleet.until("✅ **Deploy passed**")
    assert len(fleet.github.dispatched) == 1
    assert len(fleet.answers()) == 1


async def test_a_refusal(fleet: Fleet) -> None:
    await fleet.github.comments("rita", fleet.pull, LINE)
    await fleet.until("permission")
    assert fleet.github.dispatched == []


async def test_many_commands_told_to_two_replicas_are_each_done_once(fleet: Fleet) -> None:
    for number in range(8):
        fleet.turn_to(number % 2)
        await fleet.github.comments("alice", fleet.pull, LINE)
    while sum("waiting for a runner" in said for said in fleet.answers()) < 8:
        await fleet.settle()
    assert len(fleet.github.dispatched) == 8
    assert len(fleet.answers()) == 8


async def test_a_webhook_that_comes_to_both_replicas_is_handled_once(fleet: Fleet) -> None:
    await fleet.github.comments("alice", fleet.pull, LINE)
    await fleet.until("waiting for a runner")
    delivery = next(each for each in fleet.github.webhooks.deliveries if each.letter.event == "issue_comment")
    fleet.turn_to(1)
    fleet.github.webhooks.redeliver(delivery)
    await fleet.settle()
    assert len(fleet.github.dispatched) == 1
    assert len(fleet.answers()) == 1


async def test_a_server_that_throws_everybody_out_costs_time_alone(fleet: Fleet, postgres_url: str) -> None:
    """As when PostgreSQL is restarted or fails over; GitHub is told to come again, or it is asked to."""
    await fleet.github.comments("alice", fleet.pull, LINE)
    await fleet.until("waiting for a runner")
    await asyncio.to_thread(postgres.throw_out, postgres_url)
    await fleet.github.comments("alice", fleet.pull, "/run deploy.yml environment=production")
    while any(not each.ok for each in fleet.github.webhooks.deliveries[-1:]):
        fleet.github.webhooks.redeliver(fleet.github.webhooks.deliveries[-1])
        await fleet.github.settled()
    while sum("waiting for a runner" in said for said in fleet.answers()) < 2:
        await fleet.settle()
    assert len(fleet.github.dispatched) == 2


async def test_what_a_killed_replica_was_doing_another_takes_over(postgres_url: str, tmp_path: Path) -> None:
    """It dies after GitHub did what it asked and before it knew: the other one finds the run, and starts none."""
    async with serving(postgres_url, tmp_path, 0) as fleet:
        environment = environment_for(fleet.github, tmp_path, DATABASE_URL=postgres_url)
        victim = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", env={**os.environ, **environment}, stderr=asyncio.subprocess.PIPE
        )
        fleet.app.webhook_url = f"{await _url(victim)}/github/webhooks"
        silence = fleet.github.faults.silence("POST", "*/dispatches", after=True)
        await fleet.github.comments("alice", fleet.pull, LINE)
        await silence.begun.wait()
        victim.kill()
        await victim.wait()
        killed = time.monotonic()
        async with Signalbox(Settings.from_env(environment)) as other:
            fleet.replicas = [other]
            fleet.turn_to(0)
            await fleet.until("Deploy is waiting for a runner")
        seconds = time.monotonic() - killed
        silence.end()
        assert len(fleet.github.dispatched) == 1
        assert seconds > HEARTBEAT_TIMEOUT.total_seconds() - BEAT_SECONDS - 1  # and no other way was found sooner


async def _url(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    while line := (await process.stderr.readline()).decode():
        if found := re.search(r"serves at (http://\S+)", line):
            return found[1]
    raise AssertionError("It did not come to serve")
