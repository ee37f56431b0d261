"""The part of the command line that is about words: `templates preview`."""

from __future__ import annotations

import difflib
import sys

import click

from bot.console import give_up, settings


@click.group()
def templates() -> None:
    """Look at what Signalbox says, in its own words or in those of TEMPLATES."""


@templates.command("preview")
@click.argument("name", required=False)
@click.option("--surface", type=click.Choice(["github", "slack"]), help="Only what is said there.")
def preview(name: str | None, surface: str | None) -> None:
    """Show every message in every state with made-up fields; or only NAME, a template (request_failed) or a state.

    Ends with 1 when a template of TEMPLATES fails: its message is said in our words then.
    """
    from bot.preview import show

    if name is not None and name not in show.names():
        close = difflib.get_close_matches(name, show.names(), n=1)
        give_up(f"There is no message {name}.", [f"Did you mean {close[0]}?"] if close else [])
    failed = 0
    for shown in show.preview(settings().templates, surface=surface, name=name):
        click.secho(f"--- {shown.template} ({shown.sample})", bold=True)
        if shown.failure:
            failed += 1
            click.echo(f"The template fails, so ours is used: {shown.failure}", err=True)
        click.echo(f"{shown.text}\n")
    sys.exit(1 if failed else 0)
