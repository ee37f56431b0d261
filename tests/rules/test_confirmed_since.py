"""Whose word in the organisation's own repository counts in the others (T13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from bot.model.config import KeptConfig, Layer
from bot.rules.second_person import confirmed_since
from tests.support import make

HERE = KeptConfig(
    connection=make.CONNECTION,
    repository=77,
    layer=Layer.ORGANISATION,
    blob="a" * 40,
    data=b"",
    in_force_since=make.at(0),
    waiting_blob="b" * 40,
    waiting_since=make.at(60),
)
THERE = KeptConfig(
    connection=make.CONNECTION,
    repository=78,
    layer=Layer.REPOSITORY,
    blob="b" * 40,
    data=b"",
    in_force_since=make.at(90),
    confirmed_by=UUID(int=1001),
)


@pytest.mark.parametrize(
    ("there", "here", "counts"),
    [
        ({}, {}, True),
        ({"in_force_since": make.at(60)}, {}, True),
        ({"in_force_since": make.at(59)}, {}, False),  # said before it began to wait here
        ({"blob": "c" * 40}, {}, False),
        ({"confirmed_by": None}, {}, False),  # the first that was seen there, or nothing wider there
        ({"waiting_since": make.at(95), "waiting_blob": "d" * 40}, {}, False),
        ({"waiting_since": make.at(95)}, {}, False),  # its removal waits there
        ({"blob": None}, {}, False),
        ({"blob": None}, {"waiting_blob": None}, True),
        ({}, {"waiting_since": None}, False),  # nothing waits
    ],
)
def test_t13_only_a_later_word_about_just_this_file_counts(
    there: dict[str, Any], here: dict[str, Any], counts: bool
) -> None:
    assert confirmed_since(replace(THERE, **there), replace(HERE, **here)) is counts
