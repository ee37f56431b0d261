"""The migrations build what the schema says, from every revision on, and serving does without Alembic."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import AlreadyRunning
from bot.store.database import Database, open_for_migration
from bot.store.lock import serving_lock
from bot.store.migrate import alembic_config, is_current, ours, stored_revision, upgrade
from bot.store.schema import HEAD_REVISION, metadata

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
