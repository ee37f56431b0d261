"""Owns the test's side of the processes that are killed: starts them, hears of them, kills them."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

START_SECONDS = 60
ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True, eq=False)
class Victim:
    """One process. `ended` becomes its exit code, which is -9 after SIGKILL."""

    pid: asyncio.Future[int]
    url: asyncio.Future[str]
    ended: asyncio.Future[int]
    commits: list[str] = field(default_factory=list)
    hearing: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether it may still do something."""
        return not self.ended.done()

    async def kill(self) -> None:
        """SIGKILL; returns when it is dead and buried."""
        pid = await self.pid
        if self.alive:
            os.kill(pid, signal.SIGKILL)
        await self.dead(None)

    async def dead(self, seconds: float | None) -> bool:
        """Wait for its death, but not longer than this; whether it is dead."""
        await asyncio.wait([self.ended], timeout=seconds)
        return not self.alive

    def hear(self, told: Mapping[str, object]) -> None:
        """Take in one line about it."""
        for word, future in (("pid", self.pid), ("url", self.url), ("ended", self.ended)):
            if word in told:
                future.set_result(told[word])  # type: ignore[arg-type]
        if "commit" in told:
            self.commits.append(str(told["commit"]))
        if self.ended.done() and not self.url.done():
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
        loop = asyncio.get_running_loop()
        victim = Victim(loop.create_future(), loop.create_future(), loop.create_future())
        command = (sys.executable, "-m", "bot", "serve")
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
        )
        victim.pid.set_result(process.pid)
        victim.hearing = loop.create_task(self._hear(process, victim, log))
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
        name, loop = str(next(self._names)), asyncio.get_running_loop()
        victim = self._known[name] = Victim(loop.create_future(), loop.create_future(), loop.create_future())
        asked = {
            "name": name,
            "environment": dict(environment),
            "log": str(log),
            "crash_at": crash_at,
            "trace": trace,
        }
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(asked).encode() + b"\n")
        async with asyncio.timeout(START_SECONDS):
            await victim.url
        return victim

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
