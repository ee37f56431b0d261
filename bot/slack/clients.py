"""Owns which client speaks for which connection (T24): an act in one workspace never borrows the token of another."""

from __future__ import annotations

from uuid import UUID

from bot.errors import BotError
from bot.slack.api import SlackApi


class Clients:
    """The clients of all connections."""

    def __init__(self, *clients: SlackApi) -> None:
        """One for each connection."""
        self._clients = {client.connection: client for client in clients}

    def of(self, connection: UUID) -> SlackApi:
        """The client of that connection. Raises `BotError` when there is none."""
        client = self._clients.get(connection)
        if client is None:
            raise BotError(f"There is no Slack client for the connection {connection}")
        return client
