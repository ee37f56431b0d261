"""Owns a world with a second mouth: a sandbox Slack beside the sandbox GitHub, and people who are at home in both."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bot.jobs.timer import SystemTimer
from bot.model.people import GitHubAccount, Person
from bot.model.repository import Connection
from bot.model.slack import SlackAccount
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.slack import Delivery, Message, SandboxSlack, Seen
from bot.store.database import Database
from bot.store.mint import new_id
from bot.store.unit import Unit, Units
from bot.transcript import readable_blocks
from tests.crash.books import Library
from tests.crash.stage import LOOK_SECONDS, Stage, Waiting, opened
from tests.crash.victims import Breed
from tests.support.story import DEPLOY, NIGHTLY, ROLES

TAG = "signalbox:"
RECORD_SECONDS = 8.0  # longer than any commit is waited for
CHANNEL = "#deploys"
OUTSIDE = "#elsewhere"
"""A channel that the bot is not in."""
PUBLIC_URL = "http://127.0.0.1:1"
"""What a browser is sent to; the one here knows that it means the newest life."""
OFFER = re.compile(rf"{PUBLIC_URL}/link/slack/[\w-]+")
LINKED = ("alice", "bob", "carol")


@dataclass(slots=True, kw_only=True)
class Talk(Stage):
    """One GitHub, one Slack, one database, one bot after another."""

    slack: SandboxSlack
    by_socket: bool

    def move(self, url: str) -> None:
        """What comes in goes there from now on."""
        Stage.move(self, url)
        if not self.by_socket:
            self.slack.app.request_url = f"{url}/slack/events"

    def release(self) -> None:
        """GitHub and Slack do what they were asked for."""
        Stage.release(self)
        self.slack.faults.release()

    def silence(self, call: str, *, after: bool) -> Waiting:
        """Keep the bot waiting for GitHub (`POST */rerun`) or for Slack (`chat.update`)."""
        if " " in call:
            return Stage.silence(self, call, after=after)
        return self.slack.faults.silence(call, after=after)

    async def redeliver(self) -> None:
        """What Slack does by itself a minute later is done here as soon as the bot is back: an event comes again."""
        await Stage.redeliver(self)
        missed = [each for each in self.slack.deliveries if each.kind == "events_api" and len(each.attempts) > 1]
        for each in missed:
            if not each.succeeded:
                await self.slack.resends(each)

    # What people do

    async def ops(self, who: str, words: str, channel: str = CHANNEL) -> Delivery:
        """The slash command; typed again by whoever reads that it failed, unless it got through all the same."""
        while True:
            delivery = await self.slack.command(who, channel, f"/ops {words}")
            assert delivery is not None
            if delivery.succeeded or await self.got_through(delivery):
                return delivery

    async def presses(self, who: str, message: Seen, action: str) -> Delivery:
        """A button, with a yes where it asks; pressed again like a command."""
        while True:
            delivery = await self.slack.presses(who, message, action, confirm=True)
            if delivery.succeeded or await self.got_through(delivery):
                return delivery

    async def mentions(self, who: str, words: str, thread: Seen) -> Message:
        """A message to the app in a thread. Slack repeats it."""
        return await self.slack.mentions(who, CHANNEL, f"@signalbox {words}", thread=thread)

    async def got_through(self, delivery: Delivery) -> bool:
        """Whether it was recorded though Slack thinks that it was not; a bot that is only slow may record it late."""
        patience = RECORD_SECONDS if delivery.failure == "operation_timeout" else LOOK_SECONDS
        for _ in range(int(patience / LOOK_SECONDS)):
            if self.recorded(delivery):
                return True
            await asyncio.sleep(LOOK_SECONDS)
        return self.recorded(delivery)

    def recorded(self, delivery: Delivery) -> bool:
        """Whether it is in the inbox, whatever Slack thinks of it."""
        trigger = delivery.payload["trigger_id"]
        return self.rows(f"SELECT count(*) FROM deliveries WHERE guid = '{trigger}'") == [(1,)]

    # What people see

    def living(self, channel: str = CHANNEL) -> list[Seen]:
        """What everybody in the channel sees of the bot, threads left out."""
        return [seen for seen in self._ours(channel) if not seen.ephemeral and seen.thread_ts in (None, seen.ts)]

    def below(self, message: Seen) -> list[str]:
        """What the bot wrote in a message's thread."""
        below = self.slack.thread_of("alice", message)
        return [read(each) for each in below if each.author == "signalbox" and each.ts != message.ts]

    def whispers(self, who: str, channel: str = CHANNEL) -> list[str]:
        """What only this person sees of the bot there."""
        return [read(seen) for seen in self._ours(channel, who) if seen.ephemeral]

    def directs(self, who: str) -> list[str]:
        """What the bot wrote to this person alone."""
        return [read(seen) for seen in self.slack.seen_by(who, self.slack.dm(who)) if seen.author == "signalbox"]

    def tagged(self) -> Counter[str]:
        """Every message of the bot that others see too, by the tag that it carries."""
        spoken = [each for channel in self.slack.world.channels.values() for each in channel.messages]
        ids = [str(each.blocks[0].get("block_id", "")) for each in spoken if each.to is None and each.blocks]
        return Counter(each.removeprefix(TAG) for each in ids if each.startswith(TAG))

    def offered(self, who: str, channel: str) -> list[str]:
        """The private addresses that this person was given."""
        return OFFER.findall(str([seen.blocks for seen in self._ours(channel, who)]))

    def _ours(self, channel: str, who: str = "alice") -> list[Seen]:
        return [seen for seen in self.slack.seen_by(who, channel) if seen.author == "signalbox"]

    async def until_living(self, *words: str, channel: str = CHANNEL) -> None:
        """Wait until the messages in the channel say these things, each its own."""

        def said() -> bool:
            texts = [read(seen) for seen in self.living(channel)]
            return len(texts) >= len(words) and all(word in text for word, text in zip(words, texts, strict=False))

        await self.until(said, f"{words} in {channel}")

    async def until_at_rest(self) -> None:
        """Wait until the bot has nothing left to do but its rounds."""
        await self.slack.settled()
        await Stage.until_at_rest(self)

    def describe(self, what: str) -> str:
        """Everything that helps to see why."""
        places = [*self.slack.world.channels.values()]
        said = [
            f"{each.author.name} to {each.to and each.to.name}: {each.text}" for at in places for each in at.messages
        ]
        calls = [str(each) for each in self.slack.journal[-40:]]
        return "\n".join([Stage.describe(self, what), *said, *calls])


def read(seen: Seen) -> str:
    """A message as people read it."""
    return readable_blocks(seen.blocks)


async def introduce(talk: Talk, people: Sequence[str]) -> None:
    """These people have proven both accounts some time ago."""
    database = Database.open(talk.books.url)
    try:
        async with Units(database, SystemTimer()).write() as unit:
            github, slack = await _connection(unit, "github"), await _connection(unit, "slack")
            for name in people:
                at, login, user = talk.github.world.clock(), talk.github.person(name), talk.slack.person(name)
                account = GitHubAccount(connection=github, id=login.id, login=login.login)
                person = Person(id=new_id(), github=account)
                await unit.people.add(person, at)
                home = SlackAccount(connection=slack, home=user.workspace.id, user=user.id, name=name)
                await unit.links.add_slack(person.id, home, method="browser", at=at)
    finally:
        await database.close()


async def _connection(unit: Unit, name: str) -> UUID:
    """As an earlier life left it: the next one describes it anew and keeps the id."""
    row = Connection(id=new_id(), name=name, api_url="", server_url="", app_id=None, app_slug=None)
    await unit.connections.save(row)
    return row.id


@asynccontextmanager
async def talking(
    victims: Breed,
    library: Library,
    folder: Path,
    *,
    crash_at: str = "",
    trace: bool = False,
    keep: bool = True,
    by_socket: bool = False,
    linked: Sequence[str] = LINKED,
) -> AsyncIterator[Talk]:
    """Build both worlds and start the bot between them; with `keep` it is started again whenever it dies."""
    async with opened(library, folder) as books, SandboxGitHub() as github, SandboxSlack() as slack:
        github.limits.told = False  # as on a server without limits: nobody waits for a turn here
        hook = github.register_app(
            webhook_secret=secrets.token_hex(20), callback_urls=(f"{PUBLIC_URL}/login/github/callback",)
        )
        workflows = {".github/workflows/deploy.yml": DEPLOY, ".github/workflows/nightly.yml": NIGHTLY}
        repository = github.repository("acme/shop", private=True, files=workflows, roles=ROLES)
        pull = repository.pull_request(author="alice", branch="feature", title="A feature")
        app = slack.register_app()
        slack.channel(CHANNEL, members=sorted(ROLES))
        slack.channel(OUTSIDE, members=sorted(ROLES), app=False)
        more = {
            "SLACK_API_URL": slack.url,
            "SLACK_BOT_TOKEN": app.bot_token,
            "GITHUB_CLIENT_ID": hook.client_id,
            "GITHUB_CLIENT_SECRET": hook.client_secret,
            "PUBLIC_URL": PUBLIC_URL,
            **({"SLACK_APP_TOKEN": app.app_token} if by_socket else {"SLACK_SIGNING_SECRET": app.signing_secret}),
        }
        talk = Talk(
            victims=victims,
            github=github,
            repository=repository,
            pull=pull,
            folder=folder,
            books=books,
            more=more,
            slack=slack,
            by_socket=by_socket,
        )
        await introduce(talk, linked)
        await talk.start(crash_at=crash_at, trace=trace)
        if keep:
            talk.keeper = asyncio.create_task(talk.keep())
        try:
            yield talk
        finally:
            await talk.end()
