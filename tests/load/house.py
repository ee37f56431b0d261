"""Owns the bot of a measurement: a fresh migrated database, the environment, the real `signalbox serve`."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.app import FIRST_CONNECTION
from bot.app import SLACK as SLACK_CONNECTION
from bot.jobs.timer import SystemTimer
from bot.model.people import GitHubAccount, Person
from bot.model.slack import SlackAccount
from bot.store.database import Database
from bot.store.mint import Mint
from bot.store.unit import Units
from tests.load.github import Facts
from tests.load.processes import HOST, Server, bare_environment, free_port, listening, run, signalbox
from tests.load.slack import Both, SlackFacts
from tests.load.verdict import rows

WEBHOOKS = "/github/webhooks"
COMMANDS = "/slack/events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot(Server):
    """One that listens."""

    url: str
    """For `DATABASE_URL`."""

    async def recorded(self, event: str) -> int:
        """How many deliveries of this kind are kept."""
        [(count,)] = await rows(self.url, f"SELECT count(*) FROM deliveries WHERE event = '{event}'")
        return int(count)

    async def link(self, people: Sequence[Both]) -> None:
        """These people have proven both accounts some time ago."""
        database, clock, mint = Database.open(self.url), SystemTimer(), Mint()
        async with Units(database, clock).write() as unit:
            github = await unit.connections.by_name(FIRST_CONNECTION)
            slack = await unit.connections.by_name(SLACK_CONNECTION)
            assert github is not None
            assert slack is not None
            for each in people:
                account = GitHubAccount(connection=github.id, id=each.github, login=each.login)
                person = Person(id=mint.id(), github=account)
                await unit.people.add(person, clock.now())
                home = SlackAccount(connection=slack.id, home=each.workspace, user=each.user, name=each.login)
                await unit.links.add_slack(person.id, home, method="browser", at=clock.now())
        await database.close()


class House:
    """Where bots are started, one after the other, each on a database of its own."""

    def __init__(self, folder: Path, github: Facts, slack: SlackFacts) -> None:
        """Everything that is written goes to `folder`; a bot with an adapter speaks to that GitHub, and that Slack."""
        self.folder = folder
        self.github = github
        self.slack = slack
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def bot(
        self,
        *,
        configured: bool = True,
        slack: SlackFacts | None = None,
        url: str | None = None,
        preload: Path | None = None,
    ) -> AsyncIterator[Bot]:
        """`signalbox serve` with GitHub, also with a Slack, or with nothing configured. Raises `DidNotStart`.

        On the database at `url`, or on a SQLite file of its own; `preload` is a library for the linker.
        """
        port, number = free_port(), next(self._numbers)
        url = url or f"sqlite:///{self.folder / f'bench-{number}.db'}"
        environment = {
            **bare_environment(self.folder),
            "HOST": HOST,
            "PORT": str(port),
            "DATABASE_URL": url,
            **({"LD_PRELOAD": str(preload)} if preload else {}),
            **(self._adapter() if configured else {}),
            **(_mouth(slack) if slack else {}),
        }
        log = self.folder / f"bot-{number}.log"
        await run(signalbox("migrate"), environment, log)
        async with listening(signalbox("serve"), port, environment, log) as server:
            yield Bot(**asdict(server), url=url)

    def _adapter(self) -> dict[str, str]:
        return {
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_SERVER_URL": self.github.server_url,
            "GITHUB_APP_ID": str(self.github.app_id),
            "GITHUB_APP_PRIVATE_KEY": self.github.private_key,
            "GITHUB_WEBHOOK_SECRET": self.github.webhook_secret,
            "ALLOW_INSECURE_LOOPBACK": "true",
        }


def _mouth(slack: SlackFacts) -> dict[str, str]:
    return {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }
