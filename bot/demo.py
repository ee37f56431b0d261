"""`make demo`: a whole GitHub on this machine, the real bot beside it, and people who type commands.

Nothing of the bot is replaced: it is told `GITHUB_API_URL` and serves as it would anywhere.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from bot.app import Signalbox
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.github.plans import JobPlan, Plan
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.refusals import Refused
from bot.sandbox.github.threads import Said
from bot.settings import Settings
from bot.store.migrate import upgrade
from bot.transcript import headline, readable

PATIENCE_SECONDS: Final = 20
LOOK_SECONDS: Final = 0.05
ANSWER_SECONDS: Final = 1

DEPLOY: Final = """\
name: Deploy
run-name: Deploy to ${{ inputs.environment }} (${{ inputs.signalbox_request }})
on:
  workflow_dispatch:
    inputs:
      environment: {type: choice, options: [staging, production], required: true, description: Where to}
      dry_run: {type: boolean, default: false}
      signalbox_request: {type: string, required: false}
jobs:
  build: {runs-on: ubuntu-latest, steps: [{run: make build}]}
  test: {runs-on: ubuntu-latest, needs: build, steps: [{run: make test}]}
  ship: {runs-on: ubuntu-latest, needs: test, steps: [{run: make ship}]}
"""
E2E: Final = """\
name: End to end
on:
  workflow_dispatch:
    inputs:
      browser: {type: choice, options: [chromium, firefox], default: chromium}
jobs:
  checkout-page: {name: checkout page, runs-on: ubuntu-latest, steps: [{run: make e2e}]}
  search-page: {name: search page, runs-on: ubuntu-latest, steps: [{run: make e2e}]}
"""
PLANS: Final = {
    "deploy.yml": Plan(jobs=[JobPlan("build", seconds=2), JobPlan("test", seconds=3), JobPlan("ship", seconds=2)]),
    "e2e.yml": Plan(jobs=[JobPlan("checkout page", seconds=2, conclusion="failure", log="Timed out after 30 s")]),
}


@dataclass(frozen=True, slots=True)
class Story:
    """Somebody types something; the answer must hold these words."""

    title: str
    who: str
    types: str
    expect: tuple[str, ...]
    leaves: bool = False
    """Loses access right after typing, before anybody reads it."""


STORIES: Final = (
    Story("A deployment that goes well", "alice", "/run deploy.yml environment=staging", ("passed", "ship")),
    Story("A job that fails", "alice", "Let us see:\n\n/run e2e.yml browser=firefox", ("failed", "checkout page")),
    Story("A typo", "alice", "/run deploy.yml enviroment=staging", ("environment",)),
    Story("A reader who may not", "rita", "/run deploy.yml environment=production", ("permission", "write")),
    Story(
        "Somebody who left the team", "mallory", "/run deploy.yml environment=production", ("not_found",), leaves=True
    ),
)


async def play(*, once: bool, port: int) -> int:
    """Play the stories, print the threads; then serve with a prompt unless `once`. Returns the exit code."""
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="signalbox-demo-")))
        github = await stack.enter_async_context(SandboxGitHub())
        github.autoplay = True
        github.speed = 4
        settings = _settings(github, folder, port)
        await asyncio.to_thread(upgrade, settings.database_url.reveal())
        bot = await stack.enter_async_context(Signalbox(settings))
        github.app.webhook_url = f"{bot.url}/github/webhooks"
        pull = _acme(github)
        await github.settled()
        click.echo(f"Signalbox serves at {bot.url}, the sandbox GitHub at {github.url}.\n")
        failed = [story.title for story in STORIES if not await _tell(github, pull, story, began)]
        click.echo(f"The stories took {time.monotonic() - began:.1f} s.")
        if failed:
            click.echo(f"Not as it should be: {', '.join(failed)}.", err=True)
        if not once:
            await _converse(github, pull)
    return 1 if failed else 0


def _settings(github: SandboxGitHub, folder: Path, port: int) -> Settings:
    app = github.register_app(webhook_secret=secrets.token_hex(20))
    return Settings.from_env(
        {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
            "SECRET_KEY": secrets.token_hex(32),
            "LOG_LEVEL": "warning",
            "GITHUB_API_URL": github.url,
            "GITHUB_SERVER_URL": github.server_url,
            "GITHUB_APP_ID": str(app.id),
            "GITHUB_APP_PRIVATE_KEY": app.private_key_pem,
            "GITHUB_WEBHOOK_SECRET": app.webhook_secret,
            "ALLOW_INSECURE_LOOPBACK": "true",
        }
    )


def _acme(github: SandboxGitHub) -> PullRequest:
    """The company that the stories happen in."""
    roles = {"alice": "write", "bob": "maintain", "carol": "admin", "rita": "read", "mallory": "read"}
    workflows = {".github/workflows/deploy.yml": DEPLOY, ".github/workflows/e2e.yml": E2E}
    shop = github.repository("acme/shop", private=True, files=workflows, roles=roles, plans=PLANS)
    return shop.pull_request(author="alice", branch="faster-checkout", title="A faster checkout")


async def _tell(github: SandboxGitHub, pull: PullRequest, story: Story, began: float) -> bool:
    """Play one story and print what people read; False when the answer does not come or lacks its words."""
    click.secho(f"{story.title}", bold=True)
    seen = len(github.thread(pull))
    pull.issue.add_comment(github.person(story.who), story.types, None)
    if story.leaves:
        pull.repository.remove(story.who)
    answered = await _answered(github, pull, seen, story)
    for said in github.thread(pull)[seen:]:
        click.echo(_as_read(said))
    if not answered:
        click.secho(f"  (waited {PATIENCE_SECONDS} s for: {', '.join(story.expect)})", fg="red")
    click.echo(f"  [{time.monotonic() - began:.1f} s]\n")
    return answered


async def _answered(github: SandboxGitHub, pull: PullRequest, seen: int, story: Story) -> bool:
    """Wait for the answer, and show how its first line changes on the way: it is one message, edited in place."""
    until, shown = time.monotonic() + PATIENCE_SECONDS, ""
    while time.monotonic() < until:
        answers = [said.body for said in github.thread(pull)[seen + 1 :]]
        if all(word in "\n".join(answers) for word in story.expect):
            return True
        if answers and headline(answers[0]) != shown:
            shown = headline(answers[0])
            click.secho(f"  ... {shown}", dim=True)
        await asyncio.sleep(LOOK_SECONDS)
    return False


def _as_read(said: Said) -> str:
    marks = f"  [{', '.join(said.reactions)}]" if said.reactions else ""
    lines = "\n".join(f"    {line}".rstrip() for line in readable(said.body).splitlines())
    return f"  {click.style(said.author, fg='cyan')}{marks}\n{lines}"


HELP: Final = """\
You are {who} on {place}. Type a comment as you would on GitHub, such as
  /run deploy.yml environment=production      /status      /cancel      /help      /explain run e2e.yml
or one of these:
  :as <alice|bob|carol|rita|anybody>   somebody else types           :push     the head moves
  :read                                the whole thread               :quit     end (so does Ctrl-D)
"""


async def _converse(github: SandboxGitHub, pull: PullRequest) -> None:
    """A prompt for people; without a terminal, serve until told to stop."""
    who = "alice"
    click.echo(HELP.format(who=who, place=f"acme/shop#{pull.number}"))
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(_watch(github, pull))
        while (line := await _line(who)) != ":quit":
            match line.split(maxsplit=1):
                case []:
                    pass
                case [":as", name]:
                    who = name.strip()
                case [":push"]:
                    click.echo(f"  The head is {(await pull.push('One more'))[:12]} now.")
                case [":read"]:
                    click.echo("\n".join(_as_read(said) for said in github.thread(pull)))
                case _:
                    await _say(github, pull, who, line)
        watching.cancel()


async def _watch(github: SandboxGitHub, pull: PullRequest) -> None:
    """Print what the bot writes, and the first line of what it edits, as a browser would show it."""
    shown = [said.body for said in github.thread(pull)]
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        thread = github.thread(pull)
        for number, said in enumerate(thread):
            if number >= len(shown):
                click.echo(f"\n{_as_read(said)}\n" if said.author.endswith("[bot]") else "", nl=False)
            elif headline(said.body) != headline(shown[number]):
                click.echo(f"\n  {click.style(said.author, fg='cyan')} ... {headline(said.body)}")
        shown = [said.body for said in thread]


async def _line(who: str) -> str:
    """What was typed. The end of the input quits; without a terminal, we keep serving until a signal ends us."""
    try:
        return await asyncio.to_thread(input, f"{who}> ")
    except EOFError:
        if not sys.stdin.isatty():
            await asyncio.Event().wait()
        return ":quit"


async def _say(github: SandboxGitHub, pull: PullRequest, who: str, line: str) -> None:
    try:
        await github.comments(who, pull, line)
    except Refused as refused:
        click.echo(f"  GitHub answers {who}: {refused.status} {refused.message}")
        return
    await asyncio.sleep(ANSWER_SECONDS)
