"""A web application with a door, an inbox and checks that a test can steer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.errors import BadPayload, BadSignature
from bot.model.delivery import Delivery
from bot.web.app import create
from bot.web.metrics import Metrics
from bot.web.pages import Fact, StartPage

JSON = {"Content-Type": "application/json"}
SIGNED = {**JSON, "X-Signature": "good"}


class Backstage:
    """What stands behind the routes."""

    def __init__(self) -> None:
        self.opened: list[bytes] = []
        self.recorded: list[Delivery] = []
        self.metrics = Metrics("1.2.3")
        self.page = StartPage(version="1.2.3", configured=(Fact(title="Database", text="SQLite"),), missing=())
        self.checks: dict[str, Callable[[], Awaitable[bool]]] = {"database": self.yes, "engine": self.yes}
        self.record: Callable[[Delivery], Awaitable[bool]] = self.keep

    async def yes(self) -> bool:
        return True

    def door(self, headers: Mapping[str, str], body: bytes) -> Delivery | None:
        """Like the real one: the signature first, then the shape. `{}` means nothing to do."""
        if headers.get("x-signature") != "good":
            raise BadSignature
        self.opened.append(body)
        if not body.startswith(b"{"):
            raise BadPayload("The body is not a JSON object.")
        return None if body == b"{}" else delivery(body)

    async def keep(self, delivery: Delivery) -> bool:
        known = any(other.guid == delivery.guid for other in self.recorded)
        self.recorded += [] if known else [delivery]
        return not known

    def count(self, event: str, result: str) -> float:
        labels = {"event": event, "result": result}
        return self.metrics.registry.get_sample_value("signalbox_deliveries_total", labels) or 0


def delivery(body: bytes) -> Delivery:
    """A delivery whose id is its body."""
    return Delivery(
        id=UUID(int=1),
        connection=UUID(int=2),
        guid=body.decode(),
        event="issue_comment",
        action="created",
        facts=body,
        received_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


Client = TestClient[web.Request, web.Application]
Open = Callable[..., Awaitable[Client]]


@pytest.fixture
def behind() -> Backstage:
    return Backstage()


@pytest.fixture
async def serve(behind: Backstage) -> AsyncIterator[Open]:
    """Start the application with other arguments than `client` has."""
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> Client:
            settings: dict[str, Any] = {
                "github": behind.door,
                "record": lambda delivery: behind.record(delivery),
                "ready": behind.checks,
                "start": lambda: behind.page,
                "metrics": behind.metrics,
                "https": True,
            }
            server = TestServer(create(**{**settings, **changes}))
            await server.start_server(access_log=None, auto_decompress=False)
            return await stack.enter_async_context(TestClient(server))

        yield start


@pytest.fixture
async def client(serve: Open) -> Client:
    return await serve()
