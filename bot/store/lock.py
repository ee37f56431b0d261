"""Owns the rule that one process serves a SQLite database: a lock on `<database>.lock`."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import AlreadyRunning


@contextmanager
def serving_lock(database: Path) -> Iterator[None]:
    """Be the only one for the length of the block. The kernel lets go when the process dies, however it dies.

    Raises `AlreadyRunning` at once when another process holds it. The file stays: removing it would let two processes
    hold locks on two files of one name.
    """
    path = database.with_name(f"{database.name}.lock")
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise AlreadyRunning(
                f"Another Signalbox (process {holder}) holds {path}. One process serves a SQLite database: stop the "
                "other one first, or give this one its own DATABASE_URL."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
