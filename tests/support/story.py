"""The whole bot over real HTTP beside the sandbox GitHub, with one clock for both."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app import Signalbox
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.threads import Issue
from bot.settings import Settings
from bot.store.mint import CODE_LETTERS, CODE_SYMBOLS
from tests.contract.openapi import DATA, contract
from tests.support.clock import FakeClock
from tests.support.migrated import put_migrated

MARKER = re.compile(r"\n*<!-- signalbox:[^>]*-->")
CODE = re.compile(rf"\b[{CODE_LETTERS}][{CODE_SYMBOLS}]{{5}}\b")
ENTERPRISE = os.environ.get("STORIES_HOST") == "ghes"
"""Whether every story plays on a GitHub Enterprise Server (`make ghes`)."""
ROUNDS = 50  # a story that does not come to rest within this many rounds runs in circles

DEPLOY = """\
name: Deploy
run-name: Deploy (${{ inputs.signalbox_request }})
on:
  workflow_dispatch:
    inputs:
      environment: {type: choice, options: [staging, production], required: true}
      dry_run: {type: boolean, default: false}
      signalbox_request: {type: string, required: false}
jobs:
  build: {runs-on: ubuntu-latest, steps: [{run: make build}]}
  ship: {runs-on: ubuntu-latest, needs: build, steps: [{run: make ship}]}
"""
NIGHTLY = """\
name: Nightly
on: {workflow_dispatch: {inputs: {depth: {type: number, default: 1}}}}
jobs:
  check: {runs-on: ubuntu-latest, steps: [{run: make check}]}
"""
KEYED = """\
run-name: Run (${{ inputs.signalbox_request }})
on: {workflow_dispatch: {inputs: {signalbox_request: {type: string, required: false}}}}
"""
"""The beginning of a workflow whose runs are found by their key, where GitHub does not say which one it started."""
ROLES = {"alice": "write", "bob": "maintain", "carol": "admin", "rita": "read", "tara": "triage"}


@dataclass(slots=True)
class Story:
    """One bot, one GitHub, one repository with one open pull request."""

    github: SandboxGitHub
    bot: Signalbox
    clock: FakeClock
    repository: Repository
    pull: PullRequest

    async def types(self, who: str, text: str, place: PullRequest | Issue | None = None) -> None:
        """Somebody writes a comment, and everything that is due because of it happens."""
        await self.github.comments(who, place or self.pull, text)
        await self.settle()

    async def settle(self) -> None:
        """Until GitHub has told everything and the bot has nothing left that is due."""
        for _ in range(ROUNDS):
            before = (len(self.github.journal), len(self.github.webhooks.deliveries))
            await self.github.settled()
            await self.bot.engine.settled()
            if before == (len(self.github.journal), len(self.github.webhooks.deliveries)):
                return
        raise AssertionError("The story does not come to rest")

    async def passes(self, seconds: float) -> None:
        """What is due happens, time passes, and what falls due then happens."""
        await self.settle()
        self.clock.advance(seconds)
        await self.settle()

    def answers(self, place: PullRequest | Issue | None = None) -> list[str]:
        """What the bot wrote, as people read it; what differs each time has a name instead: RUN1, HEAD, CODE1, ..."""
        thread = self.github.thread(place or self.pull)
        return [self.named(said.body) for said in thread if said.author.endswith("[bot]")]

    def named(self, body: str) -> str:
        """Without the hidden marker, with names for addresses, numbers and commits."""
        text = MARKER.sub("", body).strip().replace(self.github.server_url, "https://github.test")
        for number, run in enumerate(self.github.runs, 1):
            text = re.sub(rf"/runs/{run.id}(/attempts/1\b)?", f"/runs/RUN{number}", text)  # the same page
            for job in (job for jobs in run.attempts.values() for job in jobs):
                text = text.replace(f"/job/{job.id}", f"/job/{job.name.upper()}")
        for name, sha in (("HEAD", self.pull.head_sha), ("MAIN", self.repository.head_sha)):
            text = text.replace(sha, name).replace(sha[:12], name).replace(sha[:7], name)
        return CODE.sub("CODE", text)

    def reactions(self, place: PullRequest | Issue | None = None) -> list[tuple[str, ...]]:
        """Of the comments that people wrote."""
        thread = self.github.thread(place or self.pull)
        return [said.reactions for said in thread if not said.author.endswith("[bot]")]

    def calls(self) -> list[str]:
        """What the bot asked of GitHub, as `METHOD path`, tokens left out."""
        return [f"{each.method} {each.path}" for each in self.github.journal if "access_tokens" not in each.path]


@asynccontextmanager
async def telling(
    folder: Path,
    *,
    enterprise: bool = ENTERPRISE,
    private: bool = True,
    files: Mapping[str, str | bytes] | None = None,
    roles: Mapping[str, str] = ROLES,
    variables: Mapping[str, str] = {},
) -> AsyncIterator[Story]:
    """Build the world and start the bot in it."""
    clock = FakeClock()
    async with SandboxGitHub(clock=clock.now, enterprise=enterprise) as github:
        app = github.register_app(webhook_secret=secrets.token_hex(20))
        workflows = {".github/workflows/deploy.yml": DEPLOY, ".github/workflows/nightly.yml": NIGHTLY}
        repository = github.repository("acme/shop", private=private, files={**workflows, **(files or {})}, roles=roles)
        settings = settings_for(github, folder, **variables)
        put_migrated(settings.database_url.reveal())
        async with Signalbox(settings, timer=clock) as bot:
            app.webhook_url = f"{bot.url}/github/webhooks"
            pull = repository.pull_request(author="alice", branch="feature", title="A feature")
            story = Story(github=github, bot=bot, clock=clock, repository=repository, pull=pull)
            clock.advance(60)  # so that the pull request is older than what is said about it
            await story.settle()
            yield story
            if DATA is not None:
                complaints = list(against_github(github))
                assert not complaints, complaints


def against_github(github: SandboxGitHub) -> Iterator[str]:
    """What GitHub's own description says against what the bot asked and what the sandbox answered.

    Failures on demand are not GitHub's to describe. A server that does not know a field refuses it; until it has said
    so, the bot asks with it.
    """
    enterprise = github.world.enterprise
    described = contract("ghes" if enterprise else "github.com")
    for exchange in github.journal:
        if enterprise and exchange.status not in (200, 204) and "return_run_details" in str(exchange.request_body):
            continue
        yield from described.complaints(exchange, failures=False)


def settings_for(github: SandboxGitHub, folder: Path, **more: str) -> Settings:
    """What an operator would set to make the bot speak to this sandbox."""
    return Settings.from_env(environment_for(github, folder, **more))


def environment_for(github: SandboxGitHub, folder: Path, **more: str) -> dict[str, str]:
    """The same as variables."""
    environment = {
        "HOST": "127.0.0.1",
        "PORT": "0",
        "DATABASE_URL": f"sqlite:///{folder / 'story.db'}",
        "GITHUB_API_URL": github.url,
        "GITHUB_SERVER_URL": github.server_url,
        "GITHUB_APP_ID": str(github.app.id),
        "GITHUB_APP_PRIVATE_KEY": github.app.private_key_pem,
        "GITHUB_WEBHOOK_SECRET": github.app.webhook_secret,
        "ALLOW_INSECURE_LOOPBACK": "true",
    }
    return environment | more
