"""Owns a SQLite database at the newest schema, made once per process: to migrate takes longer than to copy."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store.database import sqlite_path
from bot.store.migrate import upgrade


def put_migrated(database_url: str) -> None:
    """Lay a migrated database at this URL, where none is yet."""
    shutil.copy(Path(_made().name) / "signalbox.db", sqlite_path(database_url))


@cache
def _made() -> TemporaryDirectory[str]:
    """Goes away with the process."""
    folder = TemporaryDirectory(prefix="signalbox-migrated-")
    upgrade(f"sqlite:///{folder.name}/signalbox.db")
    return folder
