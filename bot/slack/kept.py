"""Owns which of Slack's payloads are kept, under which name, and by what they are known when they come again (T20).

What a bot wrote, our own one first of all, is never a command (T21).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from bot.errors import BadPayload
from bot.slack.facts import Action, CallbackFacts, CommandFacts, Fields, FormFacts, PressFacts
from bot.slack.views import RUN_COMMAND

COMMAND: Final = "slack_command"
MENTION: Final = "slack_mention"
DIRECT: Final = "slack_direct"
ACTIONS: Final = "slack_actions"
FORM: Final = "slack_form"
HOME: Final = "slack_home"
LEFT: Final = "slack_left"

HOME_TAB: Final = "home"
EVENTS: Final = ("app_mention", "message", "app_home_opened", "app_uninstalled", "tokens_revoked")
"""The types of events that can mean something."""

SHOW: Final = "show"
"""Buttons that only open a page; Slack tells of them too."""

_ONCE: Final = re.compile(r"[A-Za-z0-9._-]{1,255}", re.ASCII)
_NUMBERED: Final = re.compile(r"\.[0-9]+\Z")

F = TypeVar("F", bound=Fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What goes into the inbox: `guid` is what Slack repeats when it says the same again."""

    event: str
    guid: str
    facts: Fields


def command(body: Mapping[str, Any]) -> Kept:
    """A slash command. Raises `BadPayload`."""
    found = _shaped(body, CommandFacts)
    if not (found.user_id and found.channel_id):
        raise BadPayload("A slash command without a user or a channel")
    return Kept(event=COMMAND, guid=_once(found.trigger_id), facts=found)


def event(body: Mapping[str, Any], retry: int) -> Kept | None:
    """An event, None when it means nothing to us; `retry` counts Slack's tries from 0. Raises `BadPayload`."""
    found = _shaped(body, CallbackFacts)
    name = _name(found)
    if name is None:
        return None
    return Kept(event=name, guid=_once(found.event_id), facts=msgspec.structs.replace(found, retry=retry))


def press(body: Mapping[str, Any]) -> Kept | None:
    """A pressed button, None when it only opened a page. Raises `BadPayload`."""
    found = _shaped(body, PressFacts)
    if not found.user.id:
        raise BadPayload("Somebody pressed a button, but Slack does not say who")
    if all(action_of(action) in ("", SHOW) for action in found.actions):
        return None
    return Kept(event=ACTIONS, guid=_once(found.trigger_id), facts=found)


def form(body: Mapping[str, Any]) -> Kept | None:
    """A form that was sent, None when it is none of ours. Raises `BadPayload`."""
    found = _shaped(body, FormFacts)
    if found.view.callback_id != RUN_COMMAND:
        return None
    if not found.user.id:
        raise BadPayload("Somebody sent a form, but Slack does not say who")
    return Kept(event=FORM, guid=_once(found.trigger_id), facts=found)


def action_of(action: Action) -> str:
    """The word of a button: of several with the same word in one message, all but the first carry a number."""
    return _NUMBERED.sub("", action.action_id)


def _name(found: CallbackFacts) -> str | None:
    said = found.event
    match said.type:
        case "app_mention":
            return MENTION if _by_a_person(found) else None
        case "message" if said.channel_type == "im" and said.subtype is None:
            return DIRECT if _by_a_person(found) else None
        case "app_home_opened" if said.tab == HOME_TAB and said.user:
            return HOME
        case "app_uninstalled":
            return LEFT
        case "tokens_revoked" if said.tokens is not None and said.tokens.bot:
            return LEFT
        case _:
            return None


def _by_a_person(found: CallbackFacts) -> bool:
    said = found.event
    return bool(said.user and said.channel and said.ts) and said.bot_id is None and said.user != found.bot_user


def _shaped(body: Mapping[str, Any], shape: type[F]) -> F:
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as error:
        raise BadPayload(f"Not the shape of what Slack sends: {error}") from error


def _once(value: str) -> str:
    if not _ONCE.fullmatch(value):
        raise BadPayload("The trigger_id or event_id is missing or is none")
    return value
