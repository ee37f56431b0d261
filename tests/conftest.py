"""What every test run has: what never differs kept, a PostgreSQL for those that ask, and at its end what in the code is
getting large."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house.sizes import getting_large
from tests.support import kept, postgres

kept.install()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Every test is imported."""
    kept.settle()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """The URL of a database at the newest schema."""
    with postgres.migrated(postgres_server) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_database: str) -> Iterator[str]:
    """The URL of a PostgreSQL database that is this test's own for as long as it takes."""
    yield postgres_database
    postgres.empty(postgres_database)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print it when sizes were tested; here, because with several workers only this process has a terminal."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    if any(report.nodeid.startswith("tests/house/test_sizes.py") for report in reports):
        for line in getting_large():
            terminalreporter.write_line(line)
