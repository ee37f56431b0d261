"""The real bot beside both sandboxes, and a real Chromium. Where there is none, these tests are skipped."""

from __future__ import annotations

import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from bot.app import Signalbox
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.slack import SandboxSlack, Seen
from tests.support.clock import FakeClock
from tests.support.migrated import put_migrated
from tests.support.story import settings_for

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDTHS = {"desktop": (1280, 800), "phone": (390, 844)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser there is nothing to drive."""
    skip = pytest.mark.skip(reason="needs Chromium: none of chromium, chromium-browser, google-chrome is installed")
    for item in items:
        if item.get_closest_marker("browser") and CHROMIUM is None:
            item.add_marker(skip)


@dataclass(slots=True)
class World:
    """One bot, one GitHub, one Slack, and a browser's window."""

    bot: Signalbox
    github: SandboxGitHub
    slack: SandboxSlack
    clock: FakeClock
    browser: Browser
    shots: Path

    async def types(self, who: str, text: str) -> None:
        """Somebody types a slash command, and everything that is due because of it happens."""
        await self.slack.command(who, "#deploys", text)
        await self.settle()

    async def settle(self) -> None:
        """Until nothing is left that is due."""
        for _ in range(5):
            await self.slack.settled()
            await self.github.settled()
            await self.bot.engine.settled()

    def seen(self, who: str) -> list[Seen]:
        """What they see in the channel and in their direct messages with the bot, oldest first."""
        places = (self.slack.channel("#deploys"), self.slack.dm(who))
        return sorted((each for place in places for each in self.slack.seen_by(who, place)), key=lambda each: each.ts)

    def newest(self, who: str) -> str:
        """The newest of it, as a notification shows it."""
        return self.seen(who)[-1].text

    def address(self, who: str) -> str:
        """What the newest private button of theirs leads to."""
        blocks: list[Any] = [block for seen in self.seen(who) for block in seen.blocks]
        return str([block for block in blocks if block["type"] == "actions"][-1]["elements"][0]["url"])

    async def window(self, width: str = "desktop") -> Page:
        """A fresh profile: no cookies, nothing remembered."""
        wide, high = WIDTHS[width]
        context = await self.browser.new_context(viewport={"width": wide, "height": high})
        return await context.new_page()

    async def shoot(self, page: Page, name: str) -> None:
        """The page as it looks, at the width of a desk and of a phone."""
        for width, (wide, high) in WIDTHS.items():
            await page.set_viewport_size({"width": wide, "height": high})
            await page.screenshot(path=self.shots / f"{name}-{width}.png", full_page=True)
            assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


Play = Callable[..., AbstractAsyncContextManager[World]]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Start everything; `slack_signs_in` says whether the operator set Slack's client credentials."""

    @asynccontextmanager
    async def start(*, slack_signs_in: bool) -> AsyncIterator[World]:
        clock, port = FakeClock(), free_port()
        url = f"http://127.0.0.1:{port}"
        slack = SandboxSlack(clock=clock.now)
        app = slack.register_app(redirect_urls=[f"{url}/login/slack/callback"])
        slack.channel("#deploys", members=["alice", "mallory"])
        async with SandboxGitHub(clock=clock.now) as github, slack, chromium() as browser:
            github.register_app(callback_urls=(f"{url}/login/github/callback",))
            github.repository("acme/shop", files={}, roles={"alice": "write", "bob": "read"})
            more = {"SLACK_CLIENT_ID": app.client_id, "SLACK_CLIENT_SECRET": app.client_secret}
            settings = settings_for(
                github,
                tmp_path,
                PORT=str(port),
                PUBLIC_URL=url,
                GITHUB_CLIENT_ID=github.app.client_id,
                GITHUB_CLIENT_SECRET=github.app.client_secret,
                SLACK_API_URL=slack.url,
                SLACK_BOT_TOKEN=app.bot_token,
                SLACK_APP_TOKEN=app.app_token,
                **(more if slack_signs_in else {}),
            )
            put_migrated(settings.database_url.reveal())
            async with Signalbox(settings, timer=clock) as bot:
                yield World(bot=bot, github=github, slack=slack, clock=clock, browser=browser, shots=tmp_path)

    return start


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """One process, ended with the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


def free_port() -> int:
    """The address has to be known before the bot listens: it is registered with both services."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
