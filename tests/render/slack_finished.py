"""A message for Slack as a text to read and compare; what is left out here, bot/render/blocks.py holds in place."""

from __future__ import annotations

import json

from bot.model.message import SlackText
from tests.render.slack import mrkdwn


def shown(said: SlackText) -> str:
    """The line for notifications, then each block below its type, buttons as JSON, joiners as `¦`."""
    parts = [f"[text] {said.text}\n"]
    for block in said.blocks:
        if block["type"] == "actions":
            lines = [json.dumps(element, ensure_ascii=False) for element in block["elements"]]
        else:
            lines = [*mrkdwn(block)]
        parts.append("\n".join([f"[{block['type']}]", *lines, ""]))
    return "\n".join(parts).replace("\u2060", "¦")
