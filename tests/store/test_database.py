"""From DATABASE_URL to engines: which URLs are served, how SQLite is set up, who may hold the file."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import bot.store
from bot.errors import AlreadyRunning, BotError
from bot.store import migrate
from bot.store.database import Database, sqlite_path
from bot.store.lock import serving_lock
from bot.store.unit import Units
from tests.support import make

pytestmark = pytest.mark.sqlite


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///signalbox.db", Path("signalbox.db")),
        ("sqlite:///data/signalbox.db", Path("data/signalbox.db")),
        ("sqlite:////var/lib/signalbox/signalbox.db", Path("/var/lib/signalbox/signalbox.db")),
    ],
)
def test_a_sqlite_url_names_a_file(url: str, path: Path) -> None:
    assert sqlite_path(url) == path


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql+asyncpg://bot:hunter2@db/signalbox", r"write sqlite:///\.\.\. or postgresql://"),
        ("mysql://bot:hunter2@db/signalbox", "names mysql"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("", "can not be read"),
        ("hunter2", "can not be read"),
    ],
)
def test_any_other_url_is_refused_without_repeating_its_password(url: str, sentence: str) -> None:
    with pytest.raises(BotError, match=sentence) as refusal:
        Database.open(url)
    assert "hunter2" not in str(refusal.value)


async def test_both_engines_are_set_up_as_the_design_says(database: Database) -> None:
    async def pragma(name: str) -> tuple[object, object]:
        found = []
        for engine in (database.writing, database.reading):
            async with engine.connect() as connection:
                found.append((await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one())
        return found[0], found[1]

    full = 2
    assert await pragma("journal_mode") == ("wal", "wal")
    assert (await pragma("synchronous"))[0] == full
    assert await pragma("foreign_keys") == (1, 1)
    assert await pragma("query_only") == (0, 1)
    assert await pragma("busy_timeout") == (10_000, 10_000)


HOLD_THE_WRITE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE connections SET name = 'from the command line' WHERE name = 'github'")
print("held", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""


async def test_a_write_waits_for_a_command_line_that_writes_beside_it(units: Units, database: Database) -> None:
    beside = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        HOLD_THE_WRITE_LOCK,
        str(database.path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert beside.stdin is not None
    assert beside.stdout is not None
    assert await beside.stdout.readline() == b"held\n"

    async def write() -> None:
        async with units.write() as unit:
            await unit.repositories.save(make.repository())

    writing = asyncio.create_task(write())
    async with units.read() as unit:  # reading does not wait
        assert (await unit.connections.get(make.CONNECTION)).name == "github"
    assert not writing.done()
    beside.stdin.write(b"\n")
    await beside.communicate()
    await writing
    async with units.read() as unit:
        assert (await unit.connections.get(make.CONNECTION)).name == "from the command line"
        assert await unit.repositories.get(make.CONNECTION, 77) is not None


async def test_a_failed_statement_does_not_spoil_the_connection(units: Units) -> None:
    with pytest.raises(Exception, match="no such table"):
        async with units.write() as unit:
            await unit.jobs._sql.exec_driver_sql("SELECT * FROM nowhere")
    async with units.write() as unit:
        await unit.repositories.save(make.repository())


def test_one_process_holds_the_serving_lock(tmp_path: Path) -> None:
    database = tmp_path / "signalbox.db"
    hold = f"""
import sys
from pathlib import Path
from bot.store.lock import serving_lock
with serving_lock(Path({str(database)!r})):
    print("held", flush=True)
    sys.stdin.readline()
"""
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning) as refusal, serving_lock(database):
            pass
        other.kill()
        other.wait()
    sentence = str(refusal.value)
    assert f"process {other.pid}" in sentence
    assert f"{database}.lock" in sentence
    with serving_lock(database):  # the kernel let go of what the dead process held
        pass


def test_the_lock_leaves_the_database_to_short_transactions(migrated: Path) -> None:
    with serving_lock(migrated), sqlite3.connect(migrated) as beside:
        assert beside.execute("SELECT count(*) FROM jobs").fetchone() == (0,)
    beside.close()


@pytest.mark.parametrize("engine", ["writing", "reading"])
async def test_a_transaction_that_is_called_off_while_it_begins_leaves_nothing_open(
    units: Units, database: Database, engine: str
) -> None:
    """The connection's thread begins all the same, later: the next one must not find itself inside."""
    async with getattr(database, engine).connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
    gate = threading.Event()
    busy = asyncio.create_task(driver.trip(lambda _connection: gate.wait()))

    async def look() -> None:
        async with units.write() if engine == "writing" else units.read() as unit:
            await unit.connections.get(make.CONNECTION)

    called_off = asyncio.create_task(look())
    await turns(20)
    assert not driver._tx.empty()  # its BEGIN is in line
    called_off.cancel()
    await turns(20)
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await called_off
    await busy
    await look()
    async with getattr(database, engine).connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert not await driver.trip(lambda connection: connection.in_transaction)  # after what is still in line


async def test_nobody_waits_for_the_end_of_a_snapshot_and_the_next_one_is_new_all_the_same(units: Units) -> None:
    seen = []
    for name in ("first", "second", "third"):
        async with units.write() as unit:
            known = await unit.connections.get(make.CONNECTION)
            await unit.connections.save(replace(known, name=name))
        async with units.read() as unit:
            seen.append((await unit.connections.get(make.CONNECTION)).name)
    assert seen == ["first", "second", "third"]


async def test_a_transaction_begins_with_its_first_statement(database: Database) -> None:
    async with database.writing.begin() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
    assert not driver.in_transaction
    async with database.writing.begin() as connection:
        assert (await connection.exec_driver_sql("SELECT 1")).scalar_one() == 1
        assert driver.in_transaction
    assert not driver.in_transaction


async def turns(count: int) -> None:
    """Let every task go on as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("use", [Database.open, migrate.upgrade], ids=["serve", "migrate"])
def test_without_its_packages_postgresql_says_what_to_install(
    use: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    monkeypatch.delitem(sys.modules, "bot.store.postgres", raising=False)
    monkeypatch.delattr(bot.store, "postgres", raising=False)
    with pytest.raises(BotError, match=r"requirements/postgres\.txt"):
        use("postgresql://db/signalbox")
