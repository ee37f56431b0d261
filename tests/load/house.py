"""Owns the bot of a measurement: a fresh migrated database, the environment, the real `signalbox serve`."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.load.github import Facts
from tests.load.processes import HOST, Server, bare_environment, free_port, listening, run, signalbox

WEBHOOKS = "/github/webhooks"


class House:
    """Where bots are started, one after the other, each on a database of its own."""

    def __init__(self, folder: Path, github: Facts) -> None:
        """Everything that is written goes to `folder`; a bot with an adapter speaks to that GitHub."""
        self.folder = folder
        self.github = github
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def bot(self, *, configured: bool = True) -> AsyncIterator[Server]:
        """`signalbox serve`, with the GitHub adapter or with nothing configured. Raises `DidNotStart`."""
        port, number = free_port(), next(self._numbers)
        environment = {
            **bare_environment(self.folder),
            "HOST": HOST,
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{self.folder / f'bench-{number}.db'}",
            **(self._adapter() if configured else {}),
        }
        log = self.folder / f"bot-{number}.log"
        await run(signalbox("migrate"), environment, log)
        async with listening(signalbox("serve"), port, environment, log) as server:
            yield server

    def _adapter(self) -> dict[str, str]:
        return {
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_SERVER_URL": self.github.server_url,
            "GITHUB_APP_ID": str(self.github.app_id),
            "GITHUB_APP_PRIVATE_KEY": self.github.private_key,
            "GITHUB_WEBHOOK_SECRET": self.github.webhook_secret,
            "ALLOW_INSECURE_LOOPBACK": "true",
        }
