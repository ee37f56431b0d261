"""The README's steps from nothing to the first run in Slack, tried with exactly what the start page asks for.

Each app is registered from its prepared link alone, so what this way needs and the link lacks, fails it.
"""

from __future__ import annotations

import json
import re
import secrets
import socket
from collections.abc import AsyncIterator, Iterable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import aiohttp
import pytest

from bot.app import Signalbox
from bot.sandbox.github.apps import App as GitHubApp
from bot.sandbox.github.github import SandboxGitHub
from bot.sandbox.slack import App as SlackApp
from bot.sandbox.slack import SandboxSlack, Seen
from bot.settings import Settings
from bot.store.migrate import upgrade
from tests.support.clock import FakeClock
from tests.support.story import DEPLOY

ROUNDS = 50
OTHER_FIELDS = {
    *("description", "url", "public", "request_oauth_on_install", "webhook_active", "webhook_url"),
    *("callback_urls[]", "events[]"),
}
"""Of GitHub's form; every other field of it is a permission."""


class Page(HTMLParser):
    """The links of a page, and its first form as a browser would send it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fields: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(found.get("href", ""))
        elif tag == "input":
            self.fields[found["name"]] = found.get("value", "")

    def link(self, start: str) -> str:
        (found,) = [link for link in self.links if link.startswith(start)]
        return found


class World:
    """An operator's machine, one GitHub and one Slack."""

    def __init__(self, folder: Path, github: SandboxGitHub, slack: SandboxSlack, clock: FakeClock) -> None:
        self.github, self.slack, self.clock = github, slack, clock
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.environment = {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "PUBLIC_URL": self.address,
            "DATABASE_URL": f"sqlite:///{folder / 'setup.db'}",
            "GITHUB_API_URL": github.url,
            "GITHUB_SERVER_URL": github.server_url,
            "SLACK_API_URL": slack.url,
            "ALLOW_INSECURE_LOOPBACK": "true",
        }
        upgrade(self.environment["DATABASE_URL"])

    def serves(self, **more: str) -> Signalbox:
        """Set what a step says, and start again."""
        self.environment |= more
        return Signalbox(Settings.from_env(self.environment), timer=self.clock)

    async def settle(self, bot: Signalbox) -> None:
        """Until nobody has anything left to say."""
        for _ in range(ROUNDS):
            before = (len(self.github.journal), len(self.slack.journal), len(self.github.webhooks.deliveries))
            await self.github.settled()
            await self.slack.settled()
            await bot.engine.settled()
            if before == (len(self.github.journal), len(self.slack.journal), len(self.github.webhooks.deliveries)):
                return
        raise AssertionError("It does not come to rest")

    async def start_page(self, browser: aiohttp.ClientSession) -> Page:
        async with browser.get(self.address, headers={"Accept": "text/html"}) as answer:
            return Page(await answer.text())


def registered_at_github(github: SandboxGitHub, link: str, secret: str) -> GitHubApp:
    """Somebody opens GitHub's form by the link, pastes the secret and sends it."""
    form = parse_qs(urlsplit(link).query)
    return github.register_app(
        webhook_secret=secret,
        webhook_url=form["webhook_url"][0],
        permissions={name: values[0] for name, values in form.items() if name not in OTHER_FIELDS},
        events=tuple(form["events[]"]),
        callback_urls=tuple(form["callback_urls[]"]),
    )


def registered_at_slack(slack: SandboxSlack, link: str) -> SlackApp:
    """Somebody opens Slack's form by the link and picks the workspace."""
    manifest = json.loads(parse_qs(urlsplit(link).query)["manifest_json"][0])
    (command,) = manifest["features"]["slash_commands"]
    return slack.register_app(
        name=manifest["features"]["bot_user"]["display_name"],
        request_url=manifest["settings"]["event_subscriptions"]["request_url"],
        command=command["command"],
        should_escape=command["should_escape"],
        scopes=manifest["oauth_config"]["scopes"]["bot"],
        events=manifest["settings"]["event_subscriptions"]["bot_events"],
    )


def words(messages: Iterable[Seen]) -> str:
    """All that these messages say and link to."""
    return "\n".join(f"{each.text}\n{json.dumps(each.blocks, ensure_ascii=False)}" for each in messages)


async def sent(browser: aiohttp.ClientSession, url: str, **more: str) -> tuple[str, str]:
    """Open a page, send its form, follow; where that leads, and the page there."""
    async with browser.get(url) as answer:
        here, fields = str(answer.url), Page(await answer.text()).fields
    target = urljoin(here, "/login/oauth/authorize") if "/login/oauth/" in here else here
    async with browser.post(target, data={**fields, **more}) as answer:
        return str(answer.url), await answer.text()


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def test_from_nothing_to_the_first_run_in_slack(tmp_path: Path, browser: aiohttp.ClientSession) -> None:
    clock = FakeClock()
    async with SandboxGitHub(clock=clock.now) as github, SandboxSlack(clock=clock.now) as slack:
        world = World(tmp_path, github, slack, clock)
        secret = secrets.token_hex(20)

        async with world.serves():
            link = (await world.start_page(browser)).link(f"{github.server_url}/settings/apps/new?")
        app = registered_at_github(github, link, secret)
        repository = github.repository(
            "acme/shop", private=True, files={".github/workflows/deploy.yml": DEPLOY}, roles={"bob": "maintain"}
        )
        pull = repository.pull_request(author="bob", branch="feature", title="A feature")
        clock.advance(60)

        of_github = {
            "GITHUB_APP_ID": str(app.id),
            "GITHUB_APP_PRIVATE_KEY": app.private_key_pem,
            "GITHUB_WEBHOOK_SECRET": secret,
            "GITHUB_CLIENT_ID": app.client_id,
            "GITHUB_CLIENT_SECRET": app.client_secret,
        }
        async with world.serves(**of_github) as bot:
            await world.settle(bot)
            await github.comments("bob", pull, "/help")
            await world.settle(bot)
            assert "/run" in github.thread(pull)[-1].body
            link = (await world.start_page(browser)).link("https://api.slack.com/apps?new_app=1")
        chat = registered_at_slack(slack, link)

        of_slack = {"SLACK_BOT_TOKEN": chat.bot_token, "SLACK_SIGNING_SECRET": chat.signing_secret}
        async with world.serves(**of_slack) as bot:
            assert "Setup is not finished" not in await (await browser.get(world.address)).text()
            slack.channel("#deploys", members=["bob"])
            await slack.command("bob", "#deploys", "/ops link")
            await world.settle(bot)
            nonce = re.search(rf"{re.escape(world.address)}/link/slack/[\w-]+", words(slack.seen_by("bob", "#deploys")))
            assert nonce is not None
            signing_in, _ = await sent(browser, nonce[0])
            asking, _ = await sent(browser, signing_in, login="bob")
            _, shown = await sent(browser, asking)
            code = re.search(r"/ops link ([A-Z0-9]{4}-[A-Z0-9]{4})", shown)
            assert code is not None
            await slack.command("bob", "#deploys", f"/ops link {code[1]}")
            await world.settle(bot)
            await slack.command("bob", "#deploys", "/ops use acme/shop")
            await world.settle(bot)
            await slack.command("bob", "#deploys", f"/ops run #{pull.number} deploy.yml environment=staging")
            await world.settle(bot)
            clock.advance(5)
            await world.settle(bot)
            assert [run.head_sha for run in github.runs] == [pull.head_sha]
            living = [each for each in slack.seen_by("bob", "#deploys") if not each.ephemeral]
            assert len(living) == 1
            assert "deploy.yml" in words(living)
            await slack.mentions("bob", "#deploys", "@signalbox status", thread=living[0])
            await slack.opens_home("bob")
            await github.comments("bob", pull, "/status")
            await world.settle(bot)
            assert "deploy.yml" in github.thread(pull)[-1].body
        refused = [each for each in slack.journal if "missing_scope" in str(each)]
        assert refused == []
