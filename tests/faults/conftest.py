"""The deadline of a call is a fraction of a second here, so that silence is over soon."""

from __future__ import annotations

from functools import partial

import pytest

from bot.github.transport import GitHubClient
from bot.slack.api import SlackApi

DEADLINE_SECONDS = 0.6


@pytest.fixture(autouse=True)
def deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """For both."""
    monkeypatch.setattr("bot.wiring_github.GitHubClient", partial(GitHubClient, timeout_seconds=DEADLINE_SECONDS))
    monkeypatch.setattr("bot.wiring_slack.SlackApi", partial(SlackApi, timeout_seconds=DEADLINE_SECONDS))
