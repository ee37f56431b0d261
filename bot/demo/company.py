"""Owns the company of the demo: its repository, its channels and people, and the bot that serves both places."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.app import Signalbox
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.github.plans import JobPlan, Plan
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.slack import Channel, SandboxSlack
from bot.settings import Settings
from bot.store.migrate import upgrade

COMMAND: Final = "/ops"
SPEED: Final = 4
ROLES: Final = {"alice": "write", "bob": "maintain", "carol": "admin", "rita": "read", "mallory": "read"}

DEPLOY: Final = """\
name: Deploy
run-name: Deploy to ${{ inputs.environment }} (${{ inputs.signalbox_request }})
on:
  workflow_dispatch:
    inputs:
      environment: {type: choice, options: [staging, production], required: true, description: Where to}
      dry_run: {type: boolean, default: false}
      signalbox_sha: {type: string, required: true}
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
CONFIG: Final = """\
version: 1
commands:
  deploy:
    description: Ship what this pull request holds
    workflow: deploy.yml
    arguments:
      environment: {type: choice, choices: [staging, production]}
      dry_run: {type: boolean, default: false}
    environment: environment
    dry_run: dry_run
environments:
  production:
    requires: {reviews: approved}
    approvals: {count: 1, expires: 4h}
    lock: true
"""
PLANS: Final = {
    "deploy.yml": Plan(jobs=[JobPlan("build", seconds=2), JobPlan("test", seconds=3), JobPlan("ship", seconds=2)]),
    "e2e.yml": Plan(jobs=[JobPlan("checkout page", seconds=2, conclusion="failure", log="Timed out after 30 s")]),
}
FILES: Final = {
    ".github/signalbox.yml": CONFIG,
    ".github/workflows/deploy.yml": DEPLOY,
    ".github/workflows/e2e.yml": E2E,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One repository with an open pull request, one workspace, one bot."""

    github: SandboxGitHub
    slack: SandboxSlack
    bot: Signalbox
    pull: PullRequest
    channel: Channel

    @property
    def place(self) -> str:
        """The pull request as people name it."""
        return f"{self.pull.repository.full_name}#{self.pull.number}"

    async def settled(self) -> None:
        """What has happened so far was told and answered."""
        await self.github.settled()
        await self.slack.settled()
        await self.bot.engine.settled()


@asynccontextmanager
async def founded(folder: Path, port: int) -> AsyncIterator[Company]:
    """Start everything; it ends with the block. `port` is the bot's, 0 for a free one."""
    async with SandboxGitHub() as github, SandboxSlack() as slack:
        github.autoplay, github.speed = True, SPEED
        url = f"http://127.0.0.1:{port or _free_port()}"
        settings = Settings.from_env(_environment(github, slack, folder, url))
        await asyncio.to_thread(upgrade, settings.database_url.reveal())
        async with Signalbox(settings) as bot:
            shop = github.repository("acme/shop", private=True, files=FILES, roles=ROLES, plans=PLANS)
            pull = shop.pull_request(author="alice", branch="faster-checkout", title="A faster checkout")
            channel = slack.channel("#deploys", members=list(ROLES))
            slack.channel("#random", members=list(ROLES), app=False)
            company = Company(github=github, slack=slack, bot=bot, pull=pull, channel=channel)
            await company.settled()
            yield company


def _environment(github: SandboxGitHub, slack: SandboxSlack, folder: Path, url: str) -> dict[str, str]:
    """What an operator would say to the bot."""
    return {
        "HOST": "127.0.0.1",
        "PORT": url.rpartition(":")[2],
        "PUBLIC_URL": url,
        "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "SECRET_KEY": secrets.token_hex(32),
        "LOG_LEVEL": "warning",
        "ALLOW_INSECURE_LOOPBACK": "true",
        **_at_github(github, url),
        **_at_slack(slack, url),
    }


def _at_github(github: SandboxGitHub, url: str) -> dict[str, str]:
    """Register the App there."""
    app = github.register_app(
        webhook_secret=secrets.token_hex(20),
        webhook_url=f"{url}/github/webhooks",
        callback_urls=(f"{url}/login/github/callback",),
    )
    return {
        "GITHUB_API_URL": github.url,
        "GITHUB_SERVER_URL": github.server_url,
        "GITHUB_APP_ID": str(app.id),
        "GITHUB_APP_PRIVATE_KEY": app.private_key_pem,
        "GITHUB_WEBHOOK_SECRET": app.webhook_secret,
        "GITHUB_CLIENT_ID": app.client_id,
        "GITHUB_CLIENT_SECRET": app.client_secret,
    }


def _at_slack(slack: SandboxSlack, url: str) -> dict[str, str]:
    """Register the app there."""
    app = slack.register_app(command=COMMAND, request_url=f"{url}/slack/events")
    return {
        "SLACK_API_URL": slack.url,
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_SIGNING_SECRET": app.signing_secret,
        "SLACK_COMMAND": COMMAND,
    }


def _free_port() -> int:
    """The address has to be known before the bot listens: it is registered with both services."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
