"""The part of the command line that keeps and throws away: `backup`, `restore`, `prune`."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import click

from bot.console import database_url, give_up, run, told

FILE = click.Path(dir_okay=False, path_type=Path)

NEXT_STEPS = """\
Signalbox is in maintenance: people's commands are refused with the reason `maintenance`, questions are answered.
  1. Start `signalbox serve`. It looks for what may have happened since the backup.
  2. Look at `signalbox jobs list`, and at the requests that it names as voided or lost.
  3. `signalbox restore --done` ends the maintenance, while it serves.
People who linked their Slack account link it again: the link in the backup may have ended since."""


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Copy the database into FILE, while it is served or not. The copy is of one moment, and checked."""
    from bot.store.backup import back_up

    url = database_url()
    with told():
        size = back_up(url, file)
    click.echo(f"{file} has the whole database, {size:,} bytes. Only you can read it; keep it so.")


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--done", is_flag=True, help="End the maintenance that a restore began.")
@click.option("--renew", is_flag=True, help="The database was put back by other means, such as pg_restore.")
def restore(file: Path | None, done: bool, renew: bool) -> None:
    """Put the backup FILE in place of the database, and begin a new generation in maintenance.

    Needs that nobody serves the database. What was there until now is kept beside it.
    """
    from bot import keeping

    if [file is not None, done, renew].count(True) != 1:
        give_up("Name one thing to do:", ["signalbox restore FILE", "signalbox restore --done", "... --renew"])
    url = database_url()
    if done:
        ended = run(keeping.end_maintenance(url))
        return click.echo("Commands count again." if ended else "There was no maintenance to end.")
    with told():
        found = asyncio.run(keeping.renew(url)) if file is None else keeping.restore(url, file)
    if found.aside is not None:
        click.echo(f"What was the database until now is {found.aside}.")
    for name, count in found.taken_back.items():
        click.echo(f"{count:8}  {name.replace('_', ' ')}")
    click.echo(NEXT_STEPS)


@click.command()
@click.option("--older-than", metavar="DAYS", help="Keep less of the history than by default, for example 90d.")
@click.option("--dry-run", is_flag=True, help="Only count.")
def prune(older_than: str | None, dry_run: bool) -> None:
    """Throw away what is too old now, and not only at the next daily round. May run while it is served.

    --older-than shortens the history of repositories' events and of runs' jobs. Requests, their audit, people and
    links always stay.
    """
    from bot import keeping
    from bot.rules import retention

    span: timedelta | None = None
    if older_than is not None and (span := retention.days(older_than)) is None:
        give_up("--older-than can not be read:", [f"{older_than!r} is not a number of days, such as 90d."])
    before, after = run(keeping.prune(database_url(), span, dry_run=dry_run))
    for what, count in before.items():
        words = "" if dry_run else f", {after[what]} left"
        click.echo(f"{count:8}  {what.replace('_', ' ')} too old{words}")
