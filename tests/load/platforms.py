"""Owns the process in which the sandbox GitHub and the sandbox Slack of a measurement live."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.slack import SandboxSlack
from tests.load.github import BackdatedClock, GitHub, GitHubStage
from tests.load.processes import ANSWER_SECONDS, CLIENT_CORE, pin
from tests.load.slack import Slack, SlackStage
from tests.load.traffic import Traffic, TrafficStage
from tests.load.weather import Weather, WeatherStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Platforms:
    """Both of them, as the measurement speaks to them."""

    github: GitHub
    slack: Slack
    traffic: Traffic
    weather: Weather


@contextlib.contextmanager
def platforms() -> Iterator[Platforms]:
    """Both on the client's core until the block ends."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_live, args=(theirs,), name="sandboxes", daemon=True)
    process.start()
    theirs.close()

    def asking(stage: str) -> Any:
        async def ask(*question: Any) -> Any:
            ours.send((stage, *question))
            return await asyncio.to_thread(ours.recv)

        return ask

    try:
        yield Platforms(
            github=GitHub(asking("github")),
            slack=Slack(asking("slack")),
            traffic=Traffic(asking("traffic")),
            weather=Weather(asking("weather")),
        )
    finally:
        ours.close()  # it ends when nobody asks any more
        process.join(ANSWER_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()


def _live(pipe: Connection) -> None:
    """The process."""
    pin(CLIENT_CORE)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_answer(pipe))


async def _answer(pipe: Connection) -> None:
    clock = BackdatedClock()
    async with SandboxGitHub(clock=clock) as github, SandboxSlack() as slack:
        github.limits.told = False  # as on a server without limits: nobody waits for a turn here
        hub = GitHubStage(github, clock)
        lounge = SlackStage(slack, hub)
        weather = WeatherStage(github, slack)
        stages = {"github": hub, "slack": lounge, "traffic": TrafficStage(hub, lounge), "weather": weather}
        with contextlib.suppress(EOFError):
            while True:
                stage, name, *arguments = await asyncio.to_thread(pipe.recv)
                pipe.send(await getattr(stages[stage], name)(*arguments))
