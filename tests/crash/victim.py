"""The process that gets killed: the real Signalbox, which can be told to die by its own SIGKILL at a chosen commit.

Importing the bot takes a second of CPU, and a suite of crashes starts it hundreds of times. So it is imported once,
here, and each victim is a fork of this process, which itself never starts a thread or a loop. Lines of JSON on stdin
ask for victims and for deaths; lines of JSON on stdout tell where they listen, what they committed and how they ended.

A commit is named by the task that makes it and its number there: `inbox:1` is the first batch of deliveries,
`dispatch:2` the second commit of dispatch jobs. `before:dispatch:2` dies when only the COMMIT is missing,
`after:dispatch:2` when it is durable and nothing else has happened.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import select
import signal
import sys
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

# What the bot imports only when it needs it is imported here too: once, before the fork.
import anyio._backends._asyncio
import certifi
import httpcore
import markdown_it
import ruamel.yaml
from jinja2 import Environment

import bot.wiring
import bot.wiring_slack
from bot import catalog, log
from bot.app import Signalbox
from bot.errors import Conflict
from bot.jobs import desk, postgres
from bot.render.renderer import Renderer
from bot.settings import Settings
from bot.store.intake import Arrival
from bot.store.unit import Unit, Units

PRELOADED = (anyio._backends._asyncio, certifi, httpcore, markdown_it, ruamel.yaml, bot.wiring, bot.wiring_slack)

AT_ONCE = timedelta(seconds=0.5)
"""The sandbox has done what it was asked before it answers, so nothing that was sent comes later than this."""


def compile_templates() -> None:
    """Make the code of all templates: it is the same in every life, and to make it again takes a fifth of one."""
    made: dict[str | None, Any] = {}
    compile_now = Environment.compile

    def compile_once(self: Environment, source: Any, name: Any = None, filename: Any = None, *more: Any) -> Any:
        if filename not in made:
            made[filename] = compile_now(self, source, name, filename, *more)
        return made[filename]

    Environment.compile = compile_once  # type: ignore[method-assign, assignment]
    renderer = Renderer(bot.wiring.TEMPLATES, None)
    for folder, environment in (("github/", renderer._github.ours), ("slack/", renderer._slack.ours)):
        for name in environment.list_templates():
            if name.startswith(folder):
                environment.get_template(name)


def tell(name: str, **facts: Any) -> None:
    """One line to the test; short enough for a pipe to take it whole."""
    os.write(sys.__stdout__.fileno() if sys.__stdout__ else 1, json.dumps({"name": name, **facts}).encode() + b"\n")


def committer() -> str:
    """The kind of the job whose task this is; pages, the ledger and the start have tasks without a name of ours."""
    task = asyncio.current_task()
    assert task is not None
    word = task.get_name().split()[0]
    if word.startswith("Task-"):
        unnamed = "page" if "RequestHandler" in repr(task.get_coro()) else "ledger"
        return "start" if word == "Task-1" else unnamed
    return word


def watch(name: str, crash_at: str, trace: bool) -> None:
    """Wrap every way to commit, so that the process dies before or after the one that was named."""
    seen: Counter[str] = Counter()
    write, record = Units.write, Units.record

    def arrive() -> str:
        kind = committer()
        seen[kind] += 1
        return f"{kind}:{seen[kind]}"

    def die_if(moment: str, commit: str) -> None:
        if crash_at == f"{moment}:{commit}":
            os.kill(os.getpid(), signal.SIGKILL)
        if trace and moment == "after":
            tell(name, commit=commit)

    @asynccontextmanager
    async def watched_write(self: Units, *, newest: bool = False) -> AsyncIterator[Unit]:
        commit = ""
        try:
            async with write(self, newest=newest) as unit:
                yield unit
                commit = arrive()
                die_if("before", commit)
        except Conflict:
            if commit:  # it lost a race at the last moment: that was no commit
                seen[committer()] -= 1
            raise
        die_if("after", commit)

    async def watched_record(self: Units, arrivals: Sequence[Arrival]) -> Collection[UUID]:
        commit = arrive()
        die_if("before", commit)
        new = await record(self, arrivals)
        die_if("after", commit)
        return new

    Units.write = watched_write  # type: ignore[method-assign]
    Units.record = watched_record  # type: ignore[method-assign]


def hasten() -> None:
    """A replica is believed to be dead sooner, or each life on PostgreSQL would begin with a wait of ten seconds."""
    desk.HEARTBEAT_TIMEOUT, postgres.BEAT_SECONDS = timedelta(seconds=3), 1.0


async def serve(name: str) -> None:
    """Serve until killed."""
    settings = Settings.from_env(os.environ)
    log.configure(settings.log_level, settings.log_format, settings.secrets())
    async with Signalbox(settings, grace=AT_ONCE) as box:
        tell(name, url=box.url)
        await asyncio.Event().wait()


def live(asked: Mapping[str, Any]) -> None:
    """The whole life of a victim. It ends by SIGKILL, or with 1 and a traceback in its log."""
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.dup2(os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    watch(asked["name"], asked["crash_at"], asked["trace"])
    hasten()
    try:
        asyncio.run(serve(asked["name"]))
    except BaseException:
        traceback.print_exc()
    os._exit(1)


class Parent:
    """Forks victims and buries them."""

    def __init__(self) -> None:
        """SIGCHLD writes to a pipe, so that one `select` waits for requests and deaths alike."""
        self._deaths, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._names: dict[int, str] = {}

    def run(self) -> None:
        """Until stdin ends: then nobody is left who could want a victim, and none survives."""
        waiting = b""
        while True:
            ready, _, _ = select.select([0, self._deaths], [], [])
            if self._deaths in ready:
                os.read(self._deaths, 4096)
                self._bury()
            if 0 in ready:
                chunk = os.read(0, 65536)
                if not chunk:
                    break
                *lines, waiting = (waiting + chunk).split(b"\n")
                for line in lines:
                    asked = json.loads(line)
                    self._fork(asked["fork"]) if "fork" in asked else self._kill(asked["kill"])
        for pid in self._names:
            os.kill(pid, signal.SIGKILL)

    def _fork(self, asked: Mapping[str, Any]) -> None:
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            live(asked)
        self._names[pid] = asked["name"]

    def _kill(self, name: str) -> None:
        """Whoever is not buried yet still owns its process id, so nobody else is hit."""
        for pid in [pid for pid, known in self._names.items() if known == name]:
            os.kill(pid, signal.SIGKILL)

    def _bury(self) -> None:
        while self._names:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            tell(self._names.pop(pid), ended=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    catalog.load()
    compile_templates()
    gc.freeze()  # or each victim copies all of it when it looks for garbage
    Parent().run()
