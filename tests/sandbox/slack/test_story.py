"""One story from a typed command to a message that changes, as people see it."""

import hmac

from bot.sandbox.slack import SandboxSlack
from tests.sandbox.slack.support import Client, Listener

BUTTON = {"type": "button", "action_id": "cancel", "value": "K7QX2M", "text": {"type": "plain_text", "text": "Cancel"}}
BLOCKS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Running*"}},
    {"type": "actions", "elements": [BUTTON]},
]


async def test_a_command_a_message_and_a_button(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    delivery = await slack.command("alice", "#deploys", "/ops run deploy.yml for @bob & #random")
    assert delivery is not None
    assert delivery.succeeded
    form = listener.heard[0].form
    bob, random = slack.person("bob"), slack.channel("#random")
    assert form["text"] == f"run deploy.yml for <@{bob.id}|bob> &amp; <#{random.id}|random>"

    posted = await client.call("chat.postMessage", channel=form["channel_id"], text="Running", blocks=BLOCKS)
    assert posted["ok"]
    [message] = slack.seen_by("bob", "#deploys")
    assert (message.author, message.text, message.blocks) == ("signalbox", "Running", tuple(BLOCKS))

    await slack.presses("bob", message, "cancel")
    pressed = listener.heard[1].payload
    assert pressed["actions"][0]["value"] == "K7QX2M"
    assert pressed["user"]["id"] == bob.id

    await client.call("chat.update", channel=form["channel_id"], ts=posted["ts"], text="Cancelled")
    [message] = slack.seen_by("bob", "#deploys")
    assert (message.text, message.blocks, message.edited) == ("Cancelled", (), 1)

    assert await client.hook(form["response_url"], text="Only for you") == (200, "ok")
    assert [each.text for each in slack.seen_by("alice", "#deploys")] == ["Cancelled", "Only for you"]
    assert [each.text for each in slack.seen_by("bob", "#deploys")] == ["Cancelled"]


async def test_what_it_sends_is_signed_over_the_raw_body(slack: SandboxSlack, listener: Listener) -> None:
    await slack.command("alice", "#deploys", "/ops help")
    await slack.mentions("alice", "#deploys", "@signalbox status")
    for heard in listener.heard:
        moment = heard.headers["X-Slack-Request-Timestamp"]
        wanted = hmac.new(b"hush", b"v0:" + moment.encode() + b":" + heard.body, "sha256").hexdigest()
        assert heard.headers["X-Slack-Signature"] == f"v0={wanted}"
        assert int(moment) == int(slack.world.clock().timestamp())
    assert listener.heard[1].payload["event"]["text"] == f"<@{slack.bot.id}> status"
