"""Sign-in pages and codes: OAuth and OpenID, as a browser and a client see them."""

import re
from base64 import b64encode
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest

from bot.sandbox.slack import Impossible, SandboxSlack
from tests.sandbox.slack.support import Client
from tests.support.clock import FakeClock

BACK = "http://127.0.0.1:3000/login/slack/callback"


@pytest.fixture(autouse=True)
def registered(slack: SandboxSlack) -> None:
    slack.app.redirect_urls = [BACK]


def page(slack: SandboxSlack, path: str = "/openid/connect/authorize", **more: str) -> str:
    query = {"client_id": slack.app.client_id, "redirect_uri": BACK, "state": "s1"}
    if path.startswith("/openid"):
        query |= {"response_type": "code", "scope": "openid profile email", "nonce": "n1"}
    return f"{slack.server_url}{path}?{urlencode(query | more)}"


def back(location: str) -> dict[str, str]:
    assert location.startswith(BACK)
    return dict(parse_qsl(urlsplit(location).query))


async def exchange(slack: SandboxSlack, client: Client, code: str, **more: str) -> dict[str, object]:
    form = {"client_id": slack.app.client_id, "client_secret": "client-hush", "code": code, "redirect_uri": BACK}
    return (await client.raw("openid.connect.token", data=form | more))[1]


async def test_a_browser_goes_there_and_comes_back(slack: SandboxSlack, client: Client) -> None:
    async with client.http.get(page(slack)) as answer:
        html = await answer.text()
    alice = slack.person("alice")
    assert f'<button name="person" value="{alice.id}">Continue as alice (acme)</button>' in html
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html)
    form = {unescape(name): unescape(value) for name, value in hidden} | {"person": alice.id}
    address = f"{slack.server_url}/openid/connect/authorize"
    async with client.http.post(address, data=form, allow_redirects=False) as answer:
        assert answer.status == 302
        assert back(answer.headers["Location"]).keys() == {"code", "state"}
    async with client.http.post(address, data=form | {"person": ""}, allow_redirects=False) as answer:
        assert back(answer.headers["Location"]) == {"error": "access_denied", "state": "s1"}


async def test_a_page_escapes_what_it_repeats(slack: SandboxSlack, client: Client) -> None:
    async with client.http.get(page(slack, state='"><script>')) as answer:
        assert "<script>" not in await answer.text()


async def test_the_id_token_is_signed_and_says_who_and_for_whom(slack: SandboxSlack, client: Client) -> None:
    code = back(slack.agrees("alice", page(slack)))["code"]
    told = await exchange(slack, client, code)
    async with client.http.get(f"{slack.server_url}/openid/connect/keys") as answer:
        [key] = (await answer.json())["keys"]
    public = jwt.PyJWK(key)
    claims = jwt.decode(
        str(told["id_token"]), public, ["RS256"], audience=slack.app.client_id, issuer="https://slack.com"
    )
    alice = slack.person("alice")
    assert (claims["sub"], claims["nonce"]) == (alice.id, "n1")
    assert (claims["https://slack.com/user_id"], claims["https://slack.com/team_id"]) == (alice.id, slack.home.id)
    who = await client.call("openid.connect.userInfo", token=str(told["access_token"]))
    assert (who["https://slack.com/user_id"], who["email"]) == (alice.id, "alice@acme.example")
    assert (await client.call("openid.connect.userInfo"))["error"] == "not_allowed_token_type"


async def test_only_what_was_asked_for_is_told(slack: SandboxSlack, client: Client) -> None:
    told = await exchange(slack, client, back(slack.agrees("alice", page(slack, scope="openid")))["code"])
    who = await client.call("openid.connect.userInfo", token=str(told["access_token"]))
    assert not {"email", "name", "picture"} & who.keys()


async def test_a_code_is_good_once(slack: SandboxSlack, client: Client) -> None:
    code = back(slack.agrees("alice", page(slack)))["code"]
    assert (await exchange(slack, client, code, redirect_uri=f"{BACK}/x"))["error"] == "bad_redirect_uri"
    assert (await exchange(slack, client, code, client_secret="wrong"))["error"] == "bad_client_secret"
    assert (await exchange(slack, client, code, client_id="wrong"))["error"] == "invalid_client_id"
    assert (await exchange(slack, client, code))["ok"]
    assert (await exchange(slack, client, code))["error"] == "code_already_used"
    assert (await exchange(slack, client, "1.guessed"))["error"] == "invalid_code"


async def test_a_code_lives_for_ten_minutes(slack: SandboxSlack, client: Client, clock: FakeClock) -> None:
    code = back(slack.agrees("alice", page(slack)))["code"]
    clock.advance(601)
    assert (await exchange(slack, client, code))["error"] == "invalid_code"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"client_id": "wrong"}, "invalid_client_id"),
        ({"redirect_uri": f"{BACK}/deeper"}, "bad_redirect_uri"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"response_type": "token"}, "invalid_response_type"),
        ({"colour": "red"}, "unknown parameter: colour"),
    ],
)
async def test_a_wrong_address_is_refused(
    slack: SandboxSlack, client: Client, more: dict[str, str], words: str
) -> None:
    async with client.http.get(page(slack, **more)) as answer:
        assert words in await answer.text()
    with pytest.raises(Impossible, match=words):
        slack.agrees("alice", page(slack, **more))


async def test_nobody_signs_in_who_is_gone_or_no_human(slack: SandboxSlack) -> None:
    slack.person("gone", deactivated=True)
    for who in ("gone", slack.bot):
        with pytest.raises(Impossible):
            slack.agrees(who, page(slack))


async def test_an_installation_brings_a_token_for_the_workspace(slack: SandboxSlack, client: Client) -> None:
    other = slack.workspace("partner", enterprise="Partner Org")
    zoe = slack.person("zoe", workspace=other)
    url = page(slack, "/oauth/v2/authorize", scope="commands,chat:write", team=other.id)
    with pytest.raises(Impossible):
        slack.agrees("alice", url)
    code = back(slack.agrees(zoe, url))["code"]
    form = {"code": code, "redirect_uri": BACK}
    basic = {"Authorization": "Basic " + b64encode(f"{slack.app.client_id}:client-hush".encode()).decode()}
    _, told, _ = await client.raw("oauth.v2.access", data=form, headers=basic)
    assert (told["team"], told["token_type"]) == ({"id": other.id, "name": "partner"}, "bot")
    assert (told["scope"], told["authed_user"]["id"]) == ("commands,chat:write", zoe.id)
    who = await client.call("auth.test", token=told["access_token"])
    assert (who["team_id"], who["user_id"]) == (other.id, told["bot_user_id"])
    with pytest.raises(Impossible, match="invalid_scope"):
        slack.agrees(zoe, page(slack, "/oauth/v2/authorize", scope="admin"))
