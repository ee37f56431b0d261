"""Owns asking GitHub which of its deliveries failed, and to send one again.

GitHub sends a delivery once. What we did not answer with a 2xx stays in the App's list, for three days on github.com
and for seven on GitHub Enterprise Server, and is sent again on request, under the same GUID.
https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import httpx
import msgspec

from bot.github.clients import Clients
from bot.github.facts import Moment
from bot.model.delivery import Attempt, Attempts

PAGE: Final = 100
OK: Final = "OK"
"""GitHub's own word for a delivery that got through."""

_LIST: Final = "/app/hook/deliveries"


class _Item(msgspec.Struct):
    id: int
    guid: str
    delivered_at: Moment
    redelivery: bool = False
    status: str = ""


class HookDeliveries:
    """It satisfies `bot.flow.ports.HookDeliveries`. The App's own list needs none of its permissions."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def failed(self, connection: UUID, cursor: str | None) -> Attempts:
        """A page of the attempts that failed, newest first. A server that does not know the filter lists all.

        Raises `UpstreamError`; `NotFound` where the server has no such list, `Refused` for a cursor that it forgot.
        https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
        """
        query: dict[str, str | int] = {"status": "failure", "per_page": PAGE}
        if cursor is not None:
            query["cursor"] = cursor
        answer = await self._clients.of(connection).as_app("GET", _LIST, query=query)
        return Attempts(newest_first=[_attempt(item) for item in answer.read(list[_Item])], next=_cursor(answer.next))

    async def redeliver(self, connection: UUID, attempt: int) -> None:
        """Ask for it once; GitHub takes note (202) and sends a little later.

        Raises `UpstreamError`; `NotFound` when GitHub has forgotten it. After `Unreachable` it may be sent even so.
        https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook
        """
        await self._clients.of(connection).as_app("POST", _LIST + "/{delivery_id}/attempts", delivery_id=attempt)


def _attempt(item: _Item) -> Attempt:
    return Attempt(
        id=item.id,
        guid=item.guid.lower(),  # as the door writes them down
        redelivery=item.redelivery,
        ok=item.status == OK,
        delivered_at=item.delivered_at,
    )


def _cursor(address: str | None) -> str | None:
    """The position that a `Link` header names; the address itself is not followed, for ours is known."""
    return None if address is None else httpx.URL(address).params.get("cursor")
