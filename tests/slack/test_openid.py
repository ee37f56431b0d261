"""Signing in with Slack (T5)."""

from __future__ import annotations

import json
import logging
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.errors import Refused, Unreachable, UpstreamError
from bot.slack.api import SlackApi
from bot.slack.openid import SlackOpenId
from tests.slack.fake import IDENTITY, FakeSlack
from tests.support.clock import START, FakeClock
from tests.support.make import CONNECTION

CLIENT = "1.2"
SECRET = "the-client-secret"
ACCESS = "xoxp-the-token-of-alice"
BACK = "https://bot.example/login/slack/callback"
NOW = START.timestamp()
WHO = {"https://slack.com/team_id": "T1", "https://slack.com/user_id": "U1"}
CLAIMS = {"iss": "https://slack.com", "sub": "U1", "aud": CLIENT, "exp": NOW + 300, "nonce": "n-1", **WHO}


@pytest.fixture
def sign_in(api: SlackApi, clock: FakeClock) -> SlackOpenId:
    return SlackOpenId(api, clock, CLIENT, SECRET)


def jwt(claims: object) -> str:
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    encoded = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*encoded, "c2lnbmF0dXJl"))


def answers(slack: FakeSlack, **changes: Any) -> None:
    slack.says("openid.connect.token", {"access_token": ACCESS, "id_token": jwt({**CLAIMS, **changes})})
    slack.says("openid.connect.userInfo", WHO)


async def who(sign_in: SlackOpenId, nonce: str = "n-1") -> tuple[str, str]:
    return await sign_in.who(code="c-1", nonce=nonce, redirect_uri=BACK)


async def test_the_browser_is_sent_to_slack(clock: FakeClock) -> None:
    api = SlackApi(connection=CONNECTION, api_url="https://slack.com/api/", token="xoxb-1-x", clock=clock)
    sign_in = SlackOpenId(api, clock, CLIENT, SECRET)
    address = urlsplit(sign_in.authorize_url(state="s&1", nonce="n-1", team="T1", redirect_uri=BACK))
    await api.aclose()
    assert (address.scheme, address.netloc, address.path) == ("https", "slack.com", "/openid/connect/authorize")
    assert parse_qs(address.query) == {
        "response_type": ["code"],
        "scope": ["openid"],
        "client_id": [CLIENT],
        "state": ["s&1"],
        "nonce": ["n-1"],
        "team": ["T1"],
        "redirect_uri": [BACK],
    }


def test_in_the_sandbox_it_is_sent_to_the_sandbox(sign_in: SlackOpenId, slack: FakeSlack) -> None:
    address = sign_in.authorize_url(state="s", nonce="n", team="T1", redirect_uri=BACK)
    assert address.startswith(slack.api_url.removesuffix("/api/") + "/openid/connect/authorize?")


async def test_who_signed_in_is_told_and_the_token_revoked(sign_in: SlackOpenId, slack: FakeSlack) -> None:
    answers(slack)
    assert await who(sign_in) == ("T1", "U1")
    assert [(call.method, call.token) for call in slack.calls[1:]] == [
        ("openid.connect.token", ""),
        ("openid.connect.userInfo", f"Bearer {ACCESS}"),
        ("auth.revoke", f"Bearer {ACCESS}"),
    ]
    assert slack.asked("openid.connect.token") == [
        {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "code": "c-1",
            "redirect_uri": BACK,
            "grant_type": "authorization_code",
        }
    ]


@pytest.mark.parametrize(
    ("told", "home"),
    [
        ({}, "E1"),
        ({"https://slack.com/team_id": "T9", "https://slack.com/enterprise_id": "E1"}, "E1"),
        ({"https://slack.com/team_id": "E1"}, "E1"),
        ({"https://slack.com/team_id": "T9"}, "T9"),
        ({"https://slack.com/team_id": "T9", "https://slack.com/enterprise_id": "E2"}, "E2"),
    ],
)
async def test_within_an_enterprise_the_enterprise_is_home(
    sign_in: SlackOpenId, slack: FakeSlack, told: dict[str, str], home: str
) -> None:
    slack.says("auth.test", {**IDENTITY, "enterprise_id": "E1"})
    answers(slack, **told)
    slack.says("openid.connect.userInfo", {**WHO, **told})
    assert await who(sign_in) == (home, "U1")


def test_only_a_workspace_can_be_offered_first(sign_in: SlackOpenId) -> None:
    address = sign_in.authorize_url(state="s", nonce="n", team="E1", redirect_uri=BACK)
    assert "team" not in parse_qs(urlsplit(address).query)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"nonce": "n-2"}, "another sign-in"),
        ({"nonce": ""}, "another sign-in"),
        ({"iss": "https://slack.com.example"}, "another app"),
        ({"aud": "9.9"}, "another app"),
        ({"exp": NOW - 61}, "too old"),
        ({"https://slack.com/user_id": "U2"}, "two different users"),
        ({"https://slack.com/team_id": "T2"}, "two different users"),
        ({"https://slack.com/user_id": None}, "can not be read"),
        ({"exp": "soon"}, "can not be read"),
    ],
)
async def test_t5_a_foreign_answer_is_refused_and_its_token_revoked(
    sign_in: SlackOpenId, slack: FakeSlack, changes: dict[str, Any], why: str
) -> None:
    answers(slack, **changes)
    with pytest.raises(Refused, match=why):
        await who(sign_in)
    assert slack.calls[-1].method == "auth.revoke"


async def test_t5_without_a_nonce_nobody_signs_in(sign_in: SlackOpenId, slack: FakeSlack) -> None:
    answers(slack, nonce="")
    with pytest.raises(Refused, match="another sign-in"):
        await who(sign_in, nonce="")


@pytest.mark.parametrize("id_token", ["", "a.b", "a.b.c", "a.b.c.d", "..", "a.é.c", jwt([]), jwt("x")])
async def test_an_id_token_that_is_none_is_refused(sign_in: SlackOpenId, slack: FakeSlack, id_token: str) -> None:
    slack.says("openid.connect.token", {"access_token": ACCESS, "id_token": id_token})
    with pytest.raises(Refused, match="can not be read"):
        await who(sign_in)


async def test_a_code_works_once(sign_in: SlackOpenId, slack: FakeSlack) -> None:
    slack.refuses("openid.connect.token", "code_already_used")
    with pytest.raises(Refused, match="code_already_used"):
        await who(sign_in)
    assert [call.method for call in slack.calls] == ["auth.test", "openid.connect.token"]


async def test_an_answer_without_a_token_is_no_answer(sign_in: SlackOpenId, slack: FakeSlack) -> None:
    with pytest.raises(Unreachable, match="shape"):
        await who(sign_in)


async def test_a_token_that_can_not_be_revoked_is_forgotten(
    sign_in: SlackOpenId, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers(slack)
    slack.refuses("auth.revoke", "not_allowed_token_type")
    assert await who(sign_in) == ("T1", "U1")
    assert "Could not revoke" in caplog.text
    assert ACCESS not in caplog.text


async def test_secrets_are_not_told(sign_in: SlackOpenId, slack: FakeSlack, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers(slack)
    slack.refuses("openid.connect.userInfo", "invalid_arguments", response_metadata={"messages": [ACCESS]})
    with pytest.raises(UpstreamError) as caught:
        await who(sign_in)
    told = f"{caught.value}{sign_in!r}{caplog.text}"
    assert ACCESS not in told
    assert SECRET not in told
