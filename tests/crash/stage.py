"""Owns one world in which a bot dies: a sandbox GitHub, a database, and whoever starts the bot again.

Real processes have real time, so this is the one place where tests wait by looking again, with a deadline.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.threads import Comment
from tests.crash.books import Books, Library
from tests.crash.victims import Breed, Victim
from tests.support.story import DEPLOY, NIGHTLY, ROLES

PATIENCE_SECONDS = 120  # twice what GitHub is given to show a dispatch, and a busy machine
LOOK_SECONDS = 0.1
KILLED = -9
MARKER = re.compile(r"<!-- signalbox:(\S+) -->")
SOON_SECONDS = 10
SECRET_KEY = "k" * 32  # the same in each life, and for whoever checks what is sealed
ROUNDS = ("sweep", "catch_up", "redeliver", "keep_facts", "prune", "seal_audit", "reconcile_runs")
REST = (
    f"SELECT kind, state, last_error FROM jobs WHERE kind NOT IN {ROUNDS} "
    "AND NOT (kind = 'check_run' AND run_at > {soon})"
)
"""What is left to do, but for the rounds: a run that may lack news is asked about in half a minute."""


class Waiting(Protocol):
    """A call that somebody holds back."""

    begun: asyncio.Event


class CameToNothing(AssertionError):
    """What was waited for did not come; the message holds the thread, the last calls and the bot's log."""


@dataclass(slots=True, kw_only=True)
class Stage:
    """One GitHub, one database, one bot after another."""

    victims: Breed
    github: SandboxGitHub
    repository: Repository
    pull: PullRequest
    folder: Path
    books: Books
    more: Mapping[str, str] = field(default_factory=dict)
    """What else the operator sets."""
    lives: list[Victim] = field(default_factory=list)
    mate: Victim | None = None
    """Another replica on the same database, which no webhook reaches."""
    keeper: asyncio.Task[None] | None = None
    downtime: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Whoever holds it keeps the keeper from starting the bot."""

    # The bot's lives

    @property
    def bot(self) -> Victim:
        """The newest life."""
        return self.lives[-1]

    async def start(self, *, crash_at: str = "", trace: bool = False) -> Victim:
        """A new life, which GitHub's webhooks reach from now on."""
        victim = await self.victims.start(self.environment, self.folder / "bot.log", crash_at=crash_at, trace=trace)
        self.lives.append(victim)
        self.move(await victim.url or "http://127.0.0.1:9")
        return victim

    async def accompany(self) -> None:
        """Have another replica serve the same database from now on."""
        self.mate = await self.victims.start(self.environment, self.folder / "mate.log")

    async def swap(self) -> None:
        """The replicas change their parts: the other one is reached now, and dies next."""
        assert self.mate is not None
        self.mate, self.lives[-1] = self.lives[-1], self.mate
        self.move(await self.bot.url)

    def move(self, url: str) -> None:
        """What comes in goes there from now on."""
        self.github.app.webhook_url = f"{url}/github/webhooks"

    async def keep(self) -> None:
        """What a service manager does: start it again whenever it died. Only SIGKILL is a way to die here."""
        while True:
            await self.bot.dead(LOOK_SECONDS)
            async with self.downtime:
                if not self.bot.alive:
                    assert self.bot.ended.result() == KILLED, self.describe("The bot ended by itself")
                    await self.start()
            await self.github.settled()
            await self.redeliver()

    async def kill(self, *, late: bool = False) -> None:
        """`kill -9` now. What GitHub was about to do for the bot it does now, with nobody there to hear of it.

        With `late` GitHub does it when `faults.release()` is called, and the bot may be back before.
        """
        async with self.downtime:
            await self.bot.kill()
            if not late:
                self.release()

    def release(self) -> None:
        """Whoever keeps the bot waiting does what they were asked for."""
        self.github.faults.release()

    def silence(self, call: str, *, after: bool) -> Waiting:
        """Keep the bot waiting when it makes this call for the first time from now on."""
        method, path = call.split()
        return self.github.faults.silence(method, path, after=after)

    async def reborn(self, crash_at: str = "") -> None:
        """`kill -9`, and a new life at once; the commits that `crash_at` names are counted from there."""
        async with self.downtime:
            await self.bot.kill()
            await self.start(crash_at=crash_at)

    async def redeliver(self) -> None:
        """What a person does who sees that a comment did not get through: press `Redeliver`. News of runs stay lost."""
        comments = [each for each in self.github.webhooks.deliveries if each.event == "issue_comment"]
        got = {each.guid for each in comments if each.ok}
        for missed in {each.guid: each for each in comments if each.guid not in got}.values():
            here = replace(missed.letter, url=self.github.app.webhook_url or "")
            self.github.webhooks.redeliver(replace(missed, letter=here))

    @property
    def environment(self) -> Mapping[str, str]:
        """What an operator would set."""
        return {
            "HOST": "127.0.0.1",
            "PORT": "0",
            "DATABASE_URL": self.books.url,
            "SWEEP_SECONDS": "1",
            "GITHUB_API_URL": self.github.url,
            "GITHUB_SERVER_URL": self.github.server_url,
            "GITHUB_APP_ID": str(self.github.app.id),
            "GITHUB_APP_PRIVATE_KEY": self.github.app.private_key_pem,
            "GITHUB_WEBHOOK_SECRET": self.github.app.webhook_secret,
            "ALLOW_INSECURE_LOOPBACK": "true",
            "SECRET_KEY": SECRET_KEY,
            "SSL_CERT_DIR": str(self.folder),  # no certificates: to read all there are takes longer than to start
            **self.more,
        }

    async def lived(self, lives: int) -> None:
        """Hold that it had so many lives; the newest may have done its work before the keeper heard of it."""
        async with self.downtime:
            assert len(self.lives) == lives, self.describe(f"{len(self.lives)} lives")

    async def end(self) -> None:
        """Nobody starts it any more; returns when the last one is dead."""
        async with self.downtime:  # not while one is being started, or nobody would know whom to kill
            if self.keeper is not None:
                self.keeper.cancel()
                await asyncio.wait([self.keeper])
        await self.kill()
        if self.mate is not None:
            await self.mate.kill()

    # What people do and see

    async def types(self, text: str, who: str = "alice", pull: PullRequest | None = None) -> Comment:
        """A comment; returns when its webhook was answered, or met nobody."""
        return await self.github.comments(who, pull or self.pull, text)

    def said(self, pull: PullRequest | None = None) -> list[str]:
        """What the bot wrote there, hidden markers included."""
        return [said.body for said in self.github.thread(pull or self.pull) if said.author.endswith("[bot]")]

    def asked(self, method: str, part: str) -> int:
        """How many calls of this method had `part` in their path."""
        return sum(1 for each in self.github.journal if each.method == method and part in each.path)

    async def until(self, true: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait for something that the bot does. Raises `CameToNothing`, and whatever ended the keeper."""
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    if self.keeper is not None and self.keeper.done():
                        self.keeper.result()
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError as error:
            raise CameToNothing(self.describe(f"Waited {seconds} s for {what}")) from error

    async def until_said(self, words: str, pull: PullRequest | None = None) -> None:
        """Wait for a comment of the bot with these words."""
        await self.until(lambda: any(words in body for body in self.said(pull)), repr(words))

    async def until_at_rest(self) -> None:
        """Wait until the bot has nothing left to do but its rounds."""
        await self.github.settled()
        await self.until(lambda: not self.to_do(), "nothing left to do")

    # What was written down

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read the bot's database, beside the bot."""
        return self.books.rows(sql)

    def to_do(self) -> list[tuple[Any, ...]]:
        """What the bot has left to do but its rounds, and questions about runs that are not due soon."""
        return self.rows(REST.format(soon=int((time.time() + SOON_SECONDS) * 1_000_000)))

    def describe(self, what: str) -> str:
        """Everything that helps to see why."""
        log = (self.folder / "bot.log").read_text().splitlines()[-30:]
        calls = [str(each) for each in self.github.journal[-25:]]
        letters = [f"{each.event}.{each.action} -> {each.status_code}" for each in self.github.webhooks.deliveries]
        states = self.rows("SELECT code, state, reason FROM requests")
        parts = [self.said(), states, self.to_do(), letters[-25:], calls, log]
        return "\n".join([what, *(json.dumps(part, indent=1, default=str) for part in parts)])


@asynccontextmanager
async def staged(
    victims: Breed, library: Library, folder: Path, *, crash_at: str = "", trace: bool = False, keep: bool = True
) -> AsyncIterator[Stage]:
    """Build a world and start the bot in it; with `keep` it is started again whenever it dies."""
    async with opened(library, folder) as books, SandboxGitHub() as github:
        github.limits.told = False  # as on a server without limits: nobody waits for a turn here
        github.register_app(webhook_secret=secrets.token_hex(20))
        workflows = {".github/workflows/deploy.yml": DEPLOY, ".github/workflows/nightly.yml": NIGHTLY}
        repository = github.repository("acme/shop", private=True, files=workflows, roles=ROLES)
        pull = repository.pull_request(author="alice", branch="feature", title="A feature")
        stage = Stage(victims=victims, github=github, repository=repository, pull=pull, folder=folder, books=books)
        await stage.start(crash_at=crash_at, trace=trace)
        if keep:
            stage.keeper = asyncio.create_task(stage.keep())
        try:
            yield stage
        finally:
            await stage.end()


@asynccontextmanager
async def opened(library: Library, folder: Path) -> AsyncIterator[Books]:
    """A folder of its own, and a database."""
    books = library.open(folder)
    try:
        yield books
    finally:
        books.close()
