"""The command line: the process and what an operator types beside it.

Each command imports what it needs when it runs, so that `signalbox serve` starts without Alembic or the sandbox.
"""

from __future__ import annotations

import gc
import json
import os
import sys

import click

from bot import cli_audit, cli_config, cli_explain, cli_keeping, cli_templates, log
from bot.console import database_url, give_up, run, settings, told
from bot.environment import Environment

STATES = ("ready", "held")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="signalbox")
def main() -> None:
    """Signalbox: commands in pull requests and Slack, proven, pinned and dispatched to GitHub Actions."""


@main.command()
def serve() -> None:
    """Serve: webhooks in, workflows out. Settings come from the environment (.env.example lists them)."""
    gc.disable()  # nothing of what a start makes is garbage; once it serves, it collects again
    from bot.app import serve as work

    found = settings()
    log.configure(found.log_level, found.log_format, found.secrets())
    run(work(found))


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema. On SQLite nobody may serve it meanwhile."""
    from bot.jobs.choice import migrate as bring_up

    url = database_url()
    with told():
        bring_up(url)
    click.echo("The database is at the newest schema.")


main.add_command(cli_config.config)
main.add_command(cli_keeping.backup)
main.add_command(cli_keeping.restore)
main.add_command(cli_keeping.prune)
main.add_command(cli_audit.audit)
main.add_command(cli_templates.templates)
main.add_command(cli_explain.explain)


@main.command()
def doctor() -> None:
    """Look at this installation: settings, database, held jobs, what the apps may do. Changes nothing."""
    from bot.doctor import Grade, examine

    found = run(examine(settings()))
    for finding in found:
        click.echo(f"{finding.grade:5}  {finding.about}: {_visible(finding.text)}")
    if any(finding.grade is Grade.WRONG for finding in found):
        sys.exit(1)


OVER = "If its request has ended meanwhile, it stays so: whoever asked for it types it again."
TOLD = {
    "delivery": "Commands in it whose authors were told that they were not run stay so: their authors type them again.",
    "dispatch": OVER,
    "find_run": OVER,
}
"""What running a held job again does not undo, because people were told already; by kind."""


@main.group()
def jobs() -> None:
    """Look at the work that is waiting or held."""


@jobs.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only jobs in this state.")
def jobs_list(state: str | None) -> None:
    """Print the jobs, held ones first."""
    from bot.jobs.admin import listed

    rows = run(listed(database_url(), state))
    for row in rows:
        error = f"  {_visible(row.last_error)}" if row.last_error else ""
        due = row.run_at.isoformat(timespec="seconds")
        click.echo(f"{row.id}  {row.state:5}  {row.kind:12}  {row.attempts} failed  due {due}{error}")
    click.echo(f"{len(rows)} job{'' if len(rows) == 1 else 's'}.")


@jobs.command("retry")
@click.argument("job")
def jobs_retry(job: str) -> None:
    """Run a held job again, with all its attempts before it."""
    from bot.jobs.admin import retry

    kind = run(retry(database_url(), job))
    _tell(kind is not None, job, f"Job {job} is due now. {TOLD.get(kind, '')}".strip())


@jobs.command("drop")
@click.argument("job")
@click.confirmation_option(prompt="What this job should do will never be done. Drop it?")
def jobs_drop(job: str) -> None:
    """Give a held job up for good."""
    from bot.jobs.admin import drop

    _tell(run(drop(database_url(), job)), job, f"Job {job} is gone.")


@main.command()
@click.option("--once", is_flag=True, help="End after the stories; the exit code says whether they went right.")
@click.option("--port", type=int, default=0, help="Where the bot listens; a free port by default.")
def demo(once: bool, port: int) -> None:
    """Play with a sandbox GitHub and a sandbox Slack on this machine: no account, no network."""
    from bot.demo import play

    log.configure("warning", "text", ())
    sys.exit(run(play(once=once, port=port)))


@main.group()
def manifest() -> None:
    """Print what the two apps ask for, ready to register them."""


@manifest.command("github")
@click.option("--link", is_flag=True, help="Print the address of GitHub's form, filled in, instead.")
def manifest_github(link: bool) -> None:
    """Print the manifest of the GitHub App for PUBLIC_URL."""
    from bot import manifests

    env = _environment()
    public_url = _public_url(env, "GitHub sends its webhooks to it")
    if link:
        click.echo(manifests.github_link(env.address("GITHUB_SERVER_URL"), public_url))
    else:
        click.echo(json.dumps(manifests.github(public_url), indent=2))


@manifest.command("slack")
@click.option("--socket-mode", is_flag=True, help="Slack needs no way in to this server. So with SLACK_APP_TOKEN.")
@click.option("--sign-in", is_flag=True, help="People link by signing in with Slack. So with SLACK_CLIENT_ID.")
@click.option("--link", is_flag=True, help="Print the address of Slack's form, filled in, instead.")
def manifest_slack(socket_mode: bool, sign_in: bool, link: bool) -> None:
    """Print the manifest of the Slack app for PUBLIC_URL and SLACK_COMMAND."""
    from bot import manifests

    env = _environment()
    sockets, signs_in = socket_mode or env.given("SLACK_APP_TOKEN"), sign_in or env.given("SLACK_CLIENT_ID")
    public_url = env.address("PUBLIC_URL") or None
    if signs_in:
        public_url = _public_url(env, "people come back to it from Slack")
    elif not sockets:
        public_url = _public_url(env, "Slack sends to it. Without one, use --socket-mode")
    found = manifests.slack(env.value("SLACK_COMMAND"), public_url, socket_mode=sockets, sign_in=signs_in)
    click.echo(manifests.slack_link(found) if link else json.dumps(found, indent=2))


def _environment() -> Environment:
    """The variables one by one: a manifest is printed before the apps exist, so half an app is no fault here."""
    env = Environment(os.environ)
    if env.faults:
        give_up("The environment can not be used:", env.faults)
    return env


def _public_url(env: Environment, why: str) -> str:
    if not env.given("PUBLIC_URL"):
        give_up("The manifest needs this server's address:", [f"PUBLIC_URL is missing: {why}."])
    return env.address("PUBLIC_URL")


def _visible(text: str) -> str:
    """What an upstream wrote, without characters that would move a terminal's cursor."""
    return "".join(character if character.isprintable() else " " for character in text)


def _tell(found: bool, job: str, sentence: str) -> None:
    if not found:
        click.echo(f"There is no held job {job}. `signalbox jobs list --state held` shows them.", err=True)
        sys.exit(1)
    click.echo(sentence)
