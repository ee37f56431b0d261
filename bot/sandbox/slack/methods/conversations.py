"""Owns `conversations.*`: what there is, who is in it, and what was said."""

from collections.abc import Sequence

from bot.sandbox.slack.calls import Call, Json, Method
from bot.sandbox.slack.channels import Channel, channel_object
from bot.sandbox.slack.messages import Message, message_object
from bot.sandbox.slack.refusals import Refused

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


def info(call: Call) -> Json:
    channel = call.channel(scope="read")
    made = channel_object(channel, call.caller)
    if call.flag("include_num_members"):
        made["num_members"] = len(channel.members)
    return {"channel": made}


def open_direct(call: Call) -> Json:
    """With one person; several would be a group message, which nobody here needs."""
    if call.has("channel"):
        channel = call.channel()
        if channel.kind != "im":
            raise Refused("method_not_supported_for_channel_type")
        return {"channel": {"id": channel.id}}
    wanted = call.text("users").split(",")
    if len(wanted) != 1 or not wanted[0]:
        raise Refused("users_list_not_supplied" if not call.text("users") else "too_many_users")
    person = call.world.visible_person(wanted[0], call.token.workspace)
    if person is None:
        raise Refused("user_not_found")
    if person.deleted:
        raise Refused("user_disabled")
    if person.is_bot:
        raise Refused("cannot_dm_bot")
    known = call.world.find_direct(call.caller, person)
    channel = known or call.world.direct(call.caller, person)
    more: Json = {"no_op": True, "already_open": True} if known else {}
    full: Json = channel_object(channel, call.caller) if call.flag("return_im") else {"id": channel.id}
    return more | {"channel": full}


def heard(call: Call) -> Channel:
    """A channel whose messages the caller may read: it has to be in there."""
    channel = call.channel(scope="history")
    if call.caller.id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def history(call: Call) -> Json:
    channel = heard(call)
    spoken = [each for each in channel.messages if each.to is None and not each.is_reply]
    return page(call, list(reversed(within(call, spoken))))


def replies(call: Call) -> Json:
    channel = heard(call)
    parent = channel.find(call.text("ts"))
    if parent is None:
        raise Refused("thread_not_found")
    return page(call, [parent, *within(call, channel.replies(parent.thread_ts or parent.ts))])


def within(call: Call, messages: Sequence[Message]) -> list[Message]:
    oldest, latest = call.text("oldest", "0"), call.text("latest", "99999999999")
    edge = call.flag("inclusive")
    kept = [each for each in messages if float(oldest) <= float(each.ts) <= float(latest)]
    return kept if edge else [each for each in kept if each.ts not in (oldest, latest)]


def page(call: Call, messages: Sequence[Message]) -> Json:
    limit, begin = call.number("limit", 100, most=1000), cursor(call)
    more = len(messages) > begin + limit
    shown = [message_object(each) for each in messages[begin : begin + limit]]
    if not call.flag("include_all_metadata"):
        shown = [{key: value for key, value in each.items() if key != "metadata"} for each in shown]
    found: Json = {"messages": shown, "has_more": more}
    if more:
        found["response_metadata"] = {"next_cursor": f"{begin + limit}="}
    return found


def cursor(call: Call) -> int:
    text = call.text("cursor").removesuffix("=")
    if text and not text.isdecimal():
        raise Refused("invalid_cursor")
    return int(text or 0)


def members(call: Call) -> Json:
    channel = call.channel(scope="read")
    people, limit, begin = sorted(channel.members), call.number("limit", 100, most=1000), cursor(call)
    following = f"{begin + limit}=" if len(people) > begin + limit else ""
    return {"members": people[begin : begin + limit], "response_metadata": {"next_cursor": following}}


PAGED = ("limit", "cursor")
SPAN = ("latest", "oldest", "inclusive", "include_all_metadata", *PAGED)

METHODS = (
    Method(
        name="conversations.info",
        handle=info,
        tier=3,
        token=("bot", "user"),
        scopes=READ,
        required=("channel",),
        optional=("include_locale", "include_num_members"),
    ),
    Method(
        name="conversations.open",
        handle=open_direct,
        tier=3,
        scopes=("im:write", "mpim:write"),
        optional=("channel", "users", "return_im", "prevent_creation"),
    ),
    Method(name="conversations.history", handle=history, tier=3, scopes=HISTORY, required=("channel",), optional=SPAN),
    Method(
        name="conversations.replies", handle=replies, tier=3, scopes=HISTORY, required=("channel", "ts"), optional=SPAN
    ),
    Method(name="conversations.members", handle=members, tier=4, scopes=READ, required=("channel",), optional=PAGED),
)
