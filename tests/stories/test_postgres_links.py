"""Linking on two replicas (T5): every page of one way may be another replica's, and each step of it works once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import pytest

from tests.support.fleet import PUBLIC_URL, A, B, SlackFleet, talking
from tests.support.runs import paragraphs
from tests.support.slack_story import CHANNEL

LINK = re.compile(rf"{re.escape(PUBLIC_URL)}(/link/slack/[\w-]+)")
CODE = re.compile(r"/ops (link [A-Z0-9]{4}-[A-Z0-9]{4})")
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')

CONFIRM = "/link/confirm"
OFFERED = paragraphs(
    "🔗 Link your Slack account to your GitHub account: press the button and sign in to GitHub.",
    "Only you see this. The button works once, for 10 minutes.",
    "[Link my GitHub account]",
)
LINKED = paragraphs(
    "✅ Linked: @bob is bob on GitHub.",
    "What you ask for in Slack is now judged by what you may do there. If that was not you, type `/ops unlink`.",
)
NO_CODE = paragraphs(
    "⛔ Not linked: No code is waiting for you: it was used, or its ten minutes are over.",
    "Next: Type `/ops link` to begin again.",
)


@pytest.fixture
async def fleet(postgres_url: str, tmp_path: Path) -> AsyncIterator[SlackFleet]:
    async with talking(postgres_url, tmp_path, linked=()) as fleet:
        yield fleet


@dataclass(slots=True)
class Visitor:
    """A browser whose next request goes to the replica that the test names."""

    fleet: SlackFleet
    session: aiohttp.ClientSession
    status: int = 0
    page: str = ""
    next: str = ""
    """Where the last answer leads, as a path of ours or an address elsewhere."""

    async def gets(self, path: str, replica: int) -> int:
        return await self._asks("GET", self.fleet.replicas[replica].url + path)

    async def posts(self, path: str, replica: int, fields: dict[str, str]) -> int:
        return await self._asks("POST", self.fleet.replicas[replica].url + path, fields)

    async def signs_in(self, login: str) -> None:
        """On GitHub's page, to which the last answer led; it leads back to us."""
        await self._asks("GET", self.next)
        await self._asks(
            "POST", urljoin(self.fleet.github.server_url, "/login/oauth/authorize"), {**self.fields, "login": login}
        )

    @property
    def fields(self) -> dict[str, str]:
        """The hidden ones of the form of the last page."""
        return {name: unescape(value) for name, value in FIELD.findall(self.page)}

    async def _asks(self, method: str, url: str, fields: dict[str, str] | None = None) -> int:
        async with self.session.request(method, url, data=fields, allow_redirects=False) as answer:
            self.status, self.page = answer.status, await answer.text()
            self.next = answer.headers.get("Location", "").removeprefix(PUBLIC_URL)
        return self.status


@asynccontextmanager
async def browser(fleet: SlackFleet) -> AsyncIterator[Visitor]:
    # Replicas differ by port alone here, which cookies do not know: behind a balancer it is one address.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Visitor(fleet, session)


async def offered(fleet: SlackFleet) -> str:
    """bob asks to be linked, at A; the path behind his private button."""
    await fleet.ops("bob", "link")
    await fleet.until(lambda: fleet.whispers("bob"))
    found = LINK.search(str(fleet.slack.seen_by("bob", CHANNEL)[-1].blocks))
    assert found is not None
    return found[1]


async def test_t5_a_way_that_changes_replicas_at_every_step_is_gone_once(fleet: SlackFleet) -> None:
    path = await offered(fleet)
    async with browser(fleet) as visitor:
        await visitor.gets(path, B)
        opening = visitor.fields
        await visitor.posts(path, A, opening)
        await visitor.gets(visitor.next, B)
        await visitor.signs_in("bob")
        back = visitor.next
        await visitor.gets(back, A)
        await visitor.gets(CONFIRM, B)
        asked = visitor.fields
        await visitor.posts(CONFIRM, A, asked)
        code = CODE.search(visitor.page)
        assert code is not None
        lines = [await fleet.lost(fleet.slack.command("bob", CHANNEL, f"/ops {code[1]}")) for _ in range(2)]
        await asyncio.gather(fleet.brings(lines[0], A), fleet.brings(lines[1], B))
        await fleet.until(lambda: len(fleet.whispers("bob")) == 3)
        assert sorted(fleet.whispers("bob")) == sorted([OFFERED, LINKED, NO_CODE])
        for replica in (A, B):
            assert await visitor.gets(path, replica) == 410
            assert await visitor.posts(path, replica, opening) == 409  # of a cookie that was changed when it was used
            assert await visitor.gets(back, replica) == 410
            assert await visitor.gets(CONFIRM, replica) == 410
            assert await visitor.posts(CONFIRM, replica, asked) == 410
            assert "<h1>This link was used or replaced</h1>" in visitor.page
    assert [each.provider for each in await fleet.history("bob")] == ["slack", "github"]


async def test_t5_of_two_browsers_that_open_an_address_at_once_one_has_it(fleet: SlackFleet) -> None:
    path = await offered(fleet)
    async with browser(fleet) as one, browser(fleet) as two:
        await one.gets(path, A)
        await two.gets(path, B)
        await asyncio.gather(one.posts(path, A, one.fields), two.posts(path, B, two.fields))
        first, second = (one, two) if one.status == 303 else (two, one)
        assert first.next == "/login/github"
        assert second.status in (403, 409)
        assert await second.gets(CONFIRM, A) == 404
        assert await first.gets("/login/github", B) == 303


async def test_t5_a_yes_that_comes_to_both_replicas_at_once_makes_one_code(fleet: SlackFleet) -> None:
    path = await offered(fleet)
    async with browser(fleet) as visitor:
        await visitor.gets(path, A)
        await visitor.posts(path, A, visitor.fields)
        await visitor.gets(visitor.next, A)
        await visitor.signs_in("bob")
        await visitor.gets(visitor.next, A)
        await visitor.gets(CONFIRM, A)
        asked, twin = visitor.fields, replace(visitor)
        answers = await asyncio.gather(visitor.posts(CONFIRM, A, asked), twin.posts(CONFIRM, B, asked))
    assert sorted(answers) == [200, 409]
    codes = CODE.findall(visitor.page + twin.page)
    assert len(codes) == 1
    fleet.turn_to(B)
    await fleet.ops("bob", codes[0])
    await fleet.until(lambda: len(fleet.whispers("bob")) == 2)
    assert fleet.whispers("bob") == [OFFERED, LINKED]
