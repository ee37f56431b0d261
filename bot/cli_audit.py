"""The part of the command line that is about the audit trail: `export` and `verify`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bot.console import give_up, run, settings

if TYPE_CHECKING:
    from bot.auditing import Verdict

MOMENT = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"])


@click.group()
def audit() -> None:
    """Read the audit trail, and prove that nobody changed it."""


@audit.command("export")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--from", "since", type=MOMENT, help="From this moment on, in UTC.")
@click.option("--to", "until", type=MOMENT, help="Before this moment, in UTC.")
@click.option("--repository", metavar="OWNER/NAME")
@click.option("--person", metavar="LOGIN", help="What they did, and what became of requests of theirs.")
@click.option("--request", metavar="CODE", help="One request from its beginning to its end.")
def export(
    form: str,
    since: datetime | None,
    until: datetime | None,
    repository: str | None,
    person: str | None,
    request: str | None,
) -> None:
    """Print the entries, oldest first: JSON Lines with everything, or CSV that spreadsheets may open."""
    from bot.auditing import Wanted
    from bot.auditing import export as read_out
    from bot.rules import audit_text

    wanted = Wanted(since=_utc(since), until=_utc(until), repository=repository, person=person, request=request)
    line: Callable[..., str] = audit_text.json_line
    if form == "csv":
        click.echo(audit_text.csv_head())
        line = audit_text.csv_line
    count = run(read_out(settings().database_url.reveal(), wanted, lambda entry: click.echo(line(entry))))
    click.echo(f"{count} {'entry' if count == 1 else 'entries'}.", err=True)


@audit.command("verify")
@click.option("--head", metavar="POSITION:SEAL", help="As the log's `audit_head` or an earlier verify told it.")
def verify(head: str | None) -> None:
    """Check every seal of the chain. Ends with 0 when it is whole, with 1 when it is not, and says what is wrong.

    What was cut off at the end only shows with --head, a head that was kept where nobody who can write to the database
    can change it.
    """
    from bot.auditing import audit_keys
    from bot.auditing import verify as walk
    from bot.rules.audit_chain import read_head

    kept = read_head(head) if head is not None else None
    if head is not None and kept is None:
        give_up("--head can not be read:", [f"{head!r} is not a position, a colon and 64 letters of hex."])
    found = settings()
    keys = audit_keys([key.reveal() for key in found.secret_keys])
    if not keys:
        give_up("The chain can not be checked:", ["SECRET_KEY is missing: seals are made with a key derived from it."])
    _tell(run(walk(found.database_url.reveal(), keys, kept)))


def _tell(verdict: Verdict) -> None:
    for entry in verdict.restored:
        generation, when = entry.facts.get("generation"), _moment(entry.at)
        position = entry.sealed.position if entry.sealed else 0
        click.echo(f"Restored from a backup at {when} (generation {generation}, position {position}).")
    if verdict.flaw is not None:
        click.echo(f"{verdict.flaw.harm.value}: {verdict.flaw.sentence}", err=True)
        if verdict.restored:
            click.echo(
                "What was sealed between a backup and its restore is only in the database that the restore kept aside: "
                "a head from that time is right there.",
                err=True,
            )
        sys.exit(1)
    if verdict.head.position:
        click.echo(f"The chain is whole, from position 1 to {verdict.head.position}. Its head: {verdict.head}")
    else:
        click.echo("Nothing is sealed so far.")
    if verdict.oldest is not None:
        many = "1 entry is" if verdict.unsealed == 1 else f"{verdict.unsealed} entries are"
        since = _moment(verdict.oldest)
        click.echo(f"{many} not sealed yet, the oldest of {since}: `signalbox serve` with SECRET_KEY seals in seconds.")


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
