"""Owns what each test would make anew though it never differs: made once per process, as a bot makes it once in a life.

A bot pays for these when it starts and never again. Thousands of bots start in one process here.
"""

from __future__ import annotations

import gc
import os
import tempfile
from functools import cache, partial, wraps
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from jwt.algorithms import RSAAlgorithm
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.render import renderer
from bot.store import database


def install() -> None:
    """Before the first test of a process."""
    _authorities()
    _keys()
    _templates()
    _statements()


def settle() -> None:
    """Once every test is imported: what is there by now stays, so nobody need look through it for garbage."""
    gc.collect()
    gc.freeze()


def _authorities() -> None:
    """No certificates, for no test leaves loopback: to read all there are takes longer than many a test."""
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = _empty_folder().name


@cache
def _empty_folder() -> tempfile.TemporaryDirectory[str]:
    """Goes away with the process."""
    return tempfile.TemporaryDirectory(prefix="signalbox-no-authorities-")


def _keys() -> None:
    """A private key is checked when it is read, which takes longer than to sign with it a dozen times."""
    read = cache(RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key)
    plain = RSAAlgorithm.prepare_key

    @wraps(plain)
    def prepare(self: RSAAlgorithm, key: Any) -> Any:
        return read(key) if isinstance(key, str) else plain(self, key)

    RSAAlgorithm.prepare_key = prepare  # type: ignore[method-assign]


class _Bytecode(BytecodeCache):
    """Of templates, by file and text."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


def _templates() -> None:
    kept = partial(renderer._EscapingEnvironment, bytecode_cache=_Bytecode())
    renderer._EscapingEnvironment = kept  # type: ignore[assignment,misc]


def _statements() -> None:
    """SQL is put together once per engine; all engines of a SQLite database speak the same."""
    compiled: dict[Any, Any] = {}

    def engine(*arguments: Any, **more: Any) -> AsyncEngine:
        return create_async_engine(*arguments, execution_options={"compiled_cache": compiled}, **more)

    SQLiteDialect_aiosqlite.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    SQLiteDialect_aiosqlite.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    database.create_async_engine = engine  # type: ignore[attr-defined]
