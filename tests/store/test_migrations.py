"""The migrations build what the schema says, from every revision on, and serving does without Alembic."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import AlreadyRunning
from bot.model.address import GitHubThread
from bot.model.origin import CommentOrigin
from bot.store.database import Database, open_for_migration
from bot.store.lock import serving_lock
from bot.store.migrate import alembic_config, is_current, ours, stored_revision, upgrade
from bot.store.schema import HEAD_REVISION, metadata
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock

SAMPLES = Path(__file__).parent / "migrations"
SCRIPTS = ScriptDirectory.from_config(alembic_config())
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()]


def test_the_schema_names_the_newest_revision() -> None:
    assert SCRIPTS.get_heads() == [HEAD_REVISION]


def test_migrations_build_exactly_the_schema(migrated: Path) -> None:
    engine = open_for_migration(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_names_fit_into_postgresql(name: str) -> None:
    table = metadata.tables[name]
    names = [str(each.name) for each in table.constraints] + [str(each.name) for each in table.indexes]
    assert all(len(each) <= 63 for each in names), names
    assert "None" not in names


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_of_each_revision_survive_the_way_to_the_newest(revision: str, tmp_path: Path) -> None:
    path = tmp_path / "signalbox.db"
    engine = open_for_migration(f"sqlite:///{path}")
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    with sqlite3.connect(path) as rows:
        rows.executescript((SAMPLES / f"{revision}.sql").read_text())
        tables = [name for (name,) in rows.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        before = {name: rows.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
    assert all(before.values()), f"the sample has no row for some of {before}"
    upgrade(f"sqlite:///{path}")
    after = {name: rows.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
    broken = rows.execute("PRAGMA foreign_key_check").fetchall()
    rows.close()
    assert after == before
    assert broken == []


def before_slack(path: Path) -> sqlite3.Connection:
    """A database at the last revision that knew GitHub only, with its sample rows."""
    engine = open_for_migration(f"sqlite:///{path}")
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    rows = sqlite3.connect(path)
    rows.executescript((SAMPLES / "0001.sql").read_text())
    return rows


async def test_what_was_asked_and_said_before_slack_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "signalbox.db"
    before_slack(path).close()
    upgrade(f"sqlite:///{path}")
    database = Database.open(f"sqlite:///{path}")
    thread = GitHubThread(connection=make.CONNECTION, repository=77, number=7)
    async with Units(database, FakeClock()).read() as unit:
        request = await unit.requests.by_code("K7QX2M")
        assert request is not None
        assert (request.number, request.on_pull_request, request.rerun) == (7, True, None)
        assert isinstance(request.origin, CommentOrigin)
        [announcement] = await unit.announcements.of_request(request.id)
        assert (announcement.address, announcement.message_id) == (thread, "9002")
        assert await unit.requests.shown_as("github", make.CONNECTION, "77", "9002") == request
        answer = await unit.answers.get(UUID("01890000-0000-7000-8000-00000000000a"))
        assert answer is not None
        assert (answer.address, answer.message_id, answer.text) == (thread, "9001", "Did you mean /run?")
        repository = await unit.repositories.by_name(make.CONNECTION, "Acme/Shop")
        assert repository == make.repository(private=True)
    await database.close()


def test_an_issue_is_no_pull_request_after_the_migration_either(tmp_path: Path) -> None:
    path = tmp_path / "signalbox.db"
    rows = before_slack(path)
    rows.execute(
        """UPDATE requests SET origin = replace(origin, '"on_pull_request":true', '"on_pull_request":false')"""
    )
    rows.commit()
    upgrade(f"sqlite:///{path}")
    assert rows.execute("SELECT number, on_pull_request FROM requests").fetchall() == [(7, 0)]
    rows.close()


@pytest.mark.parametrize("table", ["announcements", "answers"])
def test_a_ts_of_slack_stays_as_it_is(table: str, tmp_path: Path) -> None:
    """In a column of numbers its last zeros would be gone, and with them the message."""
    path = tmp_path / "signalbox.db"
    rows = before_slack(path)
    upgrade(f"sqlite:///{path}")
    assert rows.execute(f"SELECT typeof(message_id) FROM {table}").fetchall() == [("text",)]
    rows.execute(f"UPDATE {table} SET message_id = '1700000000.000100'")
    assert rows.execute(f"SELECT message_id FROM {table}").fetchall() == [("1700000000.000100",)]
    rows.close()


async def test_a_database_says_whether_it_is_current(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'data' / 'signalbox.db'}"
    (tmp_path / "data").mkdir()
    database = Database.open(url)
    assert await stored_revision(database) is None
    assert not await is_current(database)
    upgrade(url)
    assert await stored_revision(database) == HEAD_REVISION
    assert await is_current(database)
    await database.close()


def test_migrating_twice_changes_nothing_and_makes_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "signalbox.db"
    upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as rows:
        first = rows.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall()
        upgrade(f"sqlite:///{path}")
        assert rows.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall() == first
    rows.close()


def test_migrating_needs_that_nobody_serves(tmp_path: Path) -> None:
    path = tmp_path / "signalbox.db"
    with serving_lock(path), pytest.raises(AlreadyRunning):
        upgrade(f"sqlite:///{path}")


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "signalbox.db"
    with sqlite3.connect(path) as rows:
        rows.execute("CREATE TABLE audit_entries (somebody_else TEXT)")
    with pytest.raises(Exception, match="audit_entries already exists"):
        upgrade(f"sqlite:///{path}")
    assert rows.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall() == [("audit_entries",)]
    rows.close()


@pytest.mark.parametrize(
    ("name", "kind", "mine"), [("pgqueuer", "schema", False), (None, "schema", True), ("pgqueuer", "table", True)]
)
def test_pgqueuer_s_schema_is_not_ours(name: str | None, kind: str, mine: bool) -> None:
    assert ours(name, kind, {}) is mine


def test_serving_does_not_import_alembic() -> None:
    code = (
        "import sys, bot.store.migrate, bot.store.unit, bot.jobs.embedded, bot.jobs.inbox;"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
