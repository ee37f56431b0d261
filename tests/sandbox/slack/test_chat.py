"""Messages: who may write where, whose they are, and what an edit leaves."""

from typing import Any

import pytest

from bot.sandbox.slack import SandboxSlack
from tests.sandbox.slack.support import Client

SECTION = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Running*"}}]


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("#random", "not_in_channel"),
        ("#secret", "channel_not_found"),
        ("#gone", "is_archived"),
        ("#nowhere", "channel_not_found"),
    ],
)
async def test_where_the_bot_may_not_write(slack: SandboxSlack, client: Client, channel: str, error: str) -> None:
    slack.channel("#gone").archived = True
    place = "C000000" if channel == "#nowhere" else slack.channel(channel, app=False).id
    assert (await client.call("chat.postMessage", channel=place, text="hello"))["error"] == error


async def test_public_channels_are_open_with_a_scope_for_it(slack: SandboxSlack, client: Client) -> None:
    slack.app.installation.token.scopes = ("chat:write", "chat:write.public")
    assert (await client.call("chat.postMessage", channel=slack.channel("#random").id, text="hello"))["ok"]


@pytest.mark.parametrize(("text", "error"), [("", "no_text"), ("x" * 40_001, "msg_too_long")])
async def test_a_message_says_something_and_ends(slack: SandboxSlack, client: Client, text: str, error: str) -> None:
    assert (await client.call("chat.postMessage", channel=slack.channel("#deploys").id, text=text))["error"] == error


async def test_text_is_kept_as_it_was_sent(slack: SandboxSlack, client: Client) -> None:
    text = "<!channel> &amp; *bold* <https://example.com|link>"
    await client.call("chat.postMessage", channel=slack.channel("#deploys").id, text=text, blocks=SECTION)
    [message] = slack.seen_by("alice", "#deploys")
    assert (message.text, list(message.blocks)) == (text, SECTION)


async def test_the_wire_has_an_id_for_every_block(slack: SandboxSlack, client: Client) -> None:
    answer = await client.call("chat.postMessage", channel=slack.channel("#deploys").id, text="x", blocks=SECTION)
    [block] = answer["message"]["blocks"]
    assert len(block["block_id"]) == 5
    assert block["text"] == {"type": "mrkdwn", "text": "*Running*", "verbatim": False}


async def test_blocks_may_be_json_in_a_form(slack: SandboxSlack, client: Client) -> None:
    form = {"token": slack.app.bot_token, "channel": slack.channel("#deploys").id, "blocks": "[{"}
    assert (await client.raw("chat.postMessage", data=form))[1]["error"] == "invalid_blocks_format"
    form["blocks"] = '[{"type": "divider"}]'
    assert (await client.raw("chat.postMessage", data=form))[1]["ok"]


async def post(slack: SandboxSlack, client: Client, **more: Any) -> str:
    answer = await client.call("chat.postMessage", channel=slack.channel("#deploys").id, text="Running", **more)
    return str(answer["ts"])


async def test_text_alone_takes_the_blocks_away(slack: SandboxSlack, client: Client) -> None:
    place, ts = slack.channel("#deploys").id, await post(slack, client, blocks=SECTION)
    answer = await client.call("chat.update", channel=place, ts=ts, text="Done")
    assert (answer["ok"], answer["text"], answer["message"].get("blocks")) == (True, "Done", None)
    assert answer["message"]["edited"]["user"] == slack.bot.bot_id
    answer = await client.call("chat.update", channel=place, ts=ts, text="Done", blocks=SECTION)
    assert "edited" not in answer["message"]
    assert slack.seen_by("alice", "#deploys")[0].edited == 2


async def test_only_own_messages_can_be_changed(slack: SandboxSlack, client: Client) -> None:
    theirs = await slack.says("alice", "#deploys", "hello")
    place = slack.channel("#deploys").id
    asked = {"channel": place, "ts": theirs.ts}
    assert (await client.call("chat.update", text="x", **asked))["error"] == "cant_update_message"
    assert (await client.call("chat.delete", **asked))["error"] == "cant_delete_message"
    assert (await client.call("chat.update", channel=place, ts="1.000001", text="x"))["error"] == "message_not_found"


async def test_an_ephemeral_message_is_for_one_person_and_not_to_be_found(slack: SandboxSlack, client: Client) -> None:
    place, alice = slack.channel("#deploys").id, slack.person("alice")
    answer = await client.call("chat.postEphemeral", channel=place, user=alice.id, text="psst")
    assert [each.text for each in slack.seen_by("alice", "#deploys") if each.ephemeral] == ["psst"]
    assert slack.seen_by("bob", "#deploys") == []
    assert (await client.call("chat.update", channel=place, ts=answer["message_ts"], text="x"))[
        "error"
    ] == "message_not_found"
    assert (await client.call("conversations.history", channel=place))["messages"] == []
    zoe = slack.person("zoe")
    answer = await client.call("chat.postEphemeral", channel=place, user=zoe.id, text="psst")
    assert answer["error"] == "user_not_in_channel"


async def test_a_thread_hangs_on_its_first_message(slack: SandboxSlack, client: Client) -> None:
    place, root = slack.channel("#deploys").id, await post(slack, client)
    reply = await post(slack, client, thread_ts=root)
    await slack.says("bob", "#deploys", "nice", thread=slack.seen_by("bob", "#deploys")[0])
    assert [each.text for each in slack.thread_of("alice", slack.seen_by("alice", "#deploys")[0])] == [
        "Running",
        "Running",
        "nice",
    ]
    answer = await client.call("conversations.replies", channel=place, ts=root)
    assert [each["text"] for each in answer["messages"]] == ["Running", "Running", "nice"]
    assert (answer["messages"][0]["reply_count"], answer["messages"][0]["thread_ts"]) == (2, root)
    assert answer["messages"][1]["parent_user_id"] == slack.bot.id
    history = await client.call("conversations.history", channel=place)
    assert [each["ts"] for each in history["messages"]] == [root]
    assert (await client.call("chat.postMessage", channel=place, text="x", thread_ts="1.1"))[
        "error"
    ] == "thread_not_found"
    link = await client.call("chat.getPermalink", channel=place, message_ts=reply)
    assert link["permalink"].endswith(f"/p{reply.replace('.', '')}?thread_ts={root}&cid={place}")


async def test_a_deleted_message_is_gone(slack: SandboxSlack, client: Client) -> None:
    place, ts = slack.channel("#deploys").id, await post(slack, client)
    assert (await client.call("chat.delete", channel=place, ts=ts))["ok"]
    assert slack.seen_by("alice", "#deploys") == []


async def test_a_person_is_an_address_too(slack: SandboxSlack, client: Client) -> None:
    alice, gone = slack.person("alice"), slack.person("gone", deactivated=True)
    answer = await client.call("chat.postMessage", channel=alice.id, text="hello")
    assert answer["channel"] == slack.dm("alice").id
    assert [each.text for each in slack.seen_by("alice", slack.dm("alice"))] == ["hello"]
    assert slack.seen_by("bob", slack.dm("alice")) == []
    assert (await client.call("chat.postMessage", channel=gone.id, text="hello"))["error"] == "user_disabled"


async def test_metadata_comes_back_to_who_asks_for_it(slack: SandboxSlack, client: Client) -> None:
    metadata = {"event_type": "request", "event_payload": {"code": "K7QX2M"}}
    await post(slack, client, metadata=metadata)
    place = slack.channel("#deploys").id
    asked = await client.call("conversations.history", channel=place, include_all_metadata=True)
    assert asked["messages"][0]["metadata"] == metadata
    assert "metadata" not in (await client.call("conversations.history", channel=place))["messages"][0]
    answer = await client.call("chat.postMessage", channel=place, text="x", metadata={"code": "K7QX2M"})
    assert answer["error"] == "invalid_metadata_format"
