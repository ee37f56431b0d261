"""`make demo`: a whole GitHub and a whole Slack on this machine, the real bot beside them, and people who type.

Nothing of the bot is replaced: it is told `GITHUB_API_URL` and `SLACK_API_URL` and serves as it would anywhere.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import click

from bot.demo.company import founded
from bot.demo.prompt import Prompt
from bot.demo.stage import Stage
from bot.demo.stories import STORIES


async def play(*, once: bool, port: int) -> int:
    """Play the stories, print what people read; then serve with a prompt unless `once`. Returns the exit code."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="signalbox-demo-") as folder:
        async with founded(Path(folder), port) as company:
            click.echo(
                f"Signalbox serves at {company.bot.url}, "
                f"the sandbox GitHub at {company.github.url}, the sandbox Slack at {company.slack.server_url}.\n"
            )
            stage = Stage(company, began)
            failed = [story.title for story in STORIES if not await stage.play(story)]
            click.echo(f"The stories took {time.monotonic() - began:.1f} s.")
            if failed:
                click.echo(f"Not as it should be: {'; '.join(failed)}.", err=True)
            if not once:
                await Prompt(company).converse()
    return 1 if failed else 0
