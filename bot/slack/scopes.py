"""Owns which scope each call to Slack needs, and each thing that Slack tells us; nothing else is asked for or called.

https://docs.slack.dev/reference/scopes
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_NONE: Final[frozenset[str]] = frozenset()
_READ_CHANNELS: Final = frozenset({"channels:read", "groups:read", "im:read", "mpim:read"})
"""A slash command may come from any kind of conversation, and only Slack knows which kind it was."""
_READ_MESSAGES: Final = frozenset({"channels:history", "groups:history", "im:history", "mpim:history"})
"""Only to look for a message of our own before it would be posted a second time."""

METHODS: Final[Mapping[str, frozenset[str]]] = {
    "auth.revoke": _NONE,
    "auth.test": _NONE,
    "chat.getPermalink": _NONE,
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.update": frozenset({"chat:write"}),
    "conversations.history": _READ_MESSAGES,
    "conversations.info": _READ_CHANNELS,
    "conversations.members": _READ_CHANNELS,
    "conversations.open": frozenset({"im:write"}),
    "conversations.replies": _READ_MESSAGES,
    "openid.connect.token": _NONE,
    "openid.connect.userInfo": _NONE,
    "users.info": frozenset({"users:read"}),
    "views.open": _NONE,
    "views.publish": _NONE,
}
"""Every method of the Web API that is called, with the bot scopes that it needs. `bot.slack.api` calls no other."""

INBOUND_SCOPES: Final[Mapping[str, frozenset[str]]] = {
    "slash_command": frozenset({"commands"}),
    "app_home_opened": _NONE,
    "app_mention": frozenset({"app_mentions:read"}),
    "app_uninstalled": _NONE,
    "message.im": frozenset({"im:history"}),
    "tokens_revoked": _NONE,
}
"""What Slack sends us: our slash command and the events that we subscribe to, with the bot scopes that they need."""

EVENTS: Final[tuple[str, ...]] = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.im",
    "tokens_revoked",
)
"""The bot events to subscribe to. https://docs.slack.dev/reference/events"""

BOT_SCOPES: Final[tuple[str, ...]] = tuple(sorted(_NONE.union(*METHODS.values(), *INBOUND_SCOPES.values())))
"""All that the app has to ask for when it is installed."""
