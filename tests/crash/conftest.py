"""Options and fixtures of the crash tests: `pytest tests/crash --crash-random=100 --crash-seed=7`."""

from __future__ import annotations

import secrets

import pytest

from tests.support.store import migrated

__all__ = ["migrated"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many random crashes, and from which seed."""
    parser.addoption("--crash-random", type=int, default=0, metavar="N", help="kill the bot at N random points")
    parser.addoption("--crash-seed", type=int, default=secrets.randbelow(10**6), metavar="N", help="which random ones")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how to have the same random points again."""
    points = config.getoption("--crash-random", default=0)
    if points:
        terminalreporter.write_line(
            f"Random crashes: --crash-random={points} --crash-seed={config.getoption('--crash-seed')}"
        )
