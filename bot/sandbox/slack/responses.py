"""Owns what an app answers to a command or a press: by its response URL, or in the ack itself."""

from collections.abc import Mapping

from bot.sandbox.slack.hooks import Hook
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.methods.chat import hook_message
from bot.sandbox.slack.refusals import Refused
from bot.sandbox.slack.world import World

SAID = ("text", "blocks", "thread_ts", "metadata", "mrkdwn", "parse", "link_names", "unfurl_links", "unfurl_media")
KNOWN = frozenset((*SAID, "response_type", "replace_original", "delete_original"))


def respond(world: World, path: str, payload: Mapping[str, object]) -> None:
    """A use of a response URL. It works where the bot is no member. Raises Refused."""
    perform(world, world.hooks.use(path), payload)


def perform(world: World, hook: Hook, payload: Mapping[str, object]) -> None:
    unknown = payload.keys() - KNOWN
    if unknown or payload.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
        raise Refused("invalid_payload", status=400)
    if payload.get("delete_original"):
        original = still_there(hook)
        original.channel.remove(original)
        return
    text, blocks = checked(payload)
    if payload.get("replace_original") and hook.original is not None:
        original = still_there(hook)
        original.write(text, blocks)
        original.edits += 1
        return
    private = payload.get("response_type", "ephemeral") == "ephemeral"
    thread = payload.get("thread_ts")
    world.post(
        hook.channel,
        hook.installation.bot,
        text,
        blocks=blocks,
        thread_ts=thread if isinstance(thread, str) else None,
        to=hook.person if private else None,
    )


def still_there(hook: Hook) -> Message:
    if hook.original is None or hook.original not in hook.original.channel.messages:
        raise Refused("message_not_found", status=404)
    return hook.original


def checked(payload: Mapping[str, object]) -> tuple[str, tuple[dict[str, object], ...]]:
    """The same limits as for posts, but here a wrong payload is an HTTP error."""
    try:
        text, blocks = hook_message(payload)
    except Refused as refused:
        raise Refused(refused.error, messages=refused.messages, status=400) from refused
    if not text and not blocks:
        raise Refused("no_text", status=400)
    return text, blocks
