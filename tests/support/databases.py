"""Owns which databases a test runs on: SQLite and PostgreSQL, unless it is marked with the one that it is about."""

from __future__ import annotations

import pytest

from tests.support.store import copied

BACKENDS = ("sqlite", "postgresql")


def on_each(metafunc: pytest.Metafunc) -> None:
    """For a conftest's `pytest_generate_tests`: whoever asks for `database_url` runs once per database."""
    if "database_url" in metafunc.fixturenames:
        only = [name for name in BACKENDS if metafunc.definition.get_closest_marker(name) is not None]
        metafunc.parametrize("database_url", only or BACKENDS, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database of this test's own."""
    if request.param == "sqlite":
        return copied(request.getfixturevalue("migrated"), request.getfixturevalue("tmp_path"))
    url: str = request.getfixturevalue("postgres_url")
    return url
