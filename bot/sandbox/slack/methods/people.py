"""Owns `auth.test`, `users.*` and `reactions.*`."""

from bot.sandbox.slack.calls import Call, Json, Method
from bot.sandbox.slack.channels import SCOPE_PREFIX, Kind, channel_object
from bot.sandbox.slack.messages import message_object, reaction_objects
from bot.sandbox.slack.methods.conversations import PAGED, READ, cursor
from bot.sandbox.slack.people import user_object
from bot.sandbox.slack.refusals import Refused

KINDS: dict[str, Kind] = {"public_channel": "public", "private_channel": "private", "im": "im"}


def auth_test(call: Call) -> Json:
    owner = call.caller
    workspace = owner.workspace
    made: Json = {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": owner.name,
        "team_id": workspace.id,
        "user_id": owner.id,
        "is_enterprise_install": False,
    }
    if owner.bot_id is not None:
        made["bot_id"] = owner.bot_id
    if workspace.enterprise is not None:
        made["enterprise_id"] = workspace.enterprise.id
    return made


def users_info(call: Call) -> Json:
    person = call.person()
    user = user_object(person, call.token.workspace, with_email="users:read.email" in call.token.scopes)
    return {"user": user | ({"locale": "en-US"} if call.flag("include_locale") else {})}


def users_conversations(call: Call) -> Json:
    """The channels of somebody, as far as the caller may know of them."""
    person = call.person() if call.has("user") else call.caller
    kinds = [KINDS[each] for each in call.text("types", "public_channel").split(",") if each in KINDS]
    for kind in kinds:
        call.token.require(f"{SCOPE_PREFIX[kind]}:read")
    found = [each for each in call.world.channels.values() if each.kind in kinds and person.id in each.members]
    if call.flag("exclude_archived"):
        found = [each for each in found if not each.archived]
    known = [channel_object(each, call.caller) for each in found if each.known_to(call.caller)]
    limit, begin = call.number("limit", 100, most=1000), cursor(call)
    following = f"{begin + limit}=" if len(known) > begin + limit else ""
    return {"channels": known[begin : begin + limit], "response_metadata": {"next_cursor": following}}


def reactions_add(call: Call) -> Json:
    channel = call.channel()
    if call.caller.id not in channel.members:
        raise Refused("not_in_channel")
    message = channel.find(call.text("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    name = call.text("name").strip(":")
    people = message.reactions.setdefault(name, [])
    if call.caller.id in people:
        raise Refused("already_reacted")
    people.append(call.caller.id)
    return {}


def reactions_get(call: Call) -> Json:
    channel = call.channel()
    message = channel.find(call.text("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    shown = message_object(message) | {"reactions": reaction_objects(message)}
    return {"type": "message", "channel": channel.id, "message": shown}


METHODS = (
    Method(name="auth.test", handle=auth_test, tier=4, token=("bot", "user")),
    Method(
        name="users.info",
        handle=users_info,
        tier=4,
        token=("bot", "user"),
        scopes=("users:read",),
        required=("user",),
        optional=("include_locale",),
    ),
    Method(
        name="users.conversations",
        handle=users_conversations,
        tier=3,
        token=("bot", "user"),
        scopes=READ,
        optional=("user", "types", "exclude_archived", "team_id", *PAGED),
    ),
    Method(
        name="reactions.add",
        handle=reactions_add,
        tier=3,
        scopes=("reactions:write",),
        required=("channel", "name", "timestamp"),
    ),
    Method(
        name="reactions.get",
        handle=reactions_get,
        tier=3,
        scopes=("reactions:read",),
        required=("channel", "timestamp"),
        optional=("full",),
    ),
)
