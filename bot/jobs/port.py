"""The engine as everybody else sees it: the same on one process with SQLite and on replicas with PostgreSQL."""

from __future__ import annotations

from typing import Protocol

from bot.jobs.policy import Handler, OnHeld, Policy
from bot.store.jobs import Figures

DEFAULT_POLICY = Policy()
FIRST_VERSION = frozenset({1})


class Engine(Protocol):
    """Runs jobs. Register kinds and schedules first, then `run` it in a task group."""

    def handle(
        self,
        kind: str,
        handler: Handler,
        *,
        policy: Policy = DEFAULT_POLICY,
        on_held: OnHeld | None = None,
        versions: frozenset[int] = FIRST_VERSION,
    ) -> None:
        """This handler does jobs of this kind. Raises `BotError` when the kind has one already."""

    def every(self, name: str, when: float | str, kind: str) -> None:
        """Do a job of this kind each so many seconds, or by a crontab line in UTC; its payload is `{"v": 1}`.

        However many replicas there are, each round is done once. One that was missed while nobody served is done once
        at the start; one that fails for the last time is not held: the next round is its next chance. Raises `BotError`
        for a line that can not be read.
        """

    async def run(self) -> None:
        """Run jobs until `stop`. Then start no more, wait for those that run, cancel what takes too long."""

    def stop(self) -> None:
        """Let `run` end. What does not finish in time stays due and runs again."""

    async def settled(self) -> None:
        """Return when nothing runs here and nothing is due at this moment. Raises `BotError` when it has stopped."""

    async def figures(self) -> Figures:
        """How much there is to do, for metrics and `doctor`."""
