"""Owns a browser without a screen: it opens addresses, keeps cookies, and presses what stands on a page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp

from bot.errors import BotError

Attributes = list[tuple[str, str | None]]


class Page(HTMLParser):
    """What a person sees of a page: its heading, its words, and the buttons of its form."""

    def __init__(self, url: str, html: str) -> None:
        """`url` is where it came from in the end; a form without an address of its own goes there."""
        super().__init__()
        self.url = url
        self.action = url
        self.fields: dict[str, str] = {}
        self.buttons: dict[str, Mapping[str, str]] = {}
        self.words = ""
        self.heading = ""
        self._tag = ""
        self._sends: Mapping[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = urljoin(self.url, found.get("action", self.url))
        elif tag == "input":
            self.fields[found["name"]] = found.get("value", "")
        elif tag == "button":
            self._sends = {found["name"]: found["value"]} if "name" in found else {}
        self._tag = tag

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._tag == "h1":
            self.heading += data
        elif self._tag == "button" and data.strip():
            self.buttons[data.strip()] = self._sends

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""


class Window:
    """One person's browser."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """`session` keeps the cookies, those of addresses without a name too."""
        self._session = session

    async def opens(self, url: str) -> Page:
        """The page that this address leads to."""
        async with self._session.get(url) as answer:
            return Page(str(answer.url), await answer.text())

    async def presses(self, page: Page, label: str) -> Page:
        """Send the page's form with one of its buttons. Raises `BotError` when there is no such button."""
        if label not in page.buttons:
            raise BotError(f"The page “{page.heading}” has no button “{label}”.")
        async with self._session.post(page.action, data={**page.fields, **page.buttons[label]}) as answer:
            return Page(str(answer.url), await answer.text())


@asynccontextmanager
async def window() -> AsyncIterator[Window]:
    """A fresh one: no cookies, nothing remembered."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Window(session)
