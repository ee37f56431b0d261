"""Owns the test's side of the processes that are killed: starts them, hears of them, kills them."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

START_SECONDS = 60
ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True, eq=False)
class Victim:
    """One process. `ended` becomes its exit code, which is -9 after SIGKILL."""

    strike: Callable[[], None]
    """Sends it SIGKILL, and nobody else: a process id may belong to another one once its owner is buried."""
    url: asyncio.Future[str] = field(default_factory=asyncio.Future)
    ended: asyncio.Future[int] = field(default_factory=asyncio.Future)
    commits: list[str] = field(default_factory=list)
    hearing: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether it may still do something."""
        return not self.ended.done()

    async def kill(self) -> None:
        """SIGKILL; returns when it is dead and buried."""
        if self.alive:
            self.strike()
        await self.dead(None)

    async def dead(self, seconds: float | None) -> bool:
        """Wait for its death, but not longer than this; whether it is dead."""
        await asyncio.wait([self.ended], timeout=seconds)
        return not self.alive

    def hear(self, told: Mapping[str, Any]) -> None:
        """Take in one line about it."""
        if "url" in told:
            self.url.set_result(told["url"])
        if "commit" in told:
            self.commits.append(told["commit"])
        if "ended" in told:
            self.ended.set_result(told["ended"])
            if not self.url.done():
                self.url.set_result("")  # it died before it listened


class Breed(Protocol):
    """Where victims come from."""

    async def start(
        self, environment: Mapping[str, str], log: Path, *, crash_at: str = "", trace: bool = False
    ) -> Victim:
        """A new process; returns when it listens, or has died as it was told to."""
        ...


class CommandLine:
    """`signalbox serve` itself, with nothing of ours in it: slow to start, and nobody chooses the commit it dies at."""

    async def start(
        self, environment: Mapping[str, str], log: Path, *, crash_at: str = "", trace: bool = False
    ) -> Victim:
        """As an operator starts it."""
        assert not crash_at
        assert not trace
        command = (sys.executable, "-m", "bot", "serve")
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
        )

        def strike() -> None:
            with suppress(ProcessLookupError):
                process.kill()

        victim = Victim(strike)
        victim.hearing = asyncio.create_task(self._hear(process, victim, log))
        async with asyncio.timeout(START_SECONDS):
            await victim.url
        return victim

    async def _hear(self, process: asyncio.subprocess.Process, victim: Victim, log: Path) -> None:
        assert process.stderr is not None
        with log.open("ab") as written:
            async for line in process.stderr:
                written.write(line)
                found = re.search(r"serves at (\S+)", line.decode())
                if found:
                    victim.hear({"url": found[1]})
        victim.hear({"ended": await process.wait()})


class Victims:
    """The parent process, for as long as one test runs."""

    def __init__(self, parent: asyncio.subprocess.Process) -> None:
        """`parent` runs tests/crash/victim.py."""
        self._parent = parent
        self._names = itertools.count()
        self._known: dict[str, Victim] = {}

    async def start(
        self, environment: Mapping[str, str], log: Path, *, crash_at: str = "", trace: bool = False
    ) -> Victim:
        """A new process; returns when it listens, or has died as it was told to."""
        name = str(next(self._names))
        victim = self._known[name] = Victim(partial(self._ask, kill=name))
        asked = {"name": name, "environment": dict(environment), "log": str(log), "crash_at": crash_at, "trace": trace}
        self._ask(fork=asked)
        async with asyncio.timeout(START_SECONDS):
            await victim.url
        return victim

    def _ask(self, **what: object) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(what).encode() + b"\n")

    async def listen(self) -> None:
        """Hear what the parent and the victims tell, until the parent ends."""
        assert self._parent.stdout is not None
        async for line in self._parent.stdout:
            told = json.loads(line)
            self._known[told["name"]].hear(told)


@asynccontextmanager
async def victims() -> AsyncIterator[Victims]:
    """Start the parent; in the end it takes all its victims with it."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.crash.victim",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    made = Victims(parent)
    hearing = asyncio.create_task(made.listen())
    try:
        yield made
    finally:
        assert parent.stdin is not None
        parent.stdin.close()
        await hearing
        await parent.wait()
