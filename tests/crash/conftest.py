"""Options and fixtures of the crash tests: `pytest tests/crash --crash-random=100 --crash-seed=7`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import make_url

from tests.crash.books import Library, PostgresLibrary, SqliteLibrary
from tests.support import postgres
from tests.support.store import migrated

__all__ = ["migrated"]


DATABASES = ("sqlite", "postgresql")
FEW = 20
"""Random points for whoever asks for no number of them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many random crashes, and from which seed."""
    parser.addoption("--crash-random", type=int, metavar="N", help=f"kill the bot at N random points, else {FEW}")
    parser.addoption("--crash-database", choices=DATABASES, help="only on this one; both when N is given")
    parser.addoption("--crash-seed", type=int, default=secrets.randbelow(10**6), metavar="N", help="which random ones")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`make crash` tells each tale on both databases, unless one is chosen; whoever runs one test has it on SQLite."""
    if "library" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--crash-database", default=None)
        both = metafunc.config.getoption("--crash-random", default=None)
        names = (chosen,) if chosen else DATABASES if both else DATABASES[:1]
        metafunc.parametrize("library", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def library(request: pytest.FixtureRequest) -> Iterator[Library]:
    """Fresh databases of the kind that is asked for."""
    if request.param == "sqlite":
        yield SqliteLibrary(request.getfixturevalue("migrated"))
        return
    with postgres.running() as server, postgres.migrated(server) as template:
        yield PostgresLibrary(server, str(make_url(template).database))


def commit_points(commits: Sequence[str]) -> list[str]:
    """Both sides of each of these commits."""
    return [f"{moment}:{commit}" for commit in commits for moment in ("before", "after")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how to have the same random points again."""
    points = config.getoption("--crash-random", default=None)
    if points is not None:
        terminalreporter.write_line(
            f"Random crashes: --crash-random={points} --crash-seed={config.getoption('--crash-seed')}"
        )
