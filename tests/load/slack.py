"""Owns the Slack of a measurement: what it is asked, and the stage in its process where people type commands."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.slack import SandboxSlack
from bot.sandbox.slack.building import Who
from tests.load.github import Ask, GitHubStage
from tests.load.processes import ANSWER_SECONDS, until

CHANNEL: Final = "#deploys"
LINE: Final = "/ops run acme/shop deploy.yml environment=staging"
MEANS_LITTLE: Final = "/ops help"
STRANGER: Final = "stranger"
SLOW_SECONDS: Final = 3.0
ALWAYS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackFacts:
    """What a bot needs to know."""

    api_url: str
    bot_token: str
    signing_secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """One human's two accounts."""

    login: str
    github: int
    workspace: str
    user: str


class Slack:
    """The other end: asks the process and waits for its answer."""

    def __init__(self, ask: Ask) -> None:
        """`ask` reaches the process."""
        self._ask = ask

    async def facts(self) -> SlackFacts:
        """What a bot needs to know."""
        return SlackFacts(**await self._ask("facts"))

    async def people(self) -> Sequence[Both]:
        """Who types commands."""
        return [Both(**each) for each in await self._ask("people")]

    async def tells(self, url: str) -> dict[str, str]:
        """Commands go to the bot at this address from now on; returns what one consists of."""
        specimen: dict[str, str] = await self._ask("tells", url)
        return specimen

    async def answers_after(self, seconds: float) -> None:
        """So long it takes over every call from now on."""
        await self._ask("answers_after", seconds)

    async def command_seconds(self, count: int) -> list[float]:
        """One command after the other: from the moment it is typed to its dispatch that has arrived."""
        seconds: list[float] = await self._ask("command_seconds", count)
        return seconds


class SlackStage:
    """In the process: the sandbox, one channel, and the same people as at GitHub."""

    def __init__(self, sandbox: SandboxSlack, github: GitHubStage) -> None:
        self.sandbox = sandbox
        self.github = github
        self.turn = 0
        self.app = sandbox.register_app(command="/ops")
        sandbox.channel(CHANNEL, members=[*github.people, STRANGER])

    async def facts(self) -> dict[str, Any]:
        app = self.app
        return {"api_url": self.sandbox.url, "bot_token": app.bot_token, "signing_secret": app.signing_secret}

    async def people(self) -> list[dict[str, Any]]:
        return both(self.github.sandbox, self.sandbox, self.github.people)

    async def tells(self, url: str) -> dict[str, str]:
        self.app.request_url = url
        delivery = await self.sandbox.command(STRANGER, CHANNEL, MEANS_LITTLE)
        assert delivery is not None
        return {name: str(value) for name, value in delivery.payload.items()}

    async def answers_after(self, seconds: float) -> None:
        self.sandbox.faults.clear()
        if seconds:
            self.sandbox.faults.silence("*", times=ALWAYS, seconds=seconds)

    async def command_seconds(self, count: int) -> list[float]:
        return [await self._command() for _ in range(count)]

    async def _command(self) -> float:
        """Typed, dispatched, and its message posted: nothing of it is left for the next one to meet."""
        self.turn += 1
        who: Who = self.github.people[self.turn % len(self.github.people)]
        opened, said = self.github.next_dispatch(), len(self.sandbox.called("chat.postMessage"))
        begun = time.perf_counter()
        async with asyncio.timeout(ANSWER_SECONDS):
            await self.sandbox.command(who, CHANNEL, LINE)
            took = await opened - begun
        await until(lambda: len(self.sandbox.called("chat.postMessage")) > said)
        await self.github.sandbox.settled()
        return took


def both(github: SandboxGitHub, slack: SandboxSlack, names: Iterable[str]) -> list[dict[str, Any]]:
    """The accounts of these people on either side, as `Both` takes them."""
    pairs = [(github.person(name), slack.person(name)) for name in names]
    return [
        {"login": login.login, "github": login.id, "workspace": user.workspace.id, "user": user.id}
        for login, user in pairs
    ]
