"""The pages of linking: cookie, form token, policy, and every way that ends early."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.flow.link_browser import Callback
from bot.model.people import GitHubAccount
from bot.model.slack import Standing
from bot.store.database import Database
from bot.store.unit import Units
from bot.web.link import LinkPages
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.linking import Links, linked_by, slack_user
from tests.support.store import clock, database, database_url, migrated, units
from tests.web.conftest import Open

__all__ = ["clock", "database", "database_url", "migrated", "units"]

ALICE = slack_user()
MALLORY = slack_user("U9", "mallory")
GITHUB = make.account("alice", 1001)
OTHER = make.account("alice-work", 1002)
AGAIN = "Type /ops link in Slack to begin anew."

Client = TestClient[web.Request, web.Application]


class Page(HTMLParser):
    """What a reader sees: the heading, all words, and the token of the form."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.heading = self.words = self.token = self._tag = ""
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._tag = tag
        if tag == "input" and given.get("name") == "token":
            self.token = given["value"] or ""
        if tag == "a":
            self.links.append(given["href"] or "")

    def handle_data(self, data: str) -> None:
        self.words = f"{self.words} {data}".strip()
        self.words = " ".join(self.words.split())
        if self._tag == "h1" and not self.heading:
            self.heading = data


@dataclass
class Visitor:
    """One browser, with cookies of its own."""

    client: Client
    links: Links
    answer: aiohttp.ClientResponse | None = None

    async def gets(self, path: str) -> Page:
        self.answer = await self.client.get(path, allow_redirects=False)
        return Page(await self.answer.text())

    async def posts(self, path: str, token: str) -> Page:
        self.answer = await self.client.post(path, data={"token": token}, allow_redirects=False)
        return Page(await self.answer.text())

    @property
    def status(self) -> int:
        assert self.answer is not None
        return self.answer.status

    @property
    def location(self) -> str:
        assert self.answer is not None
        return self.answer.headers["Location"]

    async def opens(self, nonce: str) -> str:
        """Through the first page to GitHub's sign-in; its address."""
        await self.posts(f"/link/slack/{nonce}", (await self.gets(f"/link/slack/{nonce}")).token)
        await self.gets(self.location)
        return self.location

    async def returns(self, callback: Callback, service: str = "github") -> Page:
        """Back from a sign-in page, and to where that leads."""
        query = f"state={callback.state}&code={callback.code}&error={callback.error}"
        page = await self.gets(f"/login/{service}/callback?{query}")
        return await self.gets(self.location) if self.status == 303 else page

    async def signs_in(self, nonce: str, account: GitHubAccount = GITHUB) -> Page:
        return await self.returns(self.links.github.agrees(await self.opens(nonce), account))


Visit = Callable[..., Awaitable[Visitor]]


@pytest.fixture
def links(database: Database, units: Units, clock: FakeClock) -> Links:
    """A bot where codes prove the Slack user."""
    return linked_by(database, units, clock)


@pytest.fixture
def signing(database: Database, units: Units, clock: FakeClock) -> Links:
    """A bot where Slack's sign-in does."""
    return linked_by(database, units, clock, slack_signs_in=True)


@pytest.fixture
async def visit(serve: Open) -> AsyncIterator[Visit]:
    """One more browser at the pages of this bot."""
    async with AsyncExitStack() as stack:

        async def start(links: Links, *, https: bool = False) -> Visitor:
            first = await serve(https=https, routes=LinkPages(links.browser, https=https, command="/ops").routes())
            assert isinstance(first.server, TestServer)
            return Visitor(await stack.enter_async_context(TestClient(first.server)), links)

        yield start


async def test_both_accounts_are_named_and_a_code_is_shown(links: Links, visit: Visit) -> None:
    alice = await visit(links)
    first = await alice.gets(f"/link/slack/{await links.nonce(ALICE)}")
    assert first.heading == "Link your GitHub account"
    assert "You asked for this in Slack, as alice ." in first.words
    assert "until 09:10 UTC" in first.words
    asked = await alice.signs_in(await links.nonce(ALICE))
    assert asked.heading == "Link these two accounts?"
    assert "Slack alice user U1 of T1 GitHub alice number 1001 on github.com" in asked.words
    coded = await alice.posts("/link/confirm", asked.token)
    assert coded.heading == "Last step: type this in Slack"
    assert await links.person(ALICE) is None
    code = coded.words.partition("/ops link ")[2].split()[0]
    assert (await links.types(ALICE, code)).name == "link_finished"


async def test_with_sign_in_to_slack_the_yes_links_at_once(signing: Links, visit: Visit) -> None:
    alice = await visit(signing)
    proven = await alice.signs_in(await signing.nonce(ALICE))
    assert proven.heading == "Now show that you are alice"
    assert "/login/slack" in proven.links
    await alice.gets("/login/slack")
    asked = await alice.returns(signing.slack.agrees(alice.location, ALICE.account), "slack")
    assert asked.heading == "Link these two accounts?"
    assert (await alice.posts("/link/confirm", asked.token)).heading == "Your accounts are linked"
    person = await signing.person(ALICE)
    assert person is not None
    assert person.github == GITHUB
    assert [user for user, _ in await signing.told()] == ["U1"]
    assert (await alice.gets("/link/confirm")).heading == "This browser has nothing to link"


async def test_t5_nothing_is_linked_before_slack_was_proven(signing: Links, visit: Visit) -> None:
    alice = await visit(signing)
    await alice.signs_in(await signing.nonce(ALICE))
    secret = alice.client.session.cookie_jar.filter_cookies(alice.client.make_url("/"))["signalbox-link"].value
    review = await signing.browser.question.review(secret)
    token = _forged_token(secret, f"{review.attempt.id}:{review.attempt.version}")
    page = await alice.posts("/link/confirm", token)
    assert (alice.status, page.heading) == (409, "Look again")
    assert await signing.person(ALICE) is None


def _forged_token(secret: str, about: str) -> str:
    return hmac.new(secret.encode(), about.encode(), hashlib.sha256).hexdigest()


async def test_t5_another_slack_user_in_the_browser_ends_the_attempt(signing: Links, visit: Visit) -> None:
    alice = await visit(signing)
    await alice.signs_in(await signing.nonce(MALLORY))
    await alice.gets("/login/slack")
    page = await alice.returns(signing.slack.agrees(alice.location, ALICE.account), "slack")
    assert (alice.status, page.heading) == (403, "That is another Slack account")
    assert AGAIN in page.words
    assert (await alice.gets("/link/confirm")).heading == "This link was used or replaced"
    assert await signing.audited() == [
        ("link_refused", {"slack": "T1:U9", "name": "mallory", "why": "another Slack user signed in"})
    ]


@pytest.mark.parametrize(
    "change", [{"standing": Standing.EXTERNAL}, {"account": replace(ALICE.account, home="E1")}], ids=["outside", "grid"]
)
async def test_whom_slacks_sign_in_can_not_name_gets_a_code(
    signing: Links, visit: Visit, change: dict[str, Any]
) -> None:
    alice = await visit(signing)
    asked = await alice.signs_in(await signing.nonce(replace(ALICE, **change)))
    assert "Yes, show me the code" in asked.words


async def test_a_preview_robot_uses_nothing_up(links: Links, visit: Visit) -> None:
    robot, alice = await visit(links), await visit(links)
    nonce = await links.nonce(ALICE)
    for _ in range(3):
        await robot.gets(f"/link/slack/{nonce}")
    await robot.client.head(f"/link/slack/{nonce}")
    assert (await alice.signs_in(nonce)).heading == "Link these two accounts?"


async def test_t5_a_second_browser_is_refused_and_the_attempt_ends(links: Links, visit: Visit) -> None:
    alice, other = await visit(links), await visit(links)
    nonce = await links.nonce(ALICE)
    page = await other.gets(f"/link/slack/{nonce}")
    await alice.opens(nonce)
    refused = await other.posts(f"/link/slack/{nonce}", page.token)
    assert (other.status, refused.heading) == (403, "This link is open in another browser")
    assert (await alice.gets("/link/confirm")).heading == "This link was used or replaced"


async def test_t5_a_second_browser_has_no_way_into_the_attempt_of_the_first(links: Links, visit: Visit) -> None:
    alice, other = await visit(links), await visit(links)
    callback = links.github.agrees(await alice.opens(await links.nonce(ALICE)), OTHER)
    assert (await other.returns(callback)).heading == "This browser has nothing to link"
    await other.signs_in(await links.nonce(MALLORY), OTHER)
    assert (await other.returns(callback)).heading == "This sign-in was used before, or began elsewhere"


async def test_the_same_browser_may_open_the_address_again(links: Links, visit: Visit) -> None:
    alice = await visit(links)
    nonce = await links.nonce(ALICE)
    await alice.opens(nonce)
    assert (await alice.signs_in(nonce)).heading == "Link these two accounts?"


async def test_t5_a_callback_works_once(links: Links, visit: Visit) -> None:
    alice = await visit(links)
    callback = links.github.agrees(await alice.opens(await links.nonce(ALICE)), GITHUB)
    await alice.returns(callback)
    page = await alice.returns(callback)
    assert (alice.status, page.heading) == (400, "This sign-in was used before, or began elsewhere")
    assert (await alice.gets(page.links[0])).heading == "Link these two accounts?"


async def test_t5_a_state_of_somebody_else_counts_for_nothing(links: Links, visit: Visit) -> None:
    alice = await visit(links)
    url = await alice.opens(await links.nonce(ALICE))
    good = links.github.agrees(url, GITHUB)
    stale = await alice.returns(replace(good, state="x" * 43))
    assert stale.heading == "This sign-in was used before, or began elsewhere"
    assert (await alice.returns(good)).heading == "Link these two accounts?"


async def test_t5_a_state_for_github_is_none_for_slack(signing: Links, visit: Visit) -> None:
    alice = await visit(signing)
    await alice.signs_in(await signing.nonce(ALICE))
    await alice.gets("/login/github")
    github = signing.github.agrees(alice.location, GITHUB)
    assert (await alice.returns(github, "slack")).heading == "This sign-in was used before, or began elsewhere"


async def test_t5_a_stolen_code_is_worthless_without_the_verifier(links: Links, visit: Visit) -> None:
    victim, thief = await visit(links), await visit(links)
    stolen = links.github.agrees(await victim.opens(await links.nonce(ALICE)), GITHUB)
    own = links.github.agrees(await thief.opens(await links.nonce(MALLORY)), OTHER)
    page = await thief.returns(replace(own, code=stolen.code))
    assert (thief.status, page.heading) == (403, "GitHub did not say who you are")


@pytest.mark.parametrize(
    ("callback", "heading"),
    [
        ({"error": "access_denied", "code": ""}, "You cancelled at GitHub"),
        ({"error": "redirect_uri_mismatch", "code": ""}, "GitHub did not say who you are"),
        ({"code": ""}, "GitHub did not say who you are"),
        ({"code": "guessed"}, "GitHub did not say who you are"),
    ],
)
async def test_what_github_did_not_grant_can_be_tried_again(
    links: Links, visit: Visit, callback: dict[str, str], heading: str
) -> None:
    alice = await visit(links)
    granted = links.github.agrees(await alice.opens(await links.nonce(ALICE)), GITHUB)
    page = await alice.returns(replace(granted, **callback))
    assert page.heading == heading
    await alice.gets(page.links[0])
    assert (alice.status, alice.location) == (303, "/login/github")


async def test_cancelling_at_slack_leads_back_to_its_sign_in(signing: Links, visit: Visit) -> None:
    alice = await visit(signing)
    await alice.signs_in(await signing.nonce(ALICE))
    await alice.gets("/login/slack")
    granted = signing.slack.agrees(alice.location, ALICE.account)
    page = await alice.returns(replace(granted, error="access_denied", code=""), "slack")
    assert page.heading == "You cancelled at Slack"
    assert (await alice.gets(page.links[0])).heading == "Now show that you are alice"


async def test_while_github_is_away_the_person_may_try_again(links: Links, visit: Visit) -> None:
    alice = await visit(links)
    links.github.away = True
    page = await alice.signs_in(await links.nonce(ALICE))
    assert (alice.status, page.heading) == (503, "GitHub did not answer")
    links.github.away = False
    await alice.gets(page.links[0])
    await alice.gets(alice.location)
    assert (await alice.returns(links.github.agrees(alice.location, GITHUB))).heading == "Link these two accounts?"


@pytest.mark.parametrize("path", ["/link/slack/{}", "/link/confirm", "/login/github"])
async def test_after_ten_minutes_every_page_says_so(links: Links, visit: Visit, path: str) -> None:
    alice = await visit(links)
    nonce = await links.nonce(ALICE)
    await alice.opens(nonce)
    links.clock.advance(600)
    page = await alice.gets(path.format(nonce))
    assert (alice.status, page.heading) == (410, "The ten minutes are over")
    assert AGAIN in page.words


async def test_t5_a_yes_after_ten_minutes_links_nothing(signing: Links, visit: Visit) -> None:
    alice = await visit(signing)
    await alice.signs_in(await signing.nonce(ALICE))
    await alice.gets("/login/slack")
    asked = await alice.returns(signing.slack.agrees(alice.location, ALICE.account), "slack")
    signing.clock.advance(600)
    assert (await alice.posts("/link/confirm", asked.token)).heading == "The ten minutes are over"
    assert await signing.person(ALICE) is None


@pytest.mark.parametrize("path", ["/link/slack/unknown", "/link/confirm", "/login/github"])
async def test_who_has_no_attempt_is_told_how_to_begin(links: Links, visit: Visit, path: str) -> None:
    nobody = await visit(links)
    page = await nobody.gets(path)
    assert (nobody.status, page.heading) == (404, "This browser has nothing to link")
    assert AGAIN in page.words


@pytest.mark.parametrize("token", ["", "0" * 64, "ä"])
async def test_t5_a_form_of_another_site_does_nothing(links: Links, visit: Visit, token: str) -> None:
    alice = await visit(links)
    nonce = await links.nonce(ALICE)
    await alice.gets(f"/link/slack/{nonce}")
    assert (await alice.posts(f"/link/slack/{nonce}", token)).heading == "Look again"
    await alice.signs_in(nonce)
    assert (await alice.posts("/link/confirm", token)).heading == "Look again"


async def test_t5_a_yes_is_to_the_accounts_that_were_seen(links: Links, visit: Visit) -> None:
    alice = await visit(links)
    asked = await alice.signs_in(await links.nonce(ALICE))
    await alice.gets("/login/github")
    await alice.returns(links.github.agrees(alice.location, OTHER))
    assert (await alice.posts("/link/confirm", asked.token)).heading == "Look again"


async def test_t5_who_leaves_for_another_account_has_left_the_first(links: Links, visit: Visit) -> None:
    alice = await visit(links)
    await alice.signs_in(await links.nonce(ALICE))
    await alice.gets("/login/github")
    granted = links.github.agrees(alice.location, OTHER)
    await alice.returns(replace(granted, error="access_denied", code=""))
    await alice.gets("/link/confirm")
    assert (alice.status, alice.location) == (303, "/login/github")


async def test_t5_a_code_is_worth_nothing_once_its_browser_left_for_another_account(links: Links, visit: Visit) -> None:
    alice = await visit(links)
    coded = await alice.posts("/link/confirm", (await alice.signs_in(await links.nonce(ALICE))).token)
    await alice.gets("/login/github")
    await alice.returns(links.github.agrees(alice.location, OTHER))
    code = coded.words.partition("/ops link ")[2].split()[0]
    assert (await links.types(ALICE, code)).name == "link_refused"
    assert await links.person(ALICE) is None


async def test_accounts_that_can_not_be_linked_are_refused_with_the_next_step(links: Links, visit: Visit) -> None:
    await links.link(ALICE, GITHUB)
    mallory = await visit(links)
    page = await mallory.signs_in(await links.nonce(MALLORY))
    assert (mallory.status, page.heading) == (409, "These accounts were not linked")
    assert "alice on GitHub is linked with another Slack account here, alice." in page.words
    assert "Type /ops unlink with that Slack account, then /ops link with this one." in page.words


@pytest.mark.parametrize("standing", [Standing.BOT, Standing.DEACTIVATED])
async def test_t21_who_was_deactivated_meanwhile_is_not_linked(
    signing: Links, visit: Visit, standing: Standing
) -> None:
    alice = await visit(signing)
    await alice.signs_in(await signing.nonce(ALICE))
    await alice.gets("/login/slack")
    asked = await alice.returns(signing.slack.agrees(alice.location, ALICE.account), "slack")
    signing.users.known["U1"] = replace(ALICE, standing=standing)
    assert (await alice.posts("/link/confirm", asked.token)).heading == "These accounts were not linked"
    assert await signing.person(ALICE) is None


async def test_names_are_text(links: Links, visit: Visit) -> None:
    alice = await visit(links)
    page = await alice.gets(f"/link/slack/{await links.nonce(slack_user(name='<b>&amp;</b>'))}")
    assert "as <b>&amp;</b> ." in page.words


async def test_the_cookie_is_for_this_host_alone(links: Links, visit: Visit) -> None:
    alice = await visit(links, https=True)
    await alice.gets(f"/link/slack/{await links.nonce(ALICE)}")
    assert alice.answer is not None
    cookie = alice.answer.headers["Set-Cookie"].split("; ")
    assert cookie[0].startswith("__Host-signalbox-link=")
    assert sorted(cookie[1:]) == ["HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax", "Secure"]


async def test_the_first_page_may_lead_to_github_and_no_page_anywhere_else(links: Links, visit: Visit) -> None:
    alice = await visit(links)
    nonce = await links.nonce(ALICE)
    policies = []
    for path in (f"/link/slack/{nonce}", "/link/confirm", "/"):
        if path == "/link/confirm":
            await alice.signs_in(nonce)
        await alice.gets(path)
        assert alice.answer is not None
        policies.append(alice.answer.headers["Content-Security-Policy"])
        assert alice.answer.headers["Referrer-Policy"] == "no-referrer"
        assert alice.answer.headers["Cache-Control"] == "no-store"
    actions = [policy.partition("form-action ")[2].partition(";")[0] for policy in policies]
    assert actions == ["'self' https://github.example", "'self'", "'none'"]
    assert all("default-src 'none'" in policy and "script-src" not in policy for policy in policies)
