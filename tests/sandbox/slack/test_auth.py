"""Tokens, scopes and arguments: who may call what, and how a call has to look."""

from typing import Any

import pytest

from bot.sandbox.slack import SandboxSlack
from tests.sandbox.slack.support import Client, Listener


async def test_the_bot_is_told_who_it_is(slack: SandboxSlack, client: Client) -> None:
    assert await client.call("auth.test") == {
        "ok": True,
        "url": "https://acme.slack.com/",
        "team": "acme",
        "user": "signalbox",
        "team_id": slack.home.id,
        "user_id": slack.bot.id,
        "bot_id": slack.bot.bot_id,
        "is_enterprise_install": False,
    }


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "not_authed"),
        ({"Authorization": "Bearer xoxb-wrong"}, "invalid_auth"),
        ({"Authorization": "Basic x"}, "not_authed"),
    ],
)
async def test_nobody_and_a_wrong_token(client: Client, headers: dict[str, str], error: str) -> None:
    status, body, _ = await client.raw("auth.test", headers=headers)
    assert (status, body) == (200, {"ok": False, "error": error})


async def test_a_token_may_stand_in_a_form_but_not_in_json(slack: SandboxSlack, client: Client) -> None:
    token = slack.app.bot_token
    assert (await client.raw("auth.test", data={"token": token}))[1]["ok"]
    assert (await client.raw("auth.test", json={"token": token}))[1]["error"] == "not_authed"


async def test_arguments_come_in_the_query_a_form_or_json(slack: SandboxSlack, client: Client) -> None:
    headers = {"Authorization": f"Bearer {slack.app.bot_token}"}
    asked = {"user": slack.person("alice").id}
    for more in ({"params": asked}, {"data": asked}, {"json": asked}):
        _, body, _ = await client.raw("users.info", headers=headers, **more)
        assert body["user"]["name"] == "alice"


async def test_a_missing_scope_is_named(slack: SandboxSlack, client: Client) -> None:
    slack.app.installation.token.scopes = ("commands", "users:read")
    answer = await client.call("chat.postMessage", channel=slack.channel("#deploys").id, text="hello")
    assert answer == {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "commands,users:read"}


async def test_scopes_follow_the_kind_of_channel(slack: SandboxSlack, client: Client) -> None:
    secret = slack.channel("#ops-only", private=True)
    slack.app.installation.token.scopes = ("channels:read",)
    assert (await client.call("conversations.info", channel=slack.channel("#deploys").id))["ok"]
    answer = await client.call("conversations.info", channel=secret.id)
    assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:read")


async def test_an_app_token_opens_sockets_and_nothing_else(slack: SandboxSlack, client: Client) -> None:
    assert (await client.call("auth.test", token=slack.app.app_token))["error"] == "not_allowed_token_type"
    assert (await client.call("apps.connections.open"))["error"] == "not_allowed_token_type"


async def test_revoked_and_uninstalled_tokens_say_so(slack: SandboxSlack, client: Client) -> None:
    await slack.revokes()
    assert (await client.call("auth.test"))["error"] == "token_revoked"
    await slack.uninstalls()
    assert (await client.call("auth.test"))["error"] == "account_inactive"
    slack.install(slack.app, slack.home)
    assert (await client.call("auth.test", token=slack.app.installations[-1].token.text))["ok"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"channel": "C1", "text": "x", "colour": "red"}, "unknown argument: colour [json-pointer:/colour]"),
        ({"text": "x"}, "missing required field: channel [json-pointer:]"),
        ({"channel": 7, "text": "x"}, "must be a string [json-pointer:/channel]"),
    ],
)
async def test_wrong_arguments_are_named(client: Client, arguments: dict[str, Any], words: str) -> None:
    answer = await client.call("chat.postMessage", **arguments)
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"] == {"messages": [f"[ERROR] {words}"]}


async def test_a_token_ends_itself(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    assert await client.call("auth.revoke", test=True) == {"ok": True, "revoked": False}
    assert await client.call("auth.revoke") == {"ok": True, "revoked": True}
    assert (await client.call("auth.test"))["error"] == "token_revoked"
    await slack.settled()
    assert listener.heard[0].payload["event"]["tokens"] == {"oauth": [], "bot": [slack.bot.id]}


async def test_a_token_is_for_one_workspace(slack: SandboxSlack, client: Client) -> None:
    assert (await client.call("auth.test", team_id=slack.home.id))["ok"]
    other = slack.workspace("partner")
    assert (await client.call("auth.test", team_id=other.id))["error"] == "team_access_not_granted"


async def test_unknown_methods_and_broken_json(slack: SandboxSlack, client: Client) -> None:
    assert (await client.call("chat.shout"))["error"] == "unknown_method"
    headers = {"Authorization": f"Bearer {slack.app.bot_token}", "Content-Type": "application/json"}
    assert (await client.raw("auth.test", data=b"{", headers=headers))[1]["error"] == "invalid_json"
    assert (await client.raw("auth.test", data=b"[]", headers=headers))[1]["error"] == "json_not_object"


async def test_the_journal_keeps_no_secrets(slack: SandboxSlack, client: Client) -> None:
    await client.call("auth.test")
    await client.raw("auth.test", data={"token": slack.app.bot_token})
    assert [str(each) for each in slack.journal] == ["auth.test -> 200 ok", "auth.test -> 200 ok"]
    assert slack.app.bot_token not in repr(slack.journal)
