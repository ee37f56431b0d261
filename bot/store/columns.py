"""Owns how values lie in columns, the same on SQLite and PostgreSQL: moments, JSON, ids."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator, Uuid

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Id = Uuid
"""A UUIDv7: 32 hex digits on SQLite, the native type on PostgreSQL. Both sort by time of making."""

Number = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database counts up; SQLite does so for INTEGER only.

https://www.sqlite.org/autoinc.html
"""


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970, exactly. Raises `ValueError` for a naive datetime, which could mean any moment."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a timezone, got {moment!r}")
    return (moment - EPOCH) // MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The aware UTC datetime."""
    return EPOCH + count * MICROSECOND


def to_json(value: Any) -> str:
    """Compact JSON in ASCII: a NUL or half a surrogate pair, which databases refuse in TEXT, stays escaped."""
    return json.dumps(value, separators=(",", ":"))


class Moment(TypeDecorator[datetime]):
    """An aware datetime as integer microseconds UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the database."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else from_microseconds(value)


class Words(TypeDecorator[str]):
    """Text that people or machines outside wrote. A NUL, which PostgreSQL refuses in TEXT, becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else value.replace("\0", "\ufffd")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """From the database."""
        return value


class Json(TypeDecorator[Any]):
    """Plain JSON as TEXT."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From the database."""
        return None if value is None else json.loads(value)


class JsonBytes(TypeDecorator[bytes]):
    """JSON that was encoded at the edge and is decoded by whoever reads it: bytes in Python, TEXT in the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else value.decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> bytes | None:
        """From the database."""
        return None if value is None else value.encode()
