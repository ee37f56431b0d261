"""Owns `chat.*`: messages are posted, edited and deleted by whom they belong to."""

from collections.abc import Mapping

from bot.sandbox.slack.blocks import check_blocks
from bot.sandbox.slack.calls import Call, Json, Method
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.messages import Message, message_object
from bot.sandbox.slack.refusals import Refused

MOST_TEXT = 40_000
LOOKS = ("parse", "link_names", "unfurl_links", "unfurl_media", "mrkdwn", "metadata")


def content(call: Call) -> tuple[str, tuple[Json, ...]]:
    """Text and blocks, of which at least one is needed."""
    blocks = check_blocks(call.json("blocks")) if call.has("blocks") else ()
    text = call.text("text")
    if not text and not blocks:
        raise Refused("no_text")
    if len(text) > MOST_TEXT:
        raise Refused("msg_too_long")
    return text, blocks


def place(call: Call) -> Channel:
    """A channel's id or `#name`, or a person's id for the direct message with them."""
    wanted = call.text("channel")
    if wanted.startswith("#"):
        found = call.world.find_channel(call.token.workspace, wanted)
        if found is None or not found.known_to(call.caller):
            raise Refused("channel_not_found")
        return found
    if wanted[:1] in ("U", "W"):
        return direct_message(call, wanted)
    return call.channel()


def direct_message(call: Call, user_id: str) -> Channel:
    person = call.world.people.get(user_id)
    if person is None or person.workspace is not call.token.workspace:
        raise Refused("channel_not_found")
    if person.deleted:
        raise Refused("user_disabled")
    if person.is_bot:
        raise Refused("cannot_dm_bot")
    return call.world.direct(call.caller, person)


def may_write(call: Call, channel: Channel) -> None:
    if channel.archived:
        raise Refused("is_archived")
    if call.caller.id in channel.members:
        return
    if channel.kind != "public" or "chat:write.public" not in call.token.scopes:
        raise Refused("not_in_channel")


def thread(call: Call, channel: Channel) -> str | None:
    """The thread to write in. A `ts` that no message has is refused; a reply's one leads to its thread."""
    if not call.has("thread_ts"):
        return None
    parent = channel.find(call.text("thread_ts"))
    if parent is None:
        raise Refused("thread_not_found")
    return parent.thread_ts or parent.ts


def post_message(call: Call) -> Json:
    channel = place(call)
    may_write(call, channel)
    text, blocks = content(call)
    metadata = checked_metadata(call)
    made = call.world.post(channel, call.caller, text, blocks=blocks, thread_ts=thread(call, channel))
    made.metadata = metadata
    return {"channel": channel.id, "ts": made.ts, "message": message_object(made)}


def checked_metadata(call: Call) -> Json | None:
    """https://docs.slack.dev/messaging/message-metadata"""
    metadata = call.json("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or metadata.keys() != {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    return metadata


def post_ephemeral(call: Call) -> Json:
    channel = call.channel()
    may_write(call, channel)
    person = call.world.people.get(call.text("user"))
    if person is None or person.id not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks = content(call)
    made = call.world.post(channel, call.caller, text, blocks=blocks, thread_ts=thread(call, channel), to=person)
    return {"message_ts": made.ts}


def update(call: Call) -> Json:
    """Text without blocks takes the blocks away. https://docs.slack.dev/reference/methods/chat.update"""
    message = own_message(call, "cant_update_message")
    text, blocks = content(call)
    message.metadata = checked_metadata(call) or message.metadata
    if not call.has("text"):
        text = message.text
    message.write(text, blocks)
    message.edits += 1
    message.edited_ts = None if blocks else call.world.ids.ts()
    shown = {key: value for key, value in message_object(message).items() if key != "ts"}  # it stands beside it
    return {"channel": message.channel.id, "ts": message.ts, "text": text, "message": shown}


def delete(call: Call) -> Json:
    message = own_message(call, "cant_delete_message")
    message.channel.remove(message)
    return {"channel": message.channel.id, "ts": message.ts}


def own_message(call: Call, otherwise: str) -> Message:
    channel = call.channel()
    message = channel.find(call.text("ts"))
    if message is None:
        raise Refused("message_not_found")
    if message.author is not call.caller:
        raise Refused(otherwise)
    if channel.archived:
        raise Refused("is_archived")
    return message


def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = channel.find(call.text("message_ts"))
    if message is None:
        raise Refused("message_not_found")
    return {"channel": channel.id, "permalink": permalink(call.world.origin, message)}


def permalink(origin: str, message: Message) -> str:
    link = f"{origin}/archives/{message.channel.id}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread_ts}&cid={message.channel.id}" if message.is_reply else link


def hook_message(payload: Mapping[str, object]) -> tuple[str, tuple[Json, ...]]:
    """What a response URL or an ack says: like a post, but it need not say anything."""
    text = payload.get("text", "")
    blocks = payload.get("blocks")
    if not isinstance(text, str):
        raise Refused("invalid_payload", status=400)
    return text, check_blocks(blocks) if blocks is not None else ()


METHODS = (
    Method(
        name="chat.postMessage",
        handle=post_message,
        tier=3,
        token=("bot", "user"),
        scopes=("chat:write",),
        required=("channel",),
        optional=("text", "blocks", "thread_ts", "reply_broadcast", *LOOKS),
    ),
    Method(
        name="chat.postEphemeral",
        handle=post_ephemeral,
        tier=4,
        scopes=("chat:write",),
        required=("channel", "user"),
        optional=("text", "blocks", "thread_ts", "parse", "link_names"),
    ),
    Method(
        name="chat.update",
        handle=update,
        tier=3,
        scopes=("chat:write",),
        required=("channel", "ts"),
        optional=("text", "blocks", "parse", "link_names", "metadata", "unfurl_links", "unfurl_media"),
    ),
    Method(name="chat.delete", handle=delete, tier=3, scopes=("chat:write",), required=("channel", "ts")),
    Method(name="chat.getPermalink", handle=get_permalink, tier=4, required=("channel", "message_ts")),
)
