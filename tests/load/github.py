"""Owns the GitHub of a measurement: what it is asked, and the stage in its process where people type commands."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.sandbox.github.faults import ALWAYS
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.github.runs import Run
from tests.load.processes import until

PEOPLE: Final = 40  # so that nobody comes near the flood gate
ANSWER_SECONDS: Final = 10.0
WORKFLOW: Final = """\
name: Deploy
run-name: Deploy (${{ inputs.signalbox_request }})
on:
  workflow_dispatch:
    inputs:
      environment: {type: choice, options: [staging, production], required: true}
      signalbox_request: {type: string, required: false}
jobs:
  ship: {runs-on: ubuntu-latest, steps: [{run: make ship}]}
"""
LINE: Final = "/run deploy.yml environment=staging"
TOKENS: Final = "access_tokens"
START: Final = timedelta(seconds=60)


Ask = Callable[..., Awaitable[Any]]
"""The name of what the stage shall do and what it needs for that; what it answered comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a bot needs to know."""

    api_url: str
    server_url: str
    app_id: int
    private_key: str
    webhook_secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What one command cost GitHub, tokens left out."""

    before_dispatch: list[str]
    """Whatever the dispatch waited for: the reaction goes its own way."""
    in_all: list[str]
    """Edits left out."""


class GitHub:
    """The other end: asks the process and waits for its answer."""

    def __init__(self, ask: Ask) -> None:
        """`ask` reaches the process."""
        self._ask = ask

    async def facts(self) -> Facts:
        """What a bot needs to know."""
        return Facts(**await self._ask("facts"))

    async def tells(self, url: str) -> bytes:
        """Webhooks go to the bot at this address from now on; returns the body of a comment."""
        specimen: bytes = await self._ask("tells", url)
        return specimen

    async def command_seconds(self, count: int) -> list[float]:
        """One command after the other: from a comment that is written to its dispatch that has arrived."""
        seconds: list[float] = await self._ask("command_seconds", count)
        return seconds

    async def calls(self) -> Calls:
        """One command, from its comment to the last edit of its message."""
        return Calls(**await self._ask("calls"))

    async def crowd(self, count: int) -> None:
        """So many commands at once; nobody waits for them."""
        await self._ask("crowd", count)

    async def plays(self) -> None:
        """Runs play by themselves from now on, a hundred times as fast."""
        await self._ask("plays")

    async def answers_after(self, seconds: float) -> None:
        """So long it takes over every call from now on."""
        await self._ask("answers_after", seconds)

    async def asked_to_dispatch(self) -> None:
        """Somebody types a command; returns when GitHub was asked for its run, to which it says nothing yet."""
        await self._ask("asked_to_dispatch")

    async def resumes(self) -> None:
        """What was asked for happens, though who asked may be gone."""
        await self._ask("resumes")

    async def dispatched(self) -> int:
        """How many runs were started so far."""
        count: int = await self._ask("dispatched")
        return count


class GitHubStage:
    """In the process: the sandbox, one repository, one pull request, and people."""

    def __init__(self, sandbox: SandboxGitHub, clock: BackdatedClock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        sandbox.register_app(webhook_secret=secrets.token_hex(20))
        self.people = [f"person-{number}" for number in range(PEOPLE)]
        files: dict[str, str | bytes] = {".github/workflows/deploy.yml": WORKFLOW}
        roles = dict.fromkeys(self.people, "write")
        self.repository = sandbox.repository("acme/shop", private=True, files=files, roles=roles)
        self.turn = 0

    async def facts(self) -> dict[str, Any]:
        app = self.sandbox.app
        return {
            "api_url": self.sandbox.url,
            "server_url": self.sandbox.server_url,
            "app_id": app.id,
            "private_key": app.private_key_pem,
            "webhook_secret": app.webhook_secret,
        }

    async def tells(self, url: str) -> bytes:
        self.sandbox.app.webhook_url = url
        # A head must be older than what is said about it, and comments carry whole seconds only.
        self.clock.behind = START
        branch = f"feature-{self.turn}"
        self.pull = self.repository.pull_request(author=self.people[0], branch=branch, title="A feature")
        await self.sandbox.settled()
        self.clock.behind = timedelta(0)
        await self.sandbox.comments(self.people[0], self.pull, "Looks good to me")
        return self.sandbox.webhooks.deliveries[-1].letter.body

    async def command_seconds(self, count: int) -> list[float]:
        return [await self._command() for _ in range(count)]

    async def calls(self) -> dict[str, list[str]]:
        first = len(self.sandbox.journal)
        await self._command()
        run = self.sandbox.runs[-1]
        await run.play()
        await until(lambda: "passed" in self.sandbox.thread(self.pull)[-1].body)
        calls = [f"{each.method} {each.path}" for each in self.sandbox.journal[first:] if TOKENS not in each.path]
        dispatch = next(at for at, call in enumerate(calls) if call.endswith("/dispatches"))
        before = [call for call in calls[:dispatch] if not call.endswith("/reactions")]
        return {"before_dispatch": before, "in_all": [call for call in calls if not call.startswith("PATCH")]}

    async def crowd(self, count: int) -> None:
        for _ in range(count):
            author = self.sandbox.person(self._next())
            self.pull.issue.add_comment(author, LINE, None)

    async def dispatched(self) -> int:
        return len(self.sandbox.dispatched)

    async def plays(self) -> None:
        self.sandbox.autoplay, self.sandbox.speed = True, 100.0

    async def answers_after(self, seconds: float) -> None:
        self.sandbox.faults.clear()
        if seconds:
            self.sandbox.faults.silence("*", "*", times=ALWAYS, seconds=seconds)

    async def asked_to_dispatch(self) -> None:
        fault = self.sandbox.faults.silence("POST", "*/dispatches", after=True)
        self.pull.issue.add_comment(self.sandbox.person(self._next()), LINE, None)
        async with asyncio.timeout(ANSWER_SECONDS):
            await fault.begun.wait()

    async def resumes(self) -> None:
        self.sandbox.faults.release()

    async def _command(self) -> float:
        """Written, dispatched, and its message posted: nothing of it is left for the next one to meet."""
        opened = self.next_dispatch()
        begun, said = time.perf_counter(), len(self.pull.issue.comments)
        async with asyncio.timeout(ANSWER_SECONDS):
            await self.sandbox.comments(self._next(), self.pull, LINE)
            took = await opened - begun
        await until(lambda: len(self.pull.issue.comments) == said + 2)
        await self.sandbox.settled()
        return took

    def next_dispatch(self) -> asyncio.Future[float]:
        """When the next one arrives here."""
        opened: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        before = self.sandbox.world.run_opened

        def arrived(run: Run) -> None:
            opened.set_result(time.perf_counter())
            self.sandbox.world.run_opened = before
            before(run)

        self.sandbox.world.run_opened = arrived
        return opened

    def _next(self) -> str:
        self.turn += 1
        return self.people[self.turn % PEOPLE]


class BackdatedClock:
    """The real time, or some while ago."""

    def __init__(self) -> None:
        self.behind = START

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self.behind
