"""Owns Probot as a measure: as it ships, with one handler that does nothing. It answers without keeping anything.

It is measured only where somebody has installed it (`npm install probot` in some folder) and has node.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tests.load import processes
from tests.load.github import Facts
from tests.load.processes import HOST, Server, free_port

WEBHOOKS: Final = "/api/github/webhooks"
APP: Final = """\
let heard = 0;
export default (app) => {
  app.on("issue_comment.created", async ({ payload }) => { heard += payload.comment.body.startsWith("/") ? 1 : 0; });
};
"""


def found_in(folder: Path) -> bool:
    """Whether it can be started from there."""
    return shutil.which("node") is not None and _program(folder).is_file()


@asynccontextmanager
async def listening(folder: Path, work: Path, facts: Facts) -> AsyncIterator[Server]:
    """`probot run` on the server's core. Raises `DidNotStart`."""
    app, port = work / "app.mjs", free_port()
    app.write_text(APP, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(work),
        "HOST": HOST,
        "PORT": str(port),
        "APP_ID": str(facts.app_id),
        "PRIVATE_KEY": facts.private_key,
        "WEBHOOK_SECRET": facts.webhook_secret,
        "NODE_ENV": "production",
    }
    command = ["node", str(_program(folder).resolve()), "run", str(app)]
    async with processes.listening(command, port, environment, work / "probot.log", folder=work) as server:
        yield server


def _program(folder: Path) -> Path:
    return folder / "node_modules" / "probot" / "bin" / "probot.js"
