"""Owns copies of a SQLite database: one taken while it is served, and one put in its place.

What is taken is one moment of the database, whatever is written meanwhile, and it is checked before it gets its name.
https://www.sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from bot.errors import BotError
from bot.store.database import BUSY_MILLISECONDS, is_postgres, sqlite_path
from bot.store.migrate import VERSION_TABLE, known_revisions, upgrade

PRIVATE: Final = 0o600
"""A backup holds what the database holds: who may do what, and what people said."""

MAGIC: Final = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat.html#the_database_header

BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database; left beside another one, they would be taken for its own."""


def back_up(database_url: str, file: Path) -> int:
    """Copy the database into a new file that only its owner reads; returns its bytes. It may be served meanwhile.

    Raises `BotError` when there is no database, the file exists or the copy is not sound, `OSError` when it can not be
    written.
    """
    if is_postgres(database_url):
        raise BotError(
            f'PostgreSQL is backed up by its own program: pg_dump --format=custom --file={file} "$DATABASE_URL"'
        )
    database = _existing(sqlite_path(database_url))
    if file.exists():
        raise BotError(f"{file} exists already, and a backup is not written over another one.")
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        _private(part)
        with _opened(database) as rows:
            rows.execute("VACUUM INTO ?", (str(part),))
        checked(part)
        _to_disk(part)
        os.link(part, file)  # unlike a rename it fails when somebody else has made the file meanwhile
    finally:
        part.unlink(missing_ok=True)
    _to_disk(file.parent)
    return file.stat().st_size


def checked(file: Path) -> str:
    """The schema's revision of a database that is sound and known here.

    Raises `BotError` for anything else: no file, no database, a damaged one, one of a newer Signalbox.
    """
    try:
        with _opened(_existing(file)) as rows:
            faults = [row[0] for row in rows.execute("PRAGMA integrity_check(3)")]
            if faults != ["ok"]:
                raise BotError(f"{file} is damaged: {'; '.join(faults)}.")
            if rows.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise BotError(f"{file} is damaged: a row refers to one that is not there.")
            revision = rows.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    except sqlite3.DatabaseError as error:
        raise BotError(f"{file} is no database of Signalbox: {error}.") from error
    if revision is None or revision[0] not in known_revisions():
        raise BotError(f"{file} is from a newer Signalbox than this one: restore it with that version.")
    return str(revision[0])


def prepare(database: Path, file: Path) -> Path:
    """A copy of the backup at this version's schema, beside the database: what is done to it touches neither.

    Raises as `checked`, and `OSError` when there is no room. The caller holds the serving lock of the database.
    """
    checked(file)
    work = database.with_name(f"{database.name}.restoring")
    _remove(work)
    _private(work)
    shutil.copyfile(file, work)
    upgrade(url_of(work))
    _remove(work, database=False)
    work.with_name(f"{work.name}.lock").unlink(missing_ok=True)
    return work


def put_in_place(work: Path, database: Path, aside: Path) -> None:
    """Let `work` be the database from now on; what was there until now is `aside`.

    At each moment there is a whole database of that name: the old one until the rename, then the new one.
    """
    with _opened(work) as rows:
        rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    checked(work)
    _to_disk(work)
    if database.exists():
        _settle(database)
        _look_alike(database, work)
        os.link(database, aside)
        for suffix in BESIDE:  # only a process that was killed leaves any, and they belong to what is aside now
            beside = database.with_name(database.name + suffix)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + suffix))
    work.rename(database)
    _remove(work)
    _to_disk(database.parent)


def url_of(path: Path) -> str:
    """The URL of a SQLite file, whatever signs are in its name."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise BotError(f"There is no database {path}.")
    return path


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_MILLISECONDS / 1_000)) as connection:
        yield connection


def _look_alike(database: Path, work: Path) -> None:
    """Whoever could read the database can read the new one: restoring is often another user's work than serving."""
    known = database.stat()
    work.chmod(known.st_mode)
    with contextlib.suppress(PermissionError):
        os.chown(work, known.st_uid, known.st_gid)


def _settle(database: Path) -> None:
    """Have SQLite put what lies beside the file into it, if it still can: then there is one file to put aside."""
    with database.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return  # opening it would throw away what lies beside it
    with contextlib.suppress(sqlite3.DatabaseError), _opened(database) as rows:
        rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _private(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))


def _remove(path: Path, *, database: bool = True) -> None:
    for suffix in ("", *BESIDE) if database else BESIDE:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
