"""Slash commands: who may type them where, what the app is sent, and what the person reads when it fails."""

import asyncio

import pytest

from bot.sandbox.slack import Impossible, SandboxSlack
from tests.sandbox.slack.support import Client, Listener


def told(slack: SandboxSlack, who: str = "alice", channel: str = "#deploys") -> list[tuple[str, str]]:
    return [(each.author, each.text) for each in slack.seen_by(who, channel)]


async def test_the_form_says_who_where_and_what(slack: SandboxSlack, listener: Listener) -> None:
    await slack.command("alice", "#deploys", "/ops run deploy.yml")
    form = listener.heard[0].form
    assert listener.heard[0].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert (form["command"], form["text"], form["channel_name"]) == ("/ops", "run deploy.yml", "deploys")
    assert (form["user_id"], form["user_name"]) == (slack.person("alice").id, "alice")
    assert (form["team_id"], form["team_domain"]) == (slack.home.id, "acme")
    assert (form["api_app_id"], form["is_enterprise_install"]) == ("A0SIGNAL", "false")
    assert "enterprise_id" not in form


async def test_the_names_of_private_places_are_not_told(slack: SandboxSlack, listener: Listener) -> None:
    await slack.command("bob", "#secret", "/ops help")
    await slack.command("alice", slack.dm("alice"), "/ops help")
    assert [each.form["channel_name"] for each in listener.heard] == ["privategroup", "directmessage"]


async def test_words_are_escaped_only_with_should_escape(slack: SandboxSlack, listener: Listener) -> None:
    await slack.command("alice", "#deploys", "/ops note <b> & @bob, @nobody me@bob.example")
    slack.app.should_escape = False
    await slack.command("alice", "#deploys", "/ops note <b> & @bob")
    bob = slack.person("bob").id
    assert listener.heard[0].form["text"] == f"note &lt;b&gt; &amp; <@{bob}|bob>, @nobody me@bob.example"
    assert listener.heard[1].form["text"] == "note <b> & @bob"


async def test_what_slack_itself_refuses_reaches_no_app(slack: SandboxSlack, listener: Listener) -> None:
    other = slack.workspace("partner")
    slack.person("zoe", workspace=other)
    slack.channel("#deploys", shared_with=[other])
    assert await slack.command("zoe", "#deploys", "/ops help") is None
    assert told(slack, "zoe") == [("Slackbot", "/ops is not a valid command.")]
    assert await slack.command("alice", "#deploys", "/ops help", thread="1.000001") is None
    assert await slack.command("alice", "#deploys", "/other") is None
    assert told(slack) == [
        ("Slackbot", "/ops is not supported in threads. Sorry!"),
        ("Slackbot", "/other is not a valid command."),
    ]
    assert listener.heard == []


async def test_nobody_types_where_they_can_not_be(slack: SandboxSlack) -> None:
    slack.person("guest", guest=True)
    slack.person("gone", deactivated=True)
    for who, where in (("alice", "#secret"), ("guest", "#deploys"), ("gone", "#deploys")):
        with pytest.raises(Impossible):
            await slack.command(who, where, "/ops help")


async def test_a_guest_types_where_they_were_invited(slack: SandboxSlack, listener: Listener) -> None:
    slack.channel("#deploys", members=[slack.person("guest", guest=True)])
    await slack.command("guest", "#deploys", "/ops help")
    assert listener.heard[0].form["user_name"] == "guest"


@pytest.mark.parametrize(
    ("body", "text", "private"),
    [
        ("", None, True),
        ("plain words", "plain words", True),
        ({"text": "only you"}, "only you", True),
        ({"text": "all of you", "response_type": "in_channel"}, "all of you", False),
    ],
)
async def test_the_ack_may_answer(
    slack: SandboxSlack, listener: Listener, body: object, text: str | None, private: bool
) -> None:
    listener.body = body
    await slack.command("alice", "#deploys", "/ops help")
    expected = [] if text is None else [("signalbox", text)]
    assert told(slack) == expected
    assert told(slack, "bob") == ([] if private else expected)


@pytest.mark.parametrize("status", [202, 302, 401, 500])
async def test_anything_but_200_is_a_failed_dispatch(slack: SandboxSlack, listener: Listener, status: int) -> None:
    listener.status = status
    delivery = await slack.command("alice", "#deploys", "/ops help")
    assert delivery is not None
    assert (delivery.status, delivery.failure) == (status, "dispatch_failed")
    assert told(slack) == [("Slackbot", '/ops failed with the error "dispatch_failed"')]
    assert len(listener.heard) == 1  # commands are not sent again


async def test_an_ack_with_wrong_blocks_is_a_failed_dispatch(slack: SandboxSlack, listener: Listener) -> None:
    listener.body = {"text": "x", "blocks": [{"type": "poem"}]}
    await slack.command("alice", "#deploys", "/ops help")
    assert told(slack) == [("Slackbot", '/ops failed with the error "dispatch_failed"')]


async def test_three_seconds_and_the_person_reads_it(slack: SandboxSlack, listener: Listener) -> None:
    assert slack.outbox.patience == 3
    slack.outbox.patience = 0.02
    answered = asyncio.Event()

    async def never() -> None:
        await answered.wait()

    listener.before = never
    delivery = await slack.command("alice", "#deploys", "/ops help")
    answered.set()
    assert delivery is not None
    assert delivery.failure == "operation_timeout"
    assert told(slack) == [("Slackbot", '/ops failed with the error "operation_timeout"')]


async def test_nobody_listens(slack: SandboxSlack) -> None:
    slack.app.request_url = "http://127.0.0.1:9/nobody"
    delivery = await slack.command("alice", "#deploys", "/ops help")
    assert delivery is not None
    assert delivery.failure == "dispatch_failed"


async def test_an_organisation_is_named(slack: SandboxSlack, listener: Listener) -> None:
    other = slack.workspace("partner", enterprise="Partner Org")
    slack.install(slack.app, other)
    place = slack.channel("#partners", workspace=other, members=[slack.person("zoe", workspace=other)])
    await slack.command("zoe", place, "/ops help")
    form = listener.heard[0].form
    assert (form["team_id"], form["enterprise_name"]) == (other.id, "Partner Org")
    assert form["enterprise_id"] == other.enterprise_id


async def test_without_the_scope_there_is_no_command(slack: SandboxSlack, client: Client) -> None:
    slack.app.installation.token.scopes = ("chat:write",)
    assert await slack.command("alice", "#deploys", "/ops help") is None
