"""Owns the payloads of what people press and type: slash commands, block actions and submitted views."""

from bot.sandbox.slack.apps import Installation
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.messages import Message, message_object
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.views import View, view_object
from bot.sandbox.slack.world import World

Json = dict[str, object]


def slash_command(world: World, installation: Installation, person: Person, channel: Channel, text: str) -> Json:
    """The fields of the form, in Slack's order. https://docs.slack.dev/interactivity/implementing-slash-commands"""
    workspace, app = installation.workspace, installation.app
    fields: Json = {"token": app.verification_token, "team_id": workspace.id, "team_domain": workspace.domain}
    if workspace.enterprise is not None:
        fields |= {"enterprise_id": workspace.enterprise.id, "enterprise_name": workspace.enterprise.name}
    return fields | {
        "channel_id": channel.id,
        "channel_name": channel.name_in_command,
        "user_id": person.id,
        "user_name": person.name,
        "command": app.command,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": world.origin + world.hooks.new("commands", installation, channel, person),
        "trigger_id": world.triggers.new(app, person),
    }


def common(world: World, installation: Installation, person: Person, kind: str, trigger: str) -> Json:
    workspace = installation.workspace
    enterprise = {"id": workspace.enterprise.id, "name": workspace.enterprise.name} if workspace.enterprise else None
    return {
        "type": kind,
        "user": person.for_interaction,
        "api_app_id": installation.app.id,
        "token": installation.app.verification_token,
        "trigger_id": trigger,
        "team": workspace.for_interaction,
        "enterprise": enterprise,
        "is_enterprise_install": False,
    }


def message_action(world: World, installation: Installation, person: Person, message: Message, action: Json) -> Json:
    """A press on a message as it stands now; an ephemeral one is not repeated in the payload."""
    made = common(world, installation, person, "block_actions", world.triggers.new(installation.app, person))
    channel = message.channel
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
    container["is_ephemeral"] = message.to is not None
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    hook = world.hooks.new("actions", installation, channel, person, message)
    made |= {"container": container, "channel": {"id": channel.id, "name": channel.name_in_command}}
    made |= {"state": {"values": {}}, "response_url": world.origin + hook, "actions": [action]}
    if message.to is None:
        made["message"] = message_object(message)
    return made


def view_action(world: World, person: Person, view: View, action: Json) -> Json:
    installation = view.installation
    trigger = world.triggers.new(installation.app, person, view.id if view.kind == "modal" else None)
    made = common(world, installation, person, "block_actions", trigger)
    return made | {
        "container": {"type": "view", "view_id": view.id},
        "view": view_object(view),
        "actions": [action],
    }


def view_submission(world: World, person: Person, view: View, state: Json) -> Json:
    installation = view.installation
    trigger = world.triggers.new(installation.app, person, view.id)
    made = common(world, installation, person, "view_submission", trigger)
    return made | {"view": view_object(view, state), "response_urls": []}


def view_closed(world: World, person: Person, view: View, *, cleared: bool) -> Json:
    made = common(world, view.installation, person, "view_closed", "")
    del made["trigger_id"]
    return made | {"view": view_object(view), "is_cleared": cleared}
