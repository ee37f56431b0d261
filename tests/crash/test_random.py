"""Random crashes under load: no acknowledged command is lost, none is dispatched twice, none is answered twice."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

import pytest

from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.threads import Comment
from tests.crash.books import Library
from tests.crash.conftest import FEW
from tests.crash.slack_tale import UNPOSTED, check_once
from tests.crash.stage import MARKER
from tests.crash.tale import check_audit, together
from tests.crash.talk import Talk, talking
from tests.crash.victims import victims

pytestmark = [pytest.mark.crash, pytest.mark.timeout(900)]

WORLDS: Final = 3
PULLS: Final = 4
PEOPLE: Final = tuple(f"dev-{number}" for number in range(12))
"""Many, because nobody may type more than sixty commands in ten minutes."""
KINDS: Final = ("inbox", "delivery", "dispatch", "announce", "post_answer", "ledger", "check_run", "find_run", "sweep")
LONGEST_PAUSE_SECONDS: Final = 0.6
END_SECONDS: Final = 240
SHOWN: Final = (
    "SELECT id FROM announcements WHERE surface = 'github' UNION SELECT id FROM answers WHERE surface = 'github'"
)
ENDS: Final = {"succeeded", "cancelled", "lost", "refused"}
"""Refused is the second of two reruns at once."""
CHANNELS: Final = tuple(f"#room-{number}" for number in range(4))
WRITES: Final = 0.5
"""How often it is a comment; else it is a slash command."""


@dataclass(slots=True)
class Load:
    """What people type in one world, and what became of it."""

    stage: Talk
    random: Random
    pulls: list[PullRequest]
    comments: list[Comment] = field(default_factory=list)
    commands: list[asyncio.Task[object]] = field(default_factory=list)

    def says(self) -> None:
        """Somebody types something somewhere, and does not wait for an answer."""
        self.comment() if self.random.random() < WRITES else self.ops()

    def ops(self) -> None:
        """In Slack."""
        pull = self.random.choice(self.pulls)
        deploy = f"run acme/shop#{pull.number} deploy.yml environment=staging"
        again = f"rerun acme/shop#{pull.number}"
        words = self.random.choice([deploy, deploy, again, again, f"cancel acme/shop#{pull.number}", "whoami"])
        person, channel = self.random.choice(PEOPLE), self.random.choice(CHANNELS)
        self.commands.append(asyncio.create_task(self.stage.slack.command(person, channel, f"/ops {words}")))

    def comment(self) -> None:
        """On a pull request."""
        depth = len(self.comments) + 1
        deploy, nightly = "/run deploy.yml environment=staging", f"/run nightly.yml depth={depth}"
        text = self.random.choice(
            [deploy, deploy, nightly, f"{deploy}\n{nightly}", "/help", "/cancel", "/whoami", "/rerun"]
        )
        person = self.stage.github.person(self.random.choice(PEOPLE))
        self.comments.append(self.random.choice(self.pulls).issue.add_comment(person, text, None))

    async def live(self) -> None:
        """People type, and the life ends at a random commit or at a random moment, whichever is first.

        Of two replicas it is now the one, now the other.
        """
        if self.stage.mate is not None and self.random.random() < 0.5:
            await self.stage.swap()
        for _ in range(self.random.randint(1, 3)):
            if await self.stage.bot.dead(self.random.uniform(0, LONGEST_PAUSE_SECONDS)):
                break
            self.says()
        commit = f"{self.random.choice(KINDS)}:{self.random.randint(1, 5)}"
        await self.stage.reborn(f"{self.random.choice(['before', 'after'])}:{commit}")

    async def end(self) -> None:
        """A last life, in which everything comes to rest; comments that nobody acknowledged are delivered again."""
        await self.stage.reborn()
        self.stage.keeper = asyncio.create_task(self.stage.keep())
        await self.stage.until(lambda: not self.unanswered(), "an outcome of every line", END_SECONDS)
        await self.stage.until(lambda: self.states() <= ENDS, "an end of every request", END_SECONDS)
        await asyncio.gather(*self.commands)
        await self.stage.until_at_rest()

    def states(self) -> set[str]:
        """In which the requests are."""
        return {state for (state,) in self.stage.rows("SELECT DISTINCT state FROM requests")}

    def unanswered(self) -> list[str]:
        """Lines of which nothing came: neither a request nor an answer."""
        origins = self.stage.rows("SELECT origin_key FROM requests UNION SELECT natural_key FROM answers")
        done = {tuple(origin.split(":")[-2:]) for (origin,) in origins}
        lines = [(str(comment.id), comment.body.splitlines()) for comment in self.comments]
        missing = [line for comment, body in lines for n, line in enumerate(body, 1) if (comment, str(n)) not in done]
        answered = {origin.rpartition(":")[2] for (origin,) in origins}
        recorded = self.stage.rows("SELECT guid FROM deliveries WHERE event = 'slack_command'")
        return missing + [trigger for (trigger,) in recorded if trigger not in answered]

    def check(self) -> None:
        """Nothing happened twice, and what is said to have happened did."""
        stage = self.stage
        recorded = {guid for (guid,) in stage.rows("SELECT guid FROM deliveries")}
        kept = [each.payload["trigger_id"] in recorded for each in stage.slack.deliveries if each.succeeded]
        assert all(kept), stage.describe("What was acknowledged is kept")
        assert stage.rows(UNPOSTED) == [], stage.describe("Everybody was answered")
        check_once(stage)
        markers = Counter(MARKER.findall("\n".join(body for pull in self.pulls for body in stage.said(pull))))
        shown = stage.rows(SHOWN)
        assert markers == Counter(str(UUID(row[0])) for row in shown), stage.describe("Each message stands once")
        keyed = Counter(each.inputs.get("signalbox_request") for each in stage.github.dispatched)
        deep = Counter(each.inputs.get("depth") for each in stage.github.dispatched)
        del keyed[None], deep[None]
        assert set(keyed.values()) | set(deep.values()) <= {1}, stage.describe("Each run was started once")
        ended = stage.rows("SELECT key, workflow_name, state, inputs FROM requests WHERE rerun IS NULL")
        for key, workflow, state, inputs in ended:
            depth = json.loads(inputs).get("depth")
            if state == "succeeded":
                assert keyed[key] == 1 or deep[depth] == 1
            if state == "lost":
                assert workflow == "Nightly", stage.describe("What carries its key is never lost")
        check_audit(stage)


async def crashed_again_and_again(stage: Talk, random: Random, points: int, replicas: int) -> None:
    """The whole load in one world."""
    if replicas > 1:
        await stage.accompany()
    stage.github.autoplay, stage.github.speed = True, 10
    for person in PEOPLE:
        stage.repository.role(person, "write")
    for channel in CHANNELS:
        stage.slack.channel(channel, members=PEOPLE)
    branches = [f"branch-{number}" for number in range(PULLS)]
    pulls = [stage.repository.pull_request(author="alice", branch=name, title=name) for name in branches]
    load = Load(stage=stage, random=random, pulls=pulls)
    for _ in range(points):
        await load.live()
    await load.end()
    load.check()
    assert len(stage.lives) >= points


async def test_random_crashes(request: pytest.FixtureRequest, library: Library, tmp_path: Path) -> None:
    points: int = request.config.getoption("--crash-random") or FEW
    seed: int = request.config.getoption("--crash-seed")
    async with victims() as all_victims:

        async def world(number: int) -> None:
            folder = tmp_path / str(number)
            async with talking(all_victims, library, folder, keep=False, linked=PEOPLE) as stage:
                share = points // WORLDS + (number < points % WORLDS)
                await crashed_again_and_again(stage, Random(f"{seed}/{number}"), share, library.replicas)

        await together({f"world {number} of --crash-seed={seed}": partial(world, number) for number in range(WORLDS)})
