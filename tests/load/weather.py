"""Owns what goes wrong at random while people type: every fault that both sandboxes know, and repositories renamed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, Final

from bot.sandbox.github.faults import ALWAYS
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.slack import SandboxSlack
from tests.load.github import Ask
from tests.load.traffic import MARKER

TAG: Final = "signalbox:"
RENAME_SECONDS: Final = 7.0
DELIVERIES_AT_ONCE: Final = 16
"""As many as the real GitHub may have on their way: in any order, and not one after the other."""
SILENT_SECONDS: Final = 30.0
WRITES: Final = ("POST", "PATCH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What people typed, and what they read in the end."""

    comments: Sequence[str]
    """The ids of those that are commands."""
    triggers: Sequence[str]
    """Of slash commands that were acknowledged."""
    heads: Mapping[str, str]
    """By the id of what was said to more than one person: how it begins."""
    struck: Mapping[str, int]
    """By the name of a fault: how many calls it struck."""


class Weather:
    """The other end: asks the process and waits for its answer."""

    def __init__(self, ask: Ask) -> None:
        """`ask` reaches the process."""
        self._ask = ask

    async def begin(self, seed: int) -> None:
        """Things go wrong from now on."""
        await self._ask("begin", seed)

    async def end(self) -> None:
        """Everything works from now on, and who kept silent speaks."""
        await self._ask("end")

    async def told(self) -> Told:
        """What was typed and said until now, and what went wrong."""
        return Told(**await self._ask("told"))


class WeatherStage:
    """In the process: the faults of both sandboxes."""

    def __init__(self, github: SandboxGitHub, slack: SandboxSlack) -> None:
        self._github = github
        self._slack = slack
        self._faults: list[tuple[str, Any]] = []
        self._renaming: asyncio.Task[None] | None = None
        self._renamed = 0

    async def begin(self, seed: int) -> None:
        self._github.webhooks.at_once = DELIVERIES_AT_ONCE
        self._at_github(seed)
        self._at_slack(seed)
        self._renaming = asyncio.create_task(self._rename(Random(seed)))

    async def end(self) -> None:
        for _, fault in self._faults:
            fault.end()
        assert self._renaming is not None
        self._renaming.cancel()
        await asyncio.wait([self._renaming])

    async def told(self) -> dict[str, Any]:
        struck = Counter({"renamed repositories": self._renamed})
        for name, fault in self._faults:
            struck[name] += fault.struck
        said = [each for each in self._github.world.comments.values() if each.body.startswith("/")]
        typed = [each for each in self._slack.deliveries if each.kind == "slash_commands" and each.succeeded]
        told = Told(
            comments=[str(each.id) for each in said],
            triggers=[str(each.payload["trigger_id"]) for each in typed],
            heads=self._heads(),
            struck=dict(struck),
        )
        return asdict(told)

    def _heads(self) -> dict[str, str]:
        bodies = [comment.body for comment in self._github.world.comments.values()]
        heads = {found[1]: body.lstrip()[:20] for body in bodies if (found := MARKER.search(body))}
        for channel in self._slack.world.channels.values():
            for message in channel.messages:
                tag = str(message.blocks[0].get("block_id", "")) if message.blocks and message.to is None else ""
                if tag.startswith(TAG):
                    heads[tag.removeprefix(TAG)] = message.text.lstrip()[:20]
        return heads

    def _at_github(self, seed: int) -> None:
        at = self._github.faults
        at.random = Random(seed)
        for verb in WRITES:
            self._add("502 before", at.status(502, verb, times=ALWAYS, chance=0.02))
            self._add("502 after", at.status(502, verb, times=ALWAYS, chance=0.02, after=True))
            self._add("cut after", at.drop(verb, times=ALWAYS, chance=0.02, after=True))
        self._add("502 before", at.status(502, "GET", times=ALWAYS, chance=0.02))
        self._add("cut after", at.drop("GET", times=ALWAYS, chance=0.01))
        self._add("403 and when", at.rate_limited(times=ALWAYS, chance=0.004, retry_after=2))
        self._add("429", at.rate_limited(times=ALWAYS, chance=0.004, retry_after=1, status=429))
        self._add("403 alone", at.rate_limited(times=ALWAYS, chance=0.0002, retry_after=None))
        self._add("silence", at.silence(times=ALWAYS, chance=0.0005, seconds=SILENT_SECONDS, after=True))

    def _at_slack(self, seed: int) -> None:
        at = self._slack.faults
        at.random = Random(seed)
        self._add("503 before, Slack", at.status(503, times=ALWAYS, chance=0.03))
        self._add("503 after, Slack", at.status(503, times=ALWAYS, chance=0.02, after=True))
        self._add("cut after, Slack", at.drop(times=ALWAYS, chance=0.02, after=True))
        self._add("429, Slack", at.rate_limited(times=ALWAYS, chance=0.01, retry_after=2))
        self._add("silence, Slack", at.silence(times=ALWAYS, chance=0.002, seconds=SILENT_SECONDS, after=True))

    def _add(self, name: str, fault: Any) -> None:
        self._faults.append((name, fault))

    async def _rename(self, random: Random) -> None:
        """Names change, and nobody waits until the bot has heard of it."""
        while True:
            await asyncio.sleep(random.expovariate(1 / RENAME_SECONDS))
            repository = random.choice(list(self._github.world.repositories.values()))
            self._renamed += 1
            await repository.rename(f"app-{self._renamed}")
