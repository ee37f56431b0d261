"""Owns which client speaks for which connection (T24): an act on one host never borrows the identity of another."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import httpx

from bot.errors import BotError
from bot.github.transport import GitHubClient
from bot.model.repository import Connection

CLOUD_INPUTS: Final = 25
SERVER_INPUTS: Final = 10


class Clients:
    """The clients of all connections."""

    def __init__(self, *clients: GitHubClient) -> None:
        """One for each connection."""
        self._clients = {client.connection: client for client in clients}

    def of(self, connection: UUID) -> GitHubClient:
        """The client of that connection. Raises `BotError` when there is none."""
        client = self._clients.get(connection)
        if client is None:
            raise BotError(f"There is no client for the connection {connection}")
        return client

    async def aclose(self) -> None:
        """Close them all."""
        for client in self._clients.values():
            await client.aclose()


class Ourselves:
    """It satisfies `bot.flow.ports.Ourselves`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def login(self, connection: UUID) -> str:
        """`<slug>[bot]`, the actor of the runs that we dispatch. Raises `UpstreamError`."""
        return f"{await self._clients.of(connection).app_slug()}[bot]"


def input_limit(connection: Connection) -> int:
    """How many inputs a dispatch may carry on that host.

    25 on github.com and its data residency, 10 on GitHub Enterprise Server (`maxProperties` of the published schemas).
    """
    host = httpx.URL(connection.api_url).host
    return CLOUD_INPUTS if host == "api.github.com" or host.endswith(".ghe.com") else SERVER_INPUTS
