"""Owns somebody who links their accounts in a browser, and does what people do when a page does not come: reload."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urljoin, urlsplit

import aiohttp

from tests.crash.stage import LOOK_SECONDS
from tests.crash.talk import PUBLIC_URL, Talk

CODE = re.compile(r"/ops link ([A-Z0-9]{4}-[A-Z0-9]{4})")
TOKEN = re.compile(r'name="token" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
MOST_PAGES = 40


class Browser:
    """One window: where it is, and what it shows."""

    def __init__(self, talk: Talk, session: aiohttp.ClientSession) -> None:
        self._talk = talk
        self._session = session
        self.path = ""
        self.html = ""
        self.status = 0

    async def go(self, url: str, fields: dict[str, str] | None = None) -> None:
        """Open a page or send a form, and follow; once more while nobody answers. Nobody sends a form twice."""
        while True:
            here = url.replace(PUBLIC_URL, await self._talk.bot.url or "http://127.0.0.1:9")
            method = "GET" if fields is None else "POST"
            try:
                async with self._session.request(method, here, data=fields, allow_redirects=False) as answer:
                    self.path, self.html, self.status = answer.url.path, await answer.text(), answer.status
            except (aiohttp.ClientError, OSError):
                fields = None
                await asyncio.sleep(LOOK_SECONDS)
                continue
            if self.status not in (302, 303):
                return
            url, fields = urljoin(url, answer.headers["Location"]), None

    async def sign_in(self, who: str, address: str) -> str | None:
        """From the private address to the code; None when only a new address helps."""
        await self.go(address)
        for _ in range(MOST_PAGES):
            shown = CODE.search(self.html)
            if shown is not None:
                return shown[1]
            await self._next(who)
            if self.status >= 400 and "/link/confirm" not in self.html:
                return None
        raise AssertionError(f"The way does not end: {self.path} {self.html}")

    async def _next(self, who: str) -> None:
        token = TOKEN.search(self.html)
        if "/login/oauth/" in self.path:
            hidden = dict(HIDDEN.findall(self.html.replace("&amp;", "&")))
            await self.go(f"{self._talk.github.server_url}/login/oauth/authorize", {**hidden, "login": who})
        elif token is not None:
            await self.go(f"{PUBLIC_URL}{self.path}", {"token": token[1]})
        else:
            await self.go(f"{PUBLIC_URL}/link/confirm")


async def link(talk: Talk, who: str, channel: str) -> None:
    """From `/ops link` to the code that is typed in Slack; from the beginning where a page says so."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        code = None
        while code is None:
            await talk.slack.settled()
            asked = len(talk.offered(who, channel))
            await talk.ops(who, "link", channel)
            await talk.until(lambda asked=asked: len(talk.offered(who, channel)) > asked, "a link")  # type: ignore[misc]
            address = talk.offered(who, channel)[-1]
            code = await Browser(talk, session).sign_in(who, f"{PUBLIC_URL}{urlsplit(address).path}")
    await talk.ops(who, f"link {code}", channel)
