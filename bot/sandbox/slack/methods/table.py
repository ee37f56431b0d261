"""Owns the table of all methods that this Slack knows."""

from typing import Final

from bot.sandbox.slack.calls import Method
from bot.sandbox.slack.methods import apps, chat, conversations, oauth, people, views

METHODS: Final[dict[str, Method]] = {
    method.name: method for module in (apps, chat, conversations, oauth, people, views) for method in module.METHODS
}
