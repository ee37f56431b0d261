"""Linking over a real database, with sign-ins that check what the real ones check."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from sqlalchemy import select

from bot.errors import NotFound, Refused, Unreachable
from bot.flow.answer import Reply
from bot.flow.identify import Identify
from bot.flow.link import PATH, Linking
from bot.flow.link_browser import Browser, Callback
from bot.model.message import Message
from bot.model.people import GitHubAccount, Person
from bot.model.slack import SlackAccount, SlackUser, Standing
from bot.render.renderer import Renderer
from bot.store import schema
from bot.store.database import Database
from bot.store.mint import Mint
from bot.store.unit import Units
from bot.web.pages import TEMPLATES
from tests.support import make
from tests.support.clock import FakeClock

PUBLIC_URL = "https://bot.example"


def slack_user(user: str = "U1", name: str = "alice", standing: Standing = Standing.MEMBER, **more: Any) -> SlackUser:
    """Somebody in the workspace T1."""
    return SlackUser(account=make.slack_account(user, name, **more), standing=standing)


@dataclass
class FakeGitHub:
    """Knows who agreed at which address; a code works once, with the verifier and the address that go with it."""

    codes: dict[str, tuple[str, str, GitHubAccount]] = field(default_factory=dict)
    away: bool = False

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        asked = {"state": state, "code_challenge": challenge, "redirect_uri": redirect_uri}
        return f"https://github.example/login/oauth/authorize?{urlencode(asked)}"

    def agrees(self, url: str, account: GitHubAccount) -> Callback:
        asked = dict(parse_qsl(urlsplit(url).query))
        code = f"code{len(self.codes) + 1}"
        self.codes[code] = (asked["code_challenge"], asked["redirect_uri"], account)
        return Callback(state=asked["state"], code=code, error="")

    async def who(self, *, code: str, verifier: str, redirect_uri: str) -> GitHubAccount:
        if self.away:
            raise Unreachable
        challenge, address, account = self.codes.pop(code, ("", "", None))
        proof = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if account is None or (proof, redirect_uri) != (challenge, address):
            raise Refused
        return account


@dataclass
class FakeSlack:
    """The same for Slack, with the nonce that the answer has to carry."""

    codes: dict[str, tuple[str, str, SlackAccount]] = field(default_factory=dict)

    def authorize_url(self, *, state: str, nonce: str, team: str, redirect_uri: str) -> str:
        asked = {"state": state, "nonce": nonce, "team": team, "redirect_uri": redirect_uri}
        return f"https://slack.example/openid/connect/authorize?{urlencode(asked)}"

    def agrees(self, url: str, account: SlackAccount) -> Callback:
        asked = dict(parse_qsl(urlsplit(url).query))
        code = f"code{len(self.codes) + 1}"
        self.codes[code] = (asked["nonce"], asked["redirect_uri"], account)
        return Callback(state=asked["state"], code=code, error="")

    async def who(self, *, code: str, nonce: str, redirect_uri: str) -> tuple[str, str]:
        expected, address, account = self.codes.pop(code, ("", "", None))
        if account is None or (nonce, redirect_uri) != (expected, address):
            raise Refused
        return account.home, account.user


@dataclass
class FakeUsers:
    """Slack's users by their ids."""

    known: dict[str, SlackUser] = field(default_factory=dict)

    async def get(self, connection: UUID, user: str) -> SlackUser:
        if user not in self.known:
            raise NotFound
        return self.known[user]


@dataclass
class Links:
    """One bot that links; who asks is in the workspace T1."""

    units: Units
    database: Database
    clock: FakeClock
    linking: Linking
    browser: Browser
    github: FakeGitHub
    slack: FakeSlack
    users: FakeUsers

    async def asks(self, user: SlackUser) -> Message:
        """`/ops link`; everybody who asks is somebody whom Slack knows."""
        self.users.known[user.account.user] = user
        async with self.units.write() as unit:
            return await self.linking.begin(unit, user)

    async def nonce(self, user: SlackUser) -> str:
        """The end of the address behind the private button."""
        return nonce_of(await self.asks(user))

    async def types(self, user: SlackUser, code: str) -> Message:
        """`/ops link CODE`."""
        async with self.units.write() as unit:
            return await self.linking.redeem(unit, user, code)

    async def unlinks(self, user: SlackUser) -> Message:
        """`/ops unlink`."""
        async with self.units.write() as unit:
            return await self.linking.end(unit, user.account)

    async def signs_in(self, user: SlackUser, github: GitHubAccount) -> str:
        """From `/ops link` to back from GitHub; the secret of the browser."""
        secret = await self.browser.open(await self.nonce(user), "")
        await self.browser.from_github(secret, self.github.agrees(await self.browser.to_github(secret), github))
        return secret

    async def shown_code(self, user: SlackUser, github: GitHubAccount) -> str:
        """Up to the code that the browser shows."""
        review = await self.browser.question.review(await self.signs_in(user, github))
        code = (await self.browser.question.confirm(review)).code
        assert code is not None
        return code

    async def link(self, user: SlackUser, github: GitHubAccount) -> Message:
        """All of it, by a code."""
        return await self.types(user, await self.shown_code(user, github))

    async def person(self, user: SlackUser) -> Person | None:
        """Who this Slack user is."""
        async with self.units.read() as unit:
            return await unit.people.by_slack(user.account)

    async def told(self) -> list[tuple[str, str]]:
        """Who was told what in Slack: user and first words, in order."""
        answers = schema.answers
        async with self.database.reading.begin() as sql:
            rows = await sql.execute(select(answers.c.address, answers.c.text).order_by(answers.c.id))
            return [(row.address["only_for"], json.loads(row.text)["text"]) for row in rows]

    async def audited(self) -> list[tuple[str, Any]]:
        """Actions and facts."""
        entries = schema.audit_entries
        async with self.database.reading.begin() as sql:
            rows = await sql.execute(select(entries.c.action, entries.c.facts).order_by(entries.c.number))
            return [(row.action, row.facts) for row in rows]


def nonce_of(message: Message) -> str:
    """What the private button leads to."""
    url = message.buttons[0].url
    assert url is not None
    return url.removeprefix(PUBLIC_URL + PATH)


def linked_by(database: Database, units: Units, clock: FakeClock, *, slack_signs_in: bool = False) -> Links:
    """With sign-in to Slack, or with codes."""
    mint, github, slack, users = Mint(), FakeGitHub(), FakeSlack(), FakeUsers()
    linking = Linking(
        identify=Identify(clock, mint),
        reply=Reply(units, Renderer(TEMPLATES.parent, None), clock, mint),
        clock=clock,
        mint=mint,
        github=make.CONNECTION,
        public_url=PUBLIC_URL,
        signs_in=True,
        command="/ops",
    )
    browser = Browser(
        units=units,
        linking=linking,
        users=users,
        github=github,
        slack=slack if slack_signs_in else None,
        clock=clock,
        mint=mint,
        public_url=PUBLIC_URL,
    )
    return Links(units, database, clock, linking, browser, github, slack, users)


def without(links: Links, **changes: Any) -> Links:
    """The same bot, less well configured."""
    return replace(links, linking=replace(links.linking, **changes))
