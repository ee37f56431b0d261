"""The pages behind a sign-in: cookies, the way back, the way out, and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.errors import Unreachable
from bot.flow.catalog_page import CatalogPage
from bot.flow.link_browser import GITHUB_CALLBACK, Callback
from bot.flow.signin import Arrival, Departure, NotSignedIn, local
from bot.model.people import GitHubAccount
from bot.web.catalog import CatalogPages
from bot.web.signin import LOGIN, SignInPages
from tests.support import make
from tests.web.conftest import Client, Open

PAGE = "/repos/acme/shop/commands"
ALICE = make.account("alice", 1001)


@dataclass
class Desk:
    """Stands for the steps of flow."""

    sessions: dict[str, GitHubAccount] = field(default_factory=dict)
    away: bool = False

    def leave(self, where: str | None) -> Departure:
        return Departure(url="https://github.example/login", kept=f"s1.verifier.{local(where)}")

    def expects(self, kept: str, state: str) -> bool:
        return kept.split(".")[0] == state != ""

    async def arrive(self, kept: str, callback: Callback) -> Arrival:
        if self.away or not self.expects(kept, callback.state):
            raise NotSignedIn("GitHub did not answer." if self.away else "Not yours.", service_away=self.away)
        self.sessions["s3cret"] = ALICE
        return Arrival(secret="s3cret", where=kept.split(".")[2])

    async def who(self, secret: str) -> GitHubAccount | None:
        return self.sessions.get(secret)

    async def end(self, secret: str) -> None:
        self.sessions.pop(secret, None)


class Show:
    """Knows one repository."""

    away = False

    async def __call__(self, account: GitHubAccount, owner: str, name: str) -> CatalogPage | None:
        if self.away:
            raise Unreachable("GitHub did not answer")
        if (owner, name) != ("acme", "shop"):
            return None
        row: Mapping[str, object] = {
            "name": "deploy",
            "usage": "/deploy <staging>",
            "summary": "<script>alert(1)</script>",
            "allowed": False,
            "needs": "write",
            "missing": ["Needs acme/<b>"],
            "environments": [],
            "arguments": (),
            "examples": ["/deploy staging"],
            "where": None,
            "source": None,
            "source_url": None,
        }
        return CatalogPage(
            login=account.login,
            repository="acme/shop",
            url="https://github.example/acme/shop",
            role="read",
            commands=[row],
            remarks=["The newer file is <broken>."],
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def show() -> Show:
    return Show()


@pytest.fixture
async def browser(serve: Open, desk: Desk, show: Show) -> Client:
    async def linking(request: web.Request) -> web.Response:
        return web.Response(text=f"linking {request.path}")

    pages = SignInPages(desk, https=False, linking={LOGIN: linking, GITHUB_CALLBACK: linking})  # type: ignore[arg-type]
    catalog = CatalogPages(show, pages)  # type: ignore[arg-type]
    return await serve(https=False, routes=[*pages.routes(), *catalog.routes()])


async def signs_in(browser: Client, where: str = PAGE) -> None:
    await browser.get(LOGIN, params={"next": where}, allow_redirects=False)
    answer = await browser.get(GITHUB_CALLBACK, params={"state": "s1", "code": "c"}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, where)


async def test_who_is_not_signed_in_signs_in_first(browser: Client) -> None:
    answer = await browser.get(PAGE, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/login/github?next={PAGE}")
    leaving = await browser.get(answer.headers["Location"], allow_redirects=False)
    assert leaving.headers["Location"] == "https://github.example/login"
    cookie = leaving.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


async def test_cookies_over_https_belong_to_this_host_alone(serve: Open, desk: Desk) -> None:
    pages = SignInPages(desk, https=True, linking={})  # type: ignore[arg-type]
    browser = await serve(https=True, routes=pages.routes())
    cookie = (await browser.get(LOGIN, allow_redirects=False)).headers["Set-Cookie"]
    assert cookie.startswith("__Host-signalbox-signin=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


async def test_the_page_escapes_what_a_configuration_says(browser: Client) -> None:
    await signs_in(browser)
    answer = await browser.get(PAGE)
    text = await answer.text()
    assert answer.status == 200
    assert "<script" not in text
    assert "Needs acme/&lt;b&gt;" in text
    assert "The newer file is &lt;broken&gt;." in text
    assert 'id="deploy"' in text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert answer.headers["Cache-Control"] == "no-store"


async def test_t22_what_is_not_to_be_seen_is_not_there(browser: Client) -> None:
    await signs_in(browser)
    assert (await browser.get("/repos/acme/secret/commands")).status == 404


async def test_while_github_is_away(browser: Client, show: Show, desk: Desk) -> None:
    await signs_in(browser)
    show.away = desk.away = True
    assert (await browser.get(PAGE)).status == 503
    await browser.get(LOGIN, params={"next": PAGE}, allow_redirects=False)
    answer = await browser.get(GITHUB_CALLBACK, params={"state": "s1", "code": "c"}, allow_redirects=False)
    assert answer.status == 503
    assert "GitHub did not answer." in await answer.text()


async def test_signing_out_takes_our_own_form(browser: Client, desk: Desk) -> None:
    await signs_in(browser)
    assert (await browser.post("/logout", data={"token": "guessed"}, allow_redirects=False)).status == 403
    assert (await browser.post("/logout", json={"token": ""}, allow_redirects=False)).status == 403
    assert desk.sessions == {"s3cret": ALICE}
    found = re.search(r'name="token" value="([0-9a-f]+)"', await (await browser.get(PAGE)).text())
    assert found
    answer = await browser.post("/logout", data={"token": found[1]}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert desk.sessions == {}
    assert (await browser.get(PAGE, allow_redirects=False)).status == 303


async def test_linking_has_the_same_addresses(browser: Client) -> None:
    assert await (await browser.get(LOGIN)).text() == f"linking {LOGIN}"
    await browser.get(LOGIN, params={"next": PAGE}, allow_redirects=False)
    answer = await browser.get(GITHUB_CALLBACK, params={"state": "another", "code": "c"}, allow_redirects=False)
    assert await answer.text() == f"linking {GITHUB_CALLBACK}"
