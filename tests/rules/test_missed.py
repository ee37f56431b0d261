"""Which failed deliveries are asked for again, when, and when no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from bot.model.delivery import Attempt
from bot.rules.missed import FIRST_WAIT, MOST_ASKED, PACE, Asked, plan
from tests.support import make


def attempt(id: int, guid: str = "a", *, again: bool = False, ok: bool = False) -> Attempt:
    return Attempt(id=id, guid=guid, redelivery=again, ok=ok, delivered_at=make.at(id))


ONCE: Mapping[str, Asked] = {"a": Asked(attempt=1, times=1)}


@pytest.mark.parametrize(
    ("newest_first", "known", "asked", "expected"),
    [
        ([attempt(1)], (), {}, [1]),
        ([attempt(1)], ("a",), {}, []),  # it was written down before the answer got lost
        ([attempt(2, again=True), attempt(1)], (), {}, [2]),  # once per GUID
        ([attempt(2, again=True, ok=True), attempt(1)], (), {}, []),
        ([attempt(2), attempt(1, ok=True)], (), {}, []),
        ([attempt(1)], (), ONCE, []),  # asked for; listed still, because the pages overlap
        ([attempt(2, again=True), attempt(1)], (), ONCE, [2]),  # it failed once more
        ([attempt(2, again=True), attempt(1)], (), {"a": Asked(attempt=2, times=2)}, []),
        ([attempt(3, "b"), attempt(2, "c"), attempt(1)], (), {}, [1, 2, 3]),  # what happened first is told first
        ([], (), {}, []),
    ],
)
def test_what_is_asked_for(
    newest_first: Sequence[Attempt], known: Sequence[str], asked: Mapping[str, Asked], expected: list[int]
) -> None:
    found = plan(newest_first, known, asked, make.NOON)
    assert [ask.attempt.id for ask in found.asks] == expected
    assert found.given_up == []


def test_several_are_asked_for_one_after_the_other() -> None:
    found = plan([attempt(3, "b"), attempt(2, "c"), attempt(1)], (), {}, make.NOON)
    assert [ask.at - make.NOON for ask in found.asks] == [PACE * 0, PACE, PACE * 2]


def test_what_fails_again_waits_ever_longer_and_then_is_given_up() -> None:
    waits = []
    for times in range(1, MOST_ASKED):
        found = plan([attempt(99, again=True)], (), {"a": Asked(attempt=98, times=times)}, make.NOON)
        waits += [ask.at - make.NOON for ask in found.asks]
    assert waits[:3] == [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4]
    assert timedelta(days=1) < sum(waits, timedelta()) < timedelta(days=3)  # GitHub remembers for three days
    found = plan([attempt(99, again=True)], (), {"a": Asked(attempt=98, times=MOST_ASKED)}, make.NOON)
    assert (found.asks, [each.id for each in found.given_up]) == ([], [99])
