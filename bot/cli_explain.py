"""The part of the command line that judges a command without running it: `explain`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

from bot.console import give_up, settings
from bot.errors import SignalboxError

CODES = {True: 0, False: 1, None: 2}


@click.command()
@click.argument("repository")
@click.argument("line", nargs=-1, required=True)
@click.option("--as", "login", help="Whose rights to judge by; GITHUB_ACTOR in a workflow.")
@click.option("--pull-request", type=click.IntRange(1), help="As if typed there; without it, as in Slack.")
@click.option(
    "--config",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file to judge by, in place of the repository's own configuration.",
)
def explain(
    repository: str, line: tuple[str, ...], login: str | None, pull_request: int | None, file: Path | None
) -> None:
    """Judge LINE in REPOSITORY (owner/name) without running it: every gate, with its rule and the fact it saw.

    Ends with 0 when it is allowed, 1 when it is refused, 2 when that can not be judged.
    """
    from bot.explaining import Asked
    from bot.explaining import explain as judge

    who = login or os.environ.get("GITHUB_ACTOR")
    if not who:
        give_up("Whose rights are meant?", ["Say --as LOGIN."])
    typed = f"/{' '.join(line).lstrip('/')}"
    asked = Asked(repository=repository, line=typed, login=who, pull_request=pull_request, file=file)
    try:
        told = asyncio.run(judge(settings(), asked))
    except (SignalboxError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    click.echo(told.text)
    sys.exit(CODES[told.allowed])
