"""Signing in with GitHub: where the browser goes, who it was, and what becomes of the token."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import traceback
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
import respx

from bot.errors import RateLimited, Refused, Unreachable, UpstreamError
from bot.github.oauth import OAuth
from bot.github.wire import API_VERSION
from bot.model.people import GitHubAccount
from tests.github.conftest import API
from tests.support.clock import FakeClock
from tests.support.make import CONNECTION

SERVER = "https://github.com"
CLIENT, SECRET = "Iv23liABCDEF", "the-client-secret-of-the-tests"
CODE, VERIFIER, TOKEN = "c0de-that-works-once", "v" * 43, "ghu_the-token-of-alice"
CALLBACK = "https://ops.example.com/login/github/callback"
EXCHANGE = f"{SERVER}/login/oauth/access_token"
REVOKE = f"{API}/applications/{CLIENT}/token"
GIVEN = {"access_token": TOKEN, "token_type": "bearer", "scope": ""}
ALICE = {"id": 1001, "login": "alice", "type": "User"}


@pytest.fixture
def calls() -> list[tuple[str, str, int | None]]:
    return []


@pytest.fixture
def oauth(clock: FakeClock, calls: list[tuple[str, str, int | None]]) -> OAuth:
    return OAuth(
        connection=CONNECTION,
        api_url=API,
        server_url=f"{SERVER}/",
        client_id=CLIENT,
        client_secret=SECRET,
        clock=clock,
        user_agent="signalbox/test",
        on_call=lambda method, route, status, _: calls.append((method, route, status)),
        timeout_seconds=5,
    )


def signs_in(github: respx.MockRouter) -> None:
    """GitHub takes the code, knows alice and revokes tokens."""
    github.post(EXCHANGE, name="exchange").respond(200, json=GIVEN)
    github.get("/user", name="user").respond(200, json=ALICE)
    github.delete(REVOKE, name="revoke").respond(204)


async def who(oauth: OAuth) -> GitHubAccount:
    return await oauth.who(code=CODE, verifier=VERIFIER, redirect_uri=CALLBACK)


def test_the_browser_is_sent_to_choose_an_account(oauth: OAuth) -> None:
    url = oauth.authorize_url(state="s&t=1", challenge="E9Mel-_", redirect_uri=CALLBACK)
    assert url.startswith(f"{SERVER}/login/oauth/authorize?")
    assert dict(parse_qsl(urlsplit(url).query)) == {
        "client_id": CLIENT,
        "redirect_uri": CALLBACK,
        "state": "s&t=1",
        "code_challenge": "E9Mel-_",
        "code_challenge_method": "S256",
        "prompt": "select_account",
        "allow_signup": "false",
    }
    assert SECRET not in url + repr(oauth)


async def test_who_signed_in_is_known_and_the_token_is_revoked(
    oauth: OAuth, github: respx.MockRouter, calls: list[tuple[str, str, int | None]]
) -> None:
    signs_in(github)
    assert await who(oauth) == GitHubAccount(connection=CONNECTION, id=1001, login="alice")
    exchange, user, revoke = (call.request for call in github.calls)
    assert parse_qs(exchange.content.decode()) == {
        "client_id": [CLIENT],
        "client_secret": [SECRET],
        "code": [CODE],
        "code_verifier": [VERIFIER],
        "redirect_uri": [CALLBACK],
    }
    assert exchange.headers["accept"] == "application/json"
    assert user.headers["authorization"] == f"Bearer {TOKEN}"
    assert user.headers["x-github-api-version"] == revoke.headers["x-github-api-version"] == API_VERSION
    basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
    assert revoke.headers["authorization"] == f"Basic {basic}"
    assert json.loads(revoke.content) == {"access_token": TOKEN}
    assert {call.request.headers["user-agent"] for call in github.calls} == {"signalbox/test"}
    assert calls == [
        ("POST", "/login/oauth/access_token", 200),
        ("GET", "/user", 200),
        ("DELETE", "/applications/{client_id}/token", 204),
    ]


async def test_no_cookie_goes_from_one_sign_in_to_the_next(oauth: OAuth, github: respx.MockRouter) -> None:
    signs_in(github)
    github["exchange"].respond(200, json=GIVEN, headers={"set-cookie": "_gh_sess=alice; Path=/"})
    await who(oauth)
    await who(oauth)
    assert "cookie" not in github["exchange"].calls.last.request.headers


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("bad_verification_code", "used or is too old"),
        ("incorrect_client_credentials", "client id and secret"),
        ("redirect_uri_mismatch", "callback address"),
        ("unverified_user_email", "verify your e-mail"),
        ("something_new", "refused this sign-in"),
    ],
)
async def test_a_code_that_github_does_not_take_is_refused_in_a_sentence(
    oauth: OAuth, github: respx.MockRouter, error: str, sentence: str
) -> None:
    signs_in(github)
    github["exchange"].respond(200, json={"error": error, "error_description": "The code is <b>bad</b>."})
    with pytest.raises(Refused, match=sentence):
        await who(oauth)
    assert [call.request.method for call in github.calls] == ["POST"]


@pytest.mark.parametrize(
    "answer",
    [
        {"json": {}},
        {"json": {"access_token": "", "token_type": "bearer"}},
        {"json": {"access_token": TOKEN, "token_type": "mac"}},
        {"json": {"access_token": 7}},
        {"json": [TOKEN]},
        {"html": f"<p>{TOKEN}</p>"},
    ],
)
async def test_an_answer_that_is_not_githubs_is_unreachable_and_not_told(
    oauth: OAuth, github: respx.MockRouter, answer: dict[str, Any]
) -> None:
    signs_in(github)
    github["exchange"].respond(200, **answer)
    with pytest.raises(Unreachable) as unreachable:
        await who(oauth)
    assert TOKEN not in "".join(traceback.format_exception(unreachable.value))


@pytest.mark.parametrize("name", ["exchange", "user"])
@pytest.mark.parametrize(
    ("status", "kind"), [(401, Refused), (403, Refused), (429, RateLimited), (500, Unreachable), (302, Refused)]
)
async def test_no_account_without_an_answer(
    oauth: OAuth, github: respx.MockRouter, name: str, status: int, kind: type[Exception]
) -> None:
    signs_in(github)
    github[name].respond(status, headers={"location": "https://evil.example.com/"})
    with pytest.raises(kind):
        await who(oauth)
    assert github["revoke"].called is (name == "user")


@pytest.mark.parametrize("user", [{"id": 1, "login": "x[bot]", "type": "Bot"}, {"id": 1, "login": "x"}])
async def test_only_people_sign_in(oauth: OAuth, github: respx.MockRouter, user: dict[str, Any]) -> None:
    signs_in(github)
    github["user"].respond(200, json=user)
    with pytest.raises(Refused, match="Only people"):
        await who(oauth)
    assert github["revoke"].called


@pytest.mark.parametrize("status", [404, 422, 500])
async def test_a_token_that_can_not_be_revoked_is_worth_a_line(
    oauth: OAuth, github: respx.MockRouter, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    signs_in(github)
    github["revoke"].respond(status, json={"message": f"no {TOKEN} and no {SECRET}"})
    with caplog.at_level(logging.DEBUG, "bot"):
        assert (await who(oauth)).login == "alice"
    assert [record.__dict__.get("action") for record in caplog.records if record.name.startswith("bot")] == [
        "token_not_revoked"
    ]
    assert TOKEN not in caplog.text
    assert SECRET not in caplog.text


async def test_an_exchange_without_an_answer_shows_no_secret(oauth: OAuth, github: respx.MockRouter) -> None:
    signs_in(github)
    github["exchange"].mock(side_effect=httpx.ReadError(f"while sending {SECRET}"))
    with pytest.raises(Unreachable) as unreachable:
        await who(oauth)
    assert SECRET not in "".join(traceback.format_exception(unreachable.value))


async def test_a_refusal_shows_no_secret(oauth: OAuth, github: respx.MockRouter) -> None:
    signs_in(github)
    github["exchange"].respond(400, json={"message": f"{SECRET} {CODE} {VERIFIER}"})
    with pytest.raises(UpstreamError) as refused:
        await who(oauth)
    assert not any(secret in str(refused.value) for secret in (SECRET, CODE, VERIFIER))


async def test_an_exchange_has_a_deadline(clock: FakeClock, github: respx.MockRouter) -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    github.post(EXCHANGE).mock(side_effect=never)
    hasty = OAuth(
        connection=CONNECTION,
        api_url=API,
        server_url=SERVER,
        client_id=CLIENT,
        client_secret=SECRET,
        clock=clock,
        user_agent="signalbox/test",
        timeout_seconds=0.01,
    )
    with pytest.raises(Unreachable, match="within"):
        await who(hasty)
