"""A story for each test: the real bot, a GitHub of our own, perhaps a Slack of our own, one clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.slack_story import SlackStory, talking
from tests.support.story import ENTERPRISE, Story, telling


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a GitHub Enterprise Server, what holds on github.com alone is left out and counted."""
    if not ENTERPRISE:
        return
    left_out = [item for item in items if item.get_closest_marker("github_com")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """A private repository acme/shop with an open pull request by alice."""
    async with telling(tmp_path) as world:
        yield world


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[SlackStory]:
    """The same beside a Slack with a channel #deploys, where alice, bob, carol and rita have linked their accounts."""
    async with talking(tmp_path) as world:
        yield world
