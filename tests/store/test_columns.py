"""How values lie in columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.columns import from_microseconds, to_json, to_microseconds


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.timezones()))
def test_a_moment_comes_back_exactly(moment: datetime) -> None:
    # In UTC, because Python calls an hour that a zone has twice unequal to every other zone's.
    assert from_microseconds(to_microseconds(moment)) == moment.astimezone(UTC)


def test_a_moment_is_microseconds_since_1970_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    assert to_microseconds(datetime(1970, 1, 1, 1, 0, 0, 1, tzinfo=berlin)) == 1
    assert from_microseconds(1) == datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a timezone"):
        to_microseconds(datetime(2026, 11, 21))


def test_json_is_ascii_whatever_it_says() -> None:
    assert to_json({"ü": "\x00\ud83d"}) == '{"\\u00fc":"\\u0000\\ud83d"}'
