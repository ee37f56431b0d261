"""Fixtures of a real database: migrated once per session, copied for each test. A conftest imports those it needs."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.model.repository import Connection
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file at the newest schema, to copy."""
    path = tmp_path_factory.mktemp("migrated") / "signalbox.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_url(migrated: Path, tmp_path: Path) -> str:
    """The URL of a database of this test's own; where the database makes a difference, a conftest says which ones."""
    return copied(migrated, tmp_path)


def copied(migrated: Path, folder: Path) -> str:
    """The URL of a copy of it in this folder."""
    path = folder / "signalbox.db"
    shutil.copy(migrated, path)
    return f"sqlite:///{path}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Its engines."""
    database = Database.open(database_url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> FakeClock:
    """Time that stands still."""
    return FakeClock()


@pytest.fixture
async def units(database: Database, clock: FakeClock) -> Units:
    """Its transactions; `make.CONNECTION` and `make.SLACK` are there."""
    units = Units(database, clock)
    async with units.write() as unit:
        await unit.connections.save(connection())
        await unit.connections.save(slack_connection())
    return units


def connection(**changes: str) -> Connection:
    """The connection that everything in tests/support/make.py belongs to."""
    words = {"name": "github", "api_url": "https://api.github.com", "server_url": "https://github.com"} | changes
    return Connection(id=make.CONNECTION, app_id=1, app_slug="signalbox", **words)


def slack_connection() -> Connection:
    """The Slack app that everything of Slack in tests/support/make.py belongs to."""
    return Connection(
        id=make.SLACK,
        name="slack",
        api_url="https://slack.com/api/",
        server_url="https://slack.com",
        app_id=None,
        app_slug=None,
    )
