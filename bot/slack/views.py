"""Owns the Home tab and the form for a command.

https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from bot.model.message import SlackText
from bot.slack.clients import Clients

RUN_COMMAND: Final = "run_command"
"""The form's `callback_id`."""
COMMAND: Final = "command"
CHANNEL: Final = "channel"
"""Block and action of its two fields."""
LONGEST_COMMAND: Final = 3_000


class SlackViews:
    """It satisfies `bot.flow.ports.SlackViews`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def show_home(self, connection: UUID, user: str, text: SlackText) -> None:
        """Show it on this user's Home tab, in place of what was there. Raises what `SlackApi.call` raises."""
        view = {"type": "home", "blocks": list(text.blocks)}
        await self._clients.of(connection).call("views.publish", user_id=user, view=view)

    async def ask_command(self, connection: UUID, trigger: str, channel: str) -> None:
        """Open the form for a command. Raises `Refused` when the three seconds of the trigger are over.

        `channel` is where the wish came from; it comes back with the form when another one is not chosen.
        """
        await self._clients.of(connection).call("views.open", trigger_id=trigger, view=_form(channel))


def _form(channel: str) -> dict[str, Any]:
    line = {
        "type": "plain_text_input",
        "action_id": COMMAND,
        "max_length": LONGEST_COMMAND,
        "placeholder": _plain("run acme/shop#7 deploy.yml environment=staging"),
    }
    place = {"type": "conversations_select", "action_id": CHANNEL}
    typed = "What you would type after the slash command. “help” lists all commands."
    return {
        "type": "modal",
        "callback_id": RUN_COMMAND,
        "private_metadata": channel,
        "title": _plain("Run a command"),
        "submit": _plain("Run"),
        "close": _plain("Cancel"),
        "blocks": [
            _field(COMMAND, "Command", typed, line),
            {**_field(CHANNEL, "Channel", "Where the answer is shown.", place), "optional": bool(channel)},
        ],
    }


def _field(block: str, label: str, hint: str, element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "input", "block_id": block, "label": _plain(label), "hint": _plain(hint), "element": element}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
