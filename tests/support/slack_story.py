"""The whole bot over real HTTP between the sandbox GitHub and the sandbox Slack, with one clock for all."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app import Signalbox
from bot.model.link import AccountLink
from bot.model.people import GitHubAccount, Person
from bot.model.slack import SlackAccount
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.slack import App, Message, SandboxSlack, Seen
from bot.transcript import readable_blocks
from tests.contract.openapi import DATA
from tests.support.clock import FakeClock
from tests.support.migrated import put_migrated
from tests.support.story import DEPLOY, ENTERPRISE, NIGHTLY, ROLES, ROUNDS, Story, against_github, settings_for

NONCE = re.compile(r"/link/slack/[\w-]+")
CHANNEL = "#deploys"


@dataclass(slots=True)
class SlackStory(Story):
    """A story with a second mouth."""

    slack: SandboxSlack
    app: App

    async def settle(self) -> None:
        """Until GitHub and Slack have told everything and the bot has nothing left that is due."""
        for _ in range(ROUNDS):
            before = self._said()
            await self.github.settled()
            await self.slack.settled()
            await self.bot.engine.settled()
            if before == self._said():
                return
        raise AssertionError("The story does not come to rest")

    def _said(self) -> tuple[int, ...]:
        told = len(self.slack.journal), len(self.slack.deliveries)
        return (len(self.github.journal), len(self.github.webhooks.deliveries), *told)

    async def ops(self, who: str, words: str, channel: str = CHANNEL) -> None:
        """Somebody types the slash command, and everything that is due because of it happens."""
        await self.slack.command(who, channel, f"/ops {words}".strip())
        await self.settle()

    async def mentions(self, who: str, words: str, *, thread: Seen | None = None, channel: str = CHANNEL) -> Message:
        """Somebody calls the app in a message."""
        said = await self.slack.mentions(who, channel, f"@signalbox {words}", thread=thread)
        await self.settle()
        return said

    async def presses(self, who: str, message: Seen, action: str) -> None:
        """Somebody presses a button and says yes where it asks."""
        await self.slack.presses(who, message, action, confirm=True)
        await self.settle()

    def living(self, channel: str = CHANNEL, who: str = "alice") -> list[Seen]:
        """What everybody in the channel sees of the bot, threads left out."""
        return [
            seen
            for seen in self.slack.seen_by(who, channel)
            if seen.author == "signalbox" and not seen.ephemeral and seen.thread_ts in (None, seen.ts)
        ]

    def whispers(self, who: str, channel: str = CHANNEL) -> list[str]:
        """What only this person sees of the bot there, as they read it."""
        seen = self.slack.seen_by(who, channel)
        return [self.read(each) for each in seen if each.author == "signalbox" and each.ephemeral]

    def directs(self, who: str) -> list[str]:
        """What the bot wrote to this person alone."""
        return [self.read(each) for each in self.slack.seen_by(who, self.slack.dm(who)) if each.author == "signalbox"]

    def thread(self, message: Seen, who: str = "alice") -> list[str]:
        """What the bot wrote below a message."""
        below = self.slack.thread_of(who, message)
        return [self.read(each) for each in below if each.author == "signalbox" and each.ts != message.ts]

    def read(self, seen: Seen) -> str:
        """A message as people read it, with names for what differs each time."""
        text = NONCE.sub("/link/slack/NONCE", readable_blocks(seen.blocks))
        for person in self.slack.world.people.values():
            text = text.replace(person.id, person.name)
        return self.named(text)

    async def links(self, *people: str) -> None:
        """These people have proven both accounts some time ago; the way there has stories of its own."""
        async with self.bot.units.write() as unit:
            github = await unit.connections.by_name("github")
            slack = await unit.connections.by_name("slack")
            assert github is not None
            assert slack is not None
            for name in people:
                login = self.github.person(name)
                account = GitHubAccount(connection=github.id, id=login.id, login=login.login)
                person = await unit.people.by_github(account)
                if person is None:
                    person = Person(id=self.bot.mint.id(), github=account)
                    await unit.people.add(person, self.clock.now())
                user = self.slack.person(name)
                home = SlackAccount(connection=slack.id, home=user.workspace.id, user=user.id, name=name)
                await unit.links.add_slack(person.id, home, method="browser", at=self.clock.now())

    async def history(self, who: str) -> Sequence[AccountLink]:
        """All links of a person."""
        async with self.bot.units.read() as unit:
            github = await unit.connections.by_name("github")
            assert github is not None
            login = self.github.person(who)
            person = await unit.people.by_github(GitHubAccount(connection=github.id, id=login.id, login=login.login))
            return await unit.links.of_person(person.id) if person else ()


@asynccontextmanager
async def talking(
    folder: Path,
    *,
    enterprise: bool = ENTERPRISE,
    linked: Sequence[str] = ("alice", "bob", "carol", "rita"),
    files: Mapping[str, str | bytes] | None = None,
    roles: Mapping[str, str] = ROLES,
    sign_in: bool = False,
    socket_mode: bool = False,
    **variables: str,
) -> AsyncIterator[SlackStory]:
    """Build both worlds and start the bot in them. `sign_in`: people can sign in to Slack too."""
    clock = FakeClock()
    hub = SandboxGitHub(clock=clock.now, enterprise=enterprise)
    async with hub as github, SandboxSlack(clock=clock.now) as slack:
        hook = github.register_app(webhook_secret=secrets.token_hex(20))
        workflows = {".github/workflows/deploy.yml": DEPLOY, ".github/workflows/nightly.yml": NIGHTLY}
        repository = github.repository("acme/shop", private=True, files={**workflows, **(files or {})}, roles=roles)
        app = slack.register_app(command="/ops")
        more = {
            "SLACK_API_URL": slack.url,
            "SLACK_BOT_TOKEN": app.bot_token,
            "GITHUB_CLIENT_ID": hook.client_id,
            "GITHUB_CLIENT_SECRET": hook.client_secret,
            "PUBLIC_URL": "http://127.0.0.1:1",
            **({"SLACK_APP_TOKEN": app.app_token} if socket_mode else {"SLACK_SIGNING_SECRET": app.signing_secret}),
            **({"SLACK_CLIENT_ID": app.client_id, "SLACK_CLIENT_SECRET": app.client_secret} if sign_in else {}),
            **variables,
        }
        settings = settings_for(github, folder, **more)
        put_migrated(settings.database_url.reveal())
        async with Signalbox(settings, timer=clock) as bot:
            hook.webhook_url = f"{bot.url}/github/webhooks"
            if not socket_mode:
                app.request_url = f"{bot.url}/slack/events"
            pull = repository.pull_request(author="alice", branch="feature", title="A feature")
            slack.channel(CHANNEL, members=sorted(ROLES))
            story = SlackStory(
                github=github, bot=bot, clock=clock, repository=repository, pull=pull, slack=slack, app=app
            )
            clock.advance(60)
            await story.settle()
            await story.links(*linked)
            yield story
            if DATA is not None:
                complaints = list(against_github(github))
                assert not complaints, complaints
            refused = [each for each in slack.journal if "missing_scope" in str(each)]
            assert not refused, refused
