"""Signing in through an app: the page, codes, PKCE, tokens and their end."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest

from bot.sandbox.github import App, SandboxGitHub
from tests.sandbox.github.support import Client

CALLBACK = "https://ops.example.com/login/github/callback"
VERIFIER = "correct-horse-battery-staple-correct-horse-battery"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
JSON = {"Accept": "application/json"}


@pytest.fixture
def times() -> list[datetime]:
    return [datetime(2026, 11, 21, 12, tzinfo=UTC)]


@pytest.fixture
async def github(times: list[datetime]) -> AsyncIterator[SandboxGitHub]:
    github = SandboxGitHub(auth_clock=lambda: times[0], enterprise=True)
    github.register_app(callback_urls=(CALLBACK, f"{CALLBACK}?extra=1"))
    for login in ("alice", "bob"):
        github.person(login)
    async with github:
        yield github


@pytest.fixture
def app(github: SandboxGitHub) -> App:
    return github.app


def asked(app: App, **changes: str) -> dict[str, str]:
    base = {
        "client_id": app.client_id,
        "redirect_uri": CALLBACK,
        "state": 'st&te"',
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "prompt": "select_account",
        "allow_signup": "false",
    }
    return {name: value for name, value in (base | changes).items() if value}


async def page(client: Client, query: dict[str, str]) -> httpx.Response:
    return await client.http.get(f"{client.github.server_url}/login/oauth/authorize", params=query)


async def press(client: Client, query: dict[str, str], **button: str) -> httpx.Response:
    """As a browser does it: the hidden fields of the page, and the button that was pressed."""
    shown = (await page(client, query)).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', shown))
    fields = {unescape(name): unescape(value) for name, value in hidden.items()}
    return await client.http.post(f"{client.github.server_url}/login/oauth/authorize", data=fields | button)


async def code_for(client: Client, login: str = "alice", **changes: str) -> str:
    back = await press(client, asked(client.github.app, **changes), login=login)
    return parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]


async def exchange(client: Client, good: str, **changes: str) -> dict[str, Any]:
    app = client.github.app
    base = {"client_id": app.client_id, "client_secret": app.client_secret, "code": good, "code_verifier": VERIFIER}
    fields = {name: value for name, value in (base | changes).items() if value}
    url = f"{client.github.server_url}/login/oauth/access_token"
    told = await client.http.post(url, data=fields, headers=JSON)
    assert told.status_code == 200
    answer: dict[str, Any] = told.json()
    return answer


async def test_the_page_asks_who_it_is(app: App, client: Client) -> None:
    shown = await page(client, asked(app))
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert re.findall(r"<button[^>]*>([^<]*)</button>", shown.text) == [
        "Continue as alice",
        "Continue as bob",
        "Cancel",
    ]
    assert "<script" not in shown.text


async def test_whoever_goes_on_comes_back_with_a_code_and_the_state(app: App, client: Client) -> None:
    back = await press(client, asked(app), login="alice")
    assert back.status_code == 302
    address, _, query = back.headers["Location"].partition("?")
    assert address == CALLBACK
    assert dict(parse_qsl(query)).keys() == {"code", "state"}
    assert dict(parse_qsl(query))["state"] == 'st&te"'


async def test_whoever_cancels_comes_back_with_an_error(app: App, client: Client) -> None:
    back = await press(client, asked(app, redirect_uri=f"{CALLBACK}?extra=1"), cancel="1")
    told = dict(parse_qsl(urlsplit(back.headers["Location"]).query))
    assert (told["extra"], told["error"], told["state"]) == ("1", "access_denied", 'st&te"')


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_id": "Iv23linobody"}, 404),
        ({"redirect_uri": f"{CALLBACK}/below"}, 400),
        ({"redirect_uri": f"{CALLBACK}?extra=2"}, 400),
        ({"redirect_uri": "https://evil.example.com/"}, 400),
        ({"code_challenge_method": "plain"}, 400),
        ({"code_challenge_method": ""}, 400),
        ({"code_challenge": ""}, 400),
        ({"code_challenge": "short"}, 400),
    ],
)
async def test_a_wrong_address_is_never_gone_to(app: App, client: Client, changes: dict[str, str], status: int) -> None:
    query = asked(app, **changes)
    assert (await page(client, query)).status_code == status
    pressed = await client.http.post(
        f"{client.github.server_url}/login/oauth/authorize", data=query | {"login": "alice"}
    )
    assert pressed.status_code == status
    assert "Location" not in pressed.headers


async def test_nobody_signs_in_as_a_bot_or_a_stranger(app: App, client: Client) -> None:
    for login in ("signalbox[bot]", "ghost"):
        assert (await press(client, asked(app), login=login)).status_code == 404


async def test_a_code_becomes_a_token_that_says_who_it_is(client: Client) -> None:
    told = await exchange(client, await code_for(client))
    assert told.keys() == {"access_token", "token_type", "scope"}
    assert told["access_token"].startswith("ghu_")
    assert (await client.bearing(told["access_token"]).get("/user"))["login"] == "alice"


async def test_an_exchange_speaks_json_or_forms(app: App, client: Client) -> None:
    url = f"{client.github.server_url}/login/oauth/access_token"
    fields = {"client_id": app.client_id, "client_secret": app.client_secret, "code_verifier": VERIFIER}
    told = await client.http.post(url, json=fields | {"code": await code_for(client)})
    assert told.headers["Content-Type"] == "application/x-www-form-urlencoded; charset=utf-8"
    assert dict(parse_qsl(told.text))["token_type"] == "bearer"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "wrong"}, "bad_verification_code"),
        ({"code": ""}, "bad_verification_code"),
        ({"code_verifier": "x" * 43}, "bad_verification_code"),
        ({"code_verifier": ""}, "bad_verification_code"),
        ({"client_secret": "wrong"}, "incorrect_client_credentials"),
        ({"client_secret": ""}, "incorrect_client_credentials"),
        ({"client_id": "wrong"}, "incorrect_client_credentials"),
        ({"redirect_uri": f"{CALLBACK}?extra=1"}, "redirect_uri_mismatch"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_an_exchange_says_what_is_wrong(client: Client, changes: dict[str, str], error: str) -> None:
    told = await exchange(client, await code_for(client), **changes)
    assert told["error"] == error
    assert told.keys() == {"error", "error_description", "error_uri"}


async def test_a_code_works_once(client: Client) -> None:
    code = await code_for(client)
    assert "access_token" in await exchange(client, code, redirect_uri=CALLBACK)
    assert (await exchange(client, code))["error"] == "bad_verification_code"


async def test_a_code_is_gone_after_a_wrong_verifier(client: Client) -> None:
    code = await code_for(client)
    await exchange(client, code, code_verifier="x" * 43)
    assert (await exchange(client, code))["error"] == "bad_verification_code"


async def test_a_code_works_for_ten_minutes(client: Client, times: list[datetime]) -> None:
    soon, late = await code_for(client), await code_for(client)
    times[0] += timedelta(minutes=10, seconds=-1)
    assert "access_token" in await exchange(client, soon)
    times[0] += timedelta(seconds=1)
    assert (await exchange(client, late))["error"] == "bad_verification_code"


async def test_a_code_is_for_its_app_only(github: SandboxGitHub, client: Client) -> None:
    other = github.register_app(slug="other")
    told = await exchange(client, await code_for(client), client_id=other.client_id, client_secret=other.client_secret)
    assert told["error"] == "bad_verification_code"


async def test_pkce_is_optional_but_a_verifier_alone_proves_nothing(client: Client) -> None:
    without = {"code_challenge": "", "code_challenge_method": ""}
    assert "access_token" in await exchange(client, await code_for(client, **without), code_verifier="")
    assert "error" in await exchange(client, await code_for(client, **without))


async def test_an_app_ends_its_peoples_tokens(app: App, client: Client) -> None:
    token = (await exchange(client, await code_for(client)))["access_token"]
    path, wish = f"/applications/{app.client_id}/token", {"access_token": token}
    basic = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    as_client = {"Authorization": f"Basic {basic}"}
    for wrong in (
        None,
        {"Authorization": f"Bearer {token}"},
        {"Authorization": "Basic bm86bm8="},
        {"Authorization": "Basic ?"},
    ):
        assert (await client.send("DELETE", path, wish, headers=wrong)).status_code == 401
    assert (await client.send("DELETE", "/applications/other/token", wish, headers=as_client)).status_code == 404
    assert (await client.send("DELETE", path, {"token": token}, headers=as_client)).status_code == 422
    assert (await client.bearing(token).get("/user"))["login"] == "alice"
    assert (await client.send("DELETE", path, wish, headers=as_client)).status_code == 204
    assert (await client.bearing(token).send("GET", "/user")).status_code == 401
    assert (await client.send("DELETE", path, wish, headers=as_client)).status_code == 404


async def test_another_apps_token_stays(github: SandboxGitHub, app: App, client: Client) -> None:
    basic = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    path = f"/applications/{app.client_id}/token"
    for via in (None, github.register_app(slug="other")):
        token = github.token_of("alice", via=via)
        told = await client.send("DELETE", path, {"access_token": token}, headers={"Authorization": f"Basic {basic}"})
        assert told.status_code == 404
        assert (await client.bearing(token).get("/user"))["login"] == "alice"


async def test_the_journal_keeps_no_secret(app: App, client: Client) -> None:
    code = await code_for(client)
    token = (await exchange(client, code))["access_token"]
    told = "".join(
        f"{each.request_body} {each.response_body} {each.response_headers} {each.query}"
        for each in client.github.journal
    )
    assert not any(secret in told for secret in (code, token, VERIFIER, app.client_secret))
