"""Owns the payloads of the Events API: the outer envelope and each event that an app hears."""

import uuid

from bot.sandbox.slack.apps import Installation, Token
from bot.sandbox.slack.channels import CHANNEL_TYPE, Channel
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.views import view_object
from bot.sandbox.slack.world import World

Json = dict[str, object]


def envelope(world: World, installation: Installation, event: Json, *, channel: Channel | None = None) -> Json:
    """https://docs.slack.dev/apis/events-api#callback-field"""
    workspace, app = installation.workspace, installation.app
    made: Json = {"token": app.verification_token, "team_id": workspace.id}
    made |= {"enterprise_id": workspace.enterprise.id} if workspace.enterprise else {}
    made |= {"api_app_id": app.id, "event": event, "type": "event_callback"}
    made |= {"event_id": world.ids.new("Ev"), "event_time": world.now}
    made["authorizations"] = [
        {
            "enterprise_id": workspace.enterprise_id,
            "team_id": workspace.id,
            "user_id": installation.bot.id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]
    made["is_ext_shared_channel"] = channel is not None and channel.is_shared
    made["event_context"] = f"4-{uuid.uuid4().hex}"
    return made


def message_event(kind: str, message: Message, installation: Installation) -> Json:
    """`app_mention` or `message`. For somebody from elsewhere it names the home of both sides."""
    author, channel = message.author, message.channel
    event: Json = {
        "type": kind,
        "user": author.id,
        "ts": message.ts,
        "client_msg_id": str(uuid.uuid4()),
        "text": message.text,
        "team": author.workspace.id,
        "blocks": list(message.wire),
        "channel": channel.id,
        "event_ts": message.ts,
    }
    if message.is_reply:
        parent = channel.find(message.thread_ts or "")
        event |= {"thread_ts": message.thread_ts, "parent_user_id": parent.author.id if parent else None}
    if kind == "message":
        event["channel_type"] = CHANNEL_TYPE[channel.kind]
    if author.workspace is not installation.workspace:
        event |= {"user_team": author.workspace.id, "source_team": author.workspace.id}
        event["user_profile"] = {"name": author.name, "real_name": author.real_name, "team": author.workspace.id}
    return event


def home_opened(world: World, installation: Installation, person: Person, tab: str) -> Json:
    """The view comes along once there is one."""
    direct = world.direct(installation.bot, person)
    event: Json = {"type": "app_home_opened", "user": person.id, "channel": direct.id, "tab": tab}
    view = world.views.home(installation.app.id, person)
    if view is not None and tab == "home":
        event["view"] = view_object(view)
    return envelope(world, installation, event | {"event_ts": world.ids.ts()})


def revoked(world: World, installation: Installation, token: Token) -> Json:
    """The tokens are named by the user ids they belonged to."""
    ids = [token.owner.id]
    tokens = {"oauth": ids if token.kind == "user" else [], "bot": ids if token.kind == "bot" else []}
    event: Json = {"type": "tokens_revoked", "tokens": tokens}
    return envelope(world, installation, event | {"event_ts": world.ids.ts()})


def uninstalled(world: World, installation: Installation) -> list[Json]:
    """Takes the app out of the workspace; what is said about it is built first, while there is something to name."""
    gone = envelope(world, installation, {"type": "app_uninstalled", "event_ts": world.ids.ts()})
    told = [gone, revoked(world, installation, installation.token)]
    installation.active = False
    for token in world.tokens.values():
        if token.app is installation.app and token.person and token.workspace is installation.workspace:
            token.state = "account_inactive"
    for channel in world.channels.values():
        if channel.kind != "im":
            channel.members.discard(installation.bot.id)
    return told
