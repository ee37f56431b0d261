"""A database for each test: SQLite and PostgreSQL, unless the test is marked with the only one that it is about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

from tests.support import postgres
from tests.support.store import clock, copied, database, migrated, units

__all__ = ["clock", "database", "migrated", "units"]

BACKENDS = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Once per database."""
    if "database_url" in metafunc.fixturenames:
        only = [name for name in BACKENDS if metafunc.definition.get_closest_marker(name) is not None]
        metafunc.parametrize("database_url", only or BACKENDS, indirect=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The URL of a database at the newest schema, to copy."""
    with postgres.migrated(postgres_server) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database of this test's own."""
    with postgres.copy(postgres_server, template=str(make_url(postgres_template).database)) as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database of this test's own."""
    if request.param == "sqlite":
        return copied(request.getfixturevalue("migrated"), request.getfixturevalue("tmp_path"))
    url: str = request.getfixturevalue("postgres_url")
    return url
