"""Copies of a database: sound, private, of one moment; and put in place so that there always is a whole one."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import select

from bot import keeping
from bot.errors import AlreadyRunning, BotError
from bot.flow import maintenance
from bot.flow.answer import Reply
from bot.flow.renew import renew
from bot.model.job import Job
from bot.render.renderer import Renderer
from bot.rules.patience import OUTAGE
from bot.store.backup import back_up, checked, prepare, put_in_place, url_of
from bot.store.database import Database, open_for_migration
from bot.store.lock import serving_lock
from bot.store.migrate import alembic_config
from bot.store.mint import Mint
from bot.store.schema import HEAD_REVISION, audit_entries
from bot.store.unit import Units
from bot.wiring import TEMPLATES
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import announcement, answer, delivery, save_request

SAMPLES = Path(__file__).parent / "migrations"


@pytest.fixture
def database_file(migrated: Path, tmp_path: Path) -> Path:
    """A database of this test's own, with a name that URLs and SQL have their own ideas about."""
    path = tmp_path / "a box's 100% ä.db"
    shutil.copy(migrated, path)
    return path


def one(path: Path, statement: str) -> Any:
    with closing(sqlite3.connect(path)) as rows:
        return rows.execute(statement).fetchone()[0]


def put(path: Path, name: str) -> None:
    """Something to know a database by."""
    with closing(sqlite3.connect(path)) as rows, rows:
        rows.execute("INSERT INTO marks VALUES (?, 1, 1)", (name,))


def names(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as rows:
        return {name for (name,) in rows.execute("SELECT name FROM marks WHERE name NOT LIKE 'restore.%'")}


# --- backup -----------------------------------------------------------------------------------------------------------


def test_a_backup_is_private_and_sound(database_file: Path, tmp_path: Path) -> None:
    put(database_file, "before")
    copy = tmp_path / "copy.db"
    assert back_up(url_of(database_file), copy) == copy.stat().st_size
    put(database_file, "after")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert names(copy) == {"before"}
    assert checked(copy) == HEAD_REVISION
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([database_file.name, "copy.db"])


async def test_a_backup_is_of_one_moment_while_others_write(database_file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database_file, isolation_level=None)) as serving:
        serving.execute("PRAGMA journal_mode = WAL")
        serving.execute("BEGIN IMMEDIATE")
        serving.execute("INSERT INTO marks VALUES ('uncommitted', 1, 1)")
        await asyncio.to_thread(back_up, url_of(database_file), tmp_path / "copy.db")
        serving.execute("COMMIT")
    assert names(tmp_path / "copy.db") == set()


def test_a_backup_is_not_written_over_another_one(database_file: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("the only one")
    with pytest.raises(BotError, match="exists already"):
        back_up(url_of(database_file), tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "the only one"


def test_a_backup_of_nothing_is_refused_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(BotError, match="There is no database"):
        back_up(url_of(tmp_path / "never.db"), tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_is_not_sound_gets_no_name(database_file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database_file)) as rows, rows:
        rows.execute("INSERT INTO runs SELECT *, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 FROM (SELECT 'lonely')")
    with pytest.raises(BotError, match="a row refers to one that is not there"):
        back_up(url_of(database_file), tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir()] == [database_file.name]


def test_for_postgresql_the_command_is_named_and_the_password_is_not(tmp_path: Path) -> None:
    url = "postgresql://box:hunter2@db.example.com/box"
    with pytest.raises(BotError, match="pg_dump --format=custom --file=") as dumped:
        back_up(url, tmp_path / "copy.dump")
    with pytest.raises(BotError, match="pg_restore --exit-on-error --single-transaction") as loaded:
        keeping.restore(url, tmp_path / "copy.dump")
    assert "hunter2" not in f"{dumped.value}{loaded.value}"


# --- restore ----------------------------------------------------------------------------------------------------------


def test_what_was_there_is_kept_beside_what_is_there_now(database_file: Path, tmp_path: Path) -> None:
    back_up(url_of(database_file), copy := tmp_path / "copy.db")
    database_file.chmod(0o640)
    put(database_file, "since")
    found = keeping.restore(url_of(database_file), copy, timer=FakeClock())
    assert found.aside == database_file.with_name(f"{database_file.name}.before-restore-20261121T090000Z")
    assert (names(database_file), names(found.aside)) == (set(), {"since"})
    assert stat.S_IMODE(database_file.stat().st_mode) == 0o640
    assert names(copy) == set()
    left = {path.name.removeprefix(database_file.name) for path in tmp_path.iterdir()} - {"copy.db"}
    assert left == {"", ".lock", ".before-restore-20261121T090000Z"}


def test_a_database_that_is_gone_is_restored_too(database_file: Path, tmp_path: Path) -> None:
    back_up(url_of(database_file), copy := tmp_path / "copy.db")
    database_file.unlink()
    assert keeping.restore(url_of(database_file), copy).aside is None
    assert checked(database_file) == HEAD_REVISION


def test_one_that_is_damaged_is_put_aside_with_all_that_belongs_to_it(database_file: Path, tmp_path: Path) -> None:
    back_up(url_of(database_file), copy := tmp_path / "copy.db")
    database_file.write_bytes(b"this was a database once")
    beside = database_file.with_name(f"{database_file.name}-wal")
    beside.write_bytes(b"and this was its log")
    aside = keeping.restore(url_of(database_file), copy).aside
    assert aside is not None
    assert aside.read_bytes() == b"this was a database once"
    assert aside.with_name(f"{aside.name}-wal").read_bytes() == b"and this was its log"
    assert not beside.exists()
    assert checked(database_file) == HEAD_REVISION


def test_a_restore_needs_that_nobody_serves(database_file: Path, tmp_path: Path) -> None:
    back_up(url_of(database_file), copy := tmp_path / "copy.db")
    put(database_file, "since")
    with serving_lock(database_file), pytest.raises(AlreadyRunning):
        keeping.restore(url_of(database_file), copy)
    with serving_lock(database_file), pytest.raises(AlreadyRunning):
        asyncio.run(keeping.renew(url_of(database_file)))
    assert names(database_file) == {"since"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "There is no database"),
        (b"", "is no database of Signalbox"),
        (b"text" * 99, "is no database of Signalbox"),
    ],
)
def test_what_is_no_backup_changes_nothing(
    database_file: Path, tmp_path: Path, content: bytes | None, words: str
) -> None:
    put(database_file, "since")
    file = tmp_path / "copy.db"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BotError, match=words):
        keeping.restore(url_of(database_file), file)
    assert names(database_file) == {"since"}


def test_a_damaged_backup_is_refused(database_file: Path, tmp_path: Path) -> None:
    back_up(url_of(database_file), copy := tmp_path / "copy.db")
    pages = bytearray(copy.read_bytes())
    pages[4096 * 20 : 4096 * 24] = bytes(4096 * 4)
    copy.write_bytes(pages)
    with pytest.raises(BotError, match=r"is damaged|is no database"):
        keeping.restore(url_of(database_file), copy)


def test_t23_a_backup_of_a_newer_version_is_refused(database_file: Path, tmp_path: Path) -> None:
    back_up(url_of(database_file), copy := tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as rows, rows:
        rows.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BotError, match="from a newer Signalbox"):
        keeping.restore(url_of(database_file), copy)


@pytest.mark.parametrize("revision", sorted(path.stem for path in SAMPLES.glob("*.sql")))
def test_t23_an_older_backup_is_migrated(database_file: Path, tmp_path: Path, revision: str) -> None:
    copy = tmp_path / "copy.db"
    engine = open_for_migration(url_of(copy))
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(copy)) as rows:
        rows.executescript((SAMPLES / f"{revision}.sql").read_text())
    keeping.restore(url_of(database_file), copy)
    assert (checked(copy), checked(database_file)) == (revision, HEAD_REVISION)
    assert one(database_file, "SELECT count(*) FROM requests") == 1
    assert one(database_file, "SELECT value FROM marks WHERE name = 'restore.maintenance'") == 1


def test_a_restore_that_fails_halfway_leaves_the_database_and_can_be_repeated(
    database_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(url_of(database_file), copy := tmp_path / "copy.db")
    put(database_file, "since")

    def fails(*_: object) -> None:
        raise OSError("The disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("bot.store.backup.put_in_place", fails)
        with pytest.raises(OSError, match="The disk is full"):
            keeping.restore(url_of(database_file), copy)
    assert names(database_file) == {"since"}
    keeping.restore(url_of(database_file), copy)
    assert names(database_file) == set()


def test_the_next_generation_has_the_next_number(database_file: Path, tmp_path: Path) -> None:
    back_up(url_of(database_file), copy := tmp_path / "copy.db")
    keeping.restore(url_of(database_file), copy)
    back_up(url_of(database_file), later := tmp_path / "later.db")
    keeping.restore(url_of(database_file), later)
    assert one(database_file, "SELECT value FROM marks WHERE name = 'restore.generation'") == 2


def test_two_restores_in_the_same_second_keep_what_was_there_both_times(database_file: Path, tmp_path: Path) -> None:
    back_up(url_of(database_file), copy := tmp_path / "copy.db")
    put(database_file, "first")
    first = keeping.restore(url_of(database_file), copy, timer=(clock := FakeClock())).aside
    put(database_file, "second")
    second = keeping.restore(url_of(database_file), copy, timer=clock).aside
    assert first is not None
    assert second is not None
    assert (names(first), names(second)) == ({"first"}, {"second"})


def test_the_parts_do_what_the_whole_does(database_file: Path, tmp_path: Path) -> None:
    """`prepare` alone touches neither the backup nor the database."""
    back_up(url_of(database_file), copy := tmp_path / "copy.db")
    before = copy.read_bytes(), database_file.read_bytes()
    work = prepare(database_file, copy)
    put(work, "new")
    assert (copy.read_bytes(), database_file.read_bytes()) == before
    put_in_place(work, database_file, tmp_path / "aside.db")
    assert names(database_file) == {"new"}


# --- the new generation, on both databases --------------------------------------------------------------------------


async def begun(units: Units, clock: FakeClock) -> Mapping[str, int]:
    clock.advance((make.at(60) - clock.now()).total_seconds())
    return await renew(Reply(units, Renderer(TEMPLATES, None), clock, Mint()))


async def came(units: Units, at: datetime) -> None:
    """A delivery."""
    arrival = delivery(received_at=at)
    await units.record([(arrival, Job(kind="delivery", key=str(arrival.id), payload={"v": 1}))])


async def test_t23_jobs_of_older_deliveries_are_gone_and_others_stay(units: Units, clock: FakeClock) -> None:
    kinds = ("delivery", "catch_up", "redeliver", "react")
    async with units.write() as unit:
        await unit.enqueue(*[Job(kind=kind, key="1", payload={"v": 1}) for kind in kinds])
        await unit.marks.put("redelivery:seen:1", 5, make.NOON)
        await unit.marks.put("permissions", 5, make.NOON)
    assert (await begun(units, clock))["deliveries_skipped"] == 3
    async with units.read() as unit:
        assert [job.kind for job in await unit.jobs.all()] == ["react"]
        assert await unit.marks.value("redelivery:seen:1") is None
        assert await unit.marks.value("permissions") == 5


async def test_t23_attempts_to_link_are_over(units: Units, clock: FakeClock) -> None:
    async with units.write() as unit:
        await unit.link_attempts.add(make.link_attempt(verifier="v", state_hash="s", code_hash="c"))
    assert (await begun(units, clock))["link_attempts_ended"] == 1
    async with units.read() as unit:
        found = await unit.link_attempts.by_nonce("1" * 64)
        assert await unit.link_attempts.open_of(make.slack_account()) is None
    assert found is not None
    assert (found.ended_at, found.verifier, found.state_hash, found.code_hash) == (clock.now(), None, None, None)


async def test_t23_links_link_nobody_until_they_are_made_anew(units: Units, clock: FakeClock) -> None:
    async with units.write() as unit:
        await unit.people.add(make.person(), make.NOON)
        await unit.links.add_slack(make.person().id, make.slack_account(), method="browser", at=make.NOON)
    assert (await begun(units, clock))["links_to_confirm"] == 1
    async with units.read() as unit:
        assert await unit.people.by_slack(make.slack_account()) is None
        assert await unit.people.slack_user(make.person().id, make.SLACK) is None
        assert await unit.people.by_github(make.account()) == make.person()
    async with units.write() as unit:
        await unit.links.add_slack(make.person().id, make.slack_account(), method="code", at=make.at(90))
    async with units.read() as unit:
        assert await unit.people.by_slack(make.slack_account()) == make.person()
        links = [(link.method, link.unlinked_at) for link in await unit.links.of_person(make.person().id)][1:]
    assert links == [("browser", make.at(90)), ("code", None)]


async def test_t23_what_may_have_been_posted_since_is_looked_for(units: Units, clock: FakeClock) -> None:
    asked = await save_request(units)
    async with units.write() as unit:
        await unit.announcements.add(announcement())
        await unit.answers.add(answer())
    assert (await begun(units, clock))["messages_to_look_for"] == 2
    async with units.read() as unit:
        [shown] = await unit.announcements.of_request(asked.id)
        said = await unit.answers.get(answer().id)
    assert said is not None
    assert (shown.attempted_at, said.attempted_at) == (asked.created_at, make.NOON)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (["x:waits"], 1),
        (["x:waits", "x"], 0),  # answered since
        (["x"], 0),
        (["x:waits", "y:waits", "y"], 1),
    ],
)
async def test_t23_only_who_was_told_to_wait_and_nothing_since_is_told_that_it_is_void(
    units: Units, clock: FakeClock, keys: list[str], told: int
) -> None:
    await came(units, make.NOON)
    async with units.write() as unit:
        for key in keys:
            await unit.answers.add(answer(id=uuid4(), natural_key=key, message_id="5"))
    assert (await begun(units, clock))["commands_voided"] == told
    async with units.read() as unit:
        assert await unit.answers.given("x") is (told > 0 or "x" in keys)
        assert [job.kind for job in await unit.jobs.all()] == ["post_answer"] * told


async def test_t23_nobody_is_told_of_what_waited_long_before_the_backup(units: Units, clock: FakeClock) -> None:
    async with units.write() as unit:
        await unit.answers.add(answer(natural_key="x:waits", message_id="5"))
    assert (await begun(units, clock))["commands_voided"] == 0
    await came(units, make.NOON + OUTAGE + timedelta(minutes=1))
    assert (await begun(units, clock))["commands_voided"] == 0


async def test_t23_a_restore_and_its_end_are_audited(units: Units, clock: FakeClock, database: Database) -> None:
    await begun(units, clock)
    assert await maintenance.end(units, clock)
    assert not await maintenance.end(units, clock)
    async with database.reading.begin() as connection:
        actions = (await connection.execute(select(audit_entries.c.action).order_by(audit_entries.c.number))).scalars()
        assert list(actions) == ["restored", "maintenance_ended"]


@pytest.mark.postgresql
async def test_t23_on_postgresql_it_needs_that_nobody_else_is_connected(units: Units, database_url: str) -> None:
    with pytest.raises(AlreadyRunning, match="Somebody else is connected"):
        await keeping.renew(database_url)


@pytest.mark.postgresql
async def test_t23_on_postgresql_the_generation_begins_when_everybody_is_gone(
    units: Units, database: Database, database_url: str
) -> None:
    await database.close()
    assert (await keeping.renew(database_url)).aside is None
    async with units.read() as unit:
        assert await unit.marks.value("restore.maintenance") == 1
