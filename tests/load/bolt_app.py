"""Owns Bolt for Python as a measure: its own server, its own authorization, one command that acks and then works.

It runs as a process of its own, `python -m tests.load.bolt_app`, and keeps nothing.
"""

from __future__ import annotations

import os

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

heard: list[str] = []


async def ops(ack: AsyncAck, command: dict[str, str]) -> None:
    """The answer first and the work after it, as Bolt's own documentation has it."""
    await ack()
    heard.append(command["text"])


def main() -> None:
    """Listen until the process is stopped."""
    token = os.environ["SLACK_BOT_TOKEN"]
    client = AsyncWebClient(token=token, base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(token=token, signing_secret=os.environ["SLACK_SIGNING_SECRET"], client=client)
    app.command("/ops")(ops)
    app.start(port=int(os.environ["PORT"]), path="/slack/events", host=os.environ["HOST"])


if __name__ == "__main__":
    main()
