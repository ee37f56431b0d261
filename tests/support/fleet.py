"""Two replicas on one PostgreSQL between the sandbox GitHub and the sandbox Slack.

Time is real here, for the database's own clock says when a job is due; how long something took has no number.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.app import Signalbox
from bot.sandbox.github.apps import App as GitHubApp
from bot.sandbox.github.deliveries import Delivery as Webhook
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.slack import Delivery, SandboxSlack
from tests.contract.openapi import DATA
from tests.support.clock import FakeClock
from tests.support.slack_story import CHANNEL, SlackStory
from tests.support.story import DEPLOY, ENTERPRISE, ROLES, Story, against_github, settings_for

PUBLIC_URL = "http://127.0.0.1:1"
"""Of whatever stands before the replicas; nobody listens there, so a test says where a request goes on to."""

NOBODY = f"{PUBLIC_URL}/slack/events"
SECONDS = re.compile(r"\b\d+ s\b")
A, B = 0, 1


class WallClock(FakeClock):
    """Time as it is."""

    def now(self) -> datetime:
        """This moment."""
        return datetime.now(UTC)

    def advance(self, seconds: float) -> datetime:
        """Nobody can."""
        raise AssertionError(f"Time is real here and does not pass by {seconds} s for a test")


@dataclass(slots=True)
class SlackFleet(SlackStory):
    """A story whose GitHub and whose Slack each tell one replica or the other."""

    hook: GitHubApp
    replicas: Sequence[Signalbox]

    def turn_to(self, replica: int) -> None:
        """This one is told from now on."""
        url = self.replicas[replica].url
        self.hook.webhook_url = f"{url}/github/webhooks"
        self.app.request_url = f"{url}/slack/events"

    async def settle(self) -> None:
        """Until everything is told and no replica has anything left that is due."""
        while True:
            before = self._said()
            await self.github.settled()
            await self.slack.settled()
            for each in self.replicas:
                await each.engine.settled()
            if before == self._said():
                return

    async def until(self, so: Callable[[], object]) -> None:
        """At last it is so; pytest's timeout is the end of patience."""
        while not so():
            await self.settle()  # real queries: this waits, it does not sleep

    def named(self, body: str) -> str:
        """As in every story, and each number of seconds is N."""
        return SECONDS.sub("N s", Story.named(self, body))

    def shown(self, channel: str = CHANNEL) -> list[str]:
        """The living messages as they read now."""
        return [self.read(each) for each in self.living(channel)]

    async def lost(self, act: Awaitable[object]) -> Delivery:
        """What somebody does in Slack reaches nobody, to be brought later."""
        address, self.app.request_url = self.app.request_url, NOBODY
        await act
        self.app.request_url = address
        return self.slack.deliveries[-1]

    async def brings(self, letter: Delivery, *replicas: int) -> None:
        """Slack's letter comes to these at the same moment, and each acknowledges it."""
        copies = [
            Delivery(
                app=replace(self.app, request_url=f"{self.replicas[each].url}/slack/events"),
                kind=letter.kind,
                payload=letter.payload,
            )
            for each in replicas
        ]
        await asyncio.gather(*(self.slack.resends(copy) for copy in copies))
        assert [copy.status for copy in copies] == [200] * len(copies)
        await self.settle()

    async def redelivers(self, letter: Webhook, *replicas: int) -> None:
        """GitHub's letter comes to these at the same moment."""
        self.github.webhooks.at_once = len(replicas)
        for each in replicas:
            self.turn_to(each)
            self.github.webhooks.redeliver(letter)
        await self.github.settled()
        assert all(each.ok for each in self.github.webhooks.deliveries[-len(replicas) :])
        self.github.webhooks.at_once = 1


@asynccontextmanager
async def talking(
    url: str, folder: Path, *, linked: Sequence[str] = ("alice", "bob", "rita")
) -> AsyncIterator[SlackFleet]:
    """Both worlds, and two replicas that know them; A is told first."""
    clock = WallClock()
    async with (
        SandboxGitHub(clock=clock.now, enterprise=ENTERPRISE) as github,
        SandboxSlack(clock=clock.now) as slack,
        AsyncExitStack() as stack,
    ):
        hook = github.register_app(
            webhook_secret=secrets.token_hex(20), callback_urls=(f"{PUBLIC_URL}/login/github/callback",)
        )
        repository = github.repository(
            "acme/shop", private=True, files={".github/workflows/deploy.yml": DEPLOY}, roles=ROLES
        )
        app = slack.register_app(command="/ops")
        slack.channel(CHANNEL, members=sorted(ROLES))
        variables = {
            "DATABASE_URL": url,
            "PUBLIC_URL": PUBLIC_URL,
            "SLACK_API_URL": slack.url,
            "SLACK_BOT_TOKEN": app.bot_token,
            "SLACK_SIGNING_SECRET": app.signing_secret,
            "GITHUB_CLIENT_ID": hook.client_id,
            "GITHUB_CLIENT_SECRET": hook.client_secret,
        }
        settings = settings_for(github, folder, **variables)
        bots = [await stack.enter_async_context(Signalbox(settings)) for _ in range(2)]
        pull = repository.pull_request(author="alice", branch="feature", title="A feature")
        fleet = SlackFleet(
            github=github,
            bot=bots[A],
            clock=clock,
            repository=repository,
            pull=pull,
            slack=slack,
            app=app,
            hook=hook,
            replicas=bots,
        )
        fleet.turn_to(A)
        await fleet.settle()
        await fleet.links(*linked)
        yield fleet
        if DATA is not None:
            complaints = list(against_github(github))
            assert not complaints, complaints
