"""A Slack on loopback, and the client that speaks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.slack.api import SlackApi
from bot.slack.clients import Clients
from tests.slack.fake import TOKEN, FakeSlack
from tests.support.clock import FakeClock
from tests.support.make import CONNECTION


@pytest.fixture
def clock() -> FakeClock:
    """Time that stands still."""
    return FakeClock()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """Slack: says what a test tells it to."""
    fake = FakeSlack()
    await fake.start()
    yield fake
    await fake.server.close()


@pytest.fixture
async def api(slack: FakeSlack, clock: FakeClock) -> AsyncIterator[SlackApi]:
    """The app in one workspace."""
    api = SlackApi(connection=CONNECTION, api_url=slack.api_url, token=TOKEN, clock=clock, jitter=lambda: 0.0)
    yield api
    await api.aclose()


@pytest.fixture
def clients(api: SlackApi) -> Clients:
    """One connection."""
    return Clients(api)
