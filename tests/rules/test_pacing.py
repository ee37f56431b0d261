"""When a living message may be edited next, and what a whole run costs in edits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.pacing import next_edit

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def due(now: float, last: float | None, edits: int, *, urgent: bool = False, final: bool = False) -> float:
    moment = next_edit(
        now=at(now),
        created_at=START,
        edited_at=None if last is None else at(last),
        edits=edits,
        urgent=urgent,
        final=final,
    )
    return (moment - START).total_seconds()


@pytest.mark.parametrize(
    ("now", "last", "edits", "expected"),
    [
        (0, None, 0, 0),  # the first news is shown at once
        (0.5, 0.3, 0, 0.5),
        (1, 1, 1, 3),
        (10, 10, 2, 18),
        (10, 10, 3, 30),
        (10, 10, 4, 55),
        (10, 10, 5, 100),
        (10, 10, 6, 190),
        (10, 10, 7, 310),
        (10, 10, 8, 310),
        (10, 10, 5000, 310),
        (500, 10, 7, 500),  # its turn has come: now
        (100, None, 7, 300),  # no time of the last edit: counted from the beginning
        (10, 9000, 7, 310),  # the clock was set back
    ],
)
def test_edits_come_less_and_less_often(now: float, last: float | None, edits: int, expected: float) -> None:
    assert due(now, last, edits) == expected


@pytest.mark.parametrize("edits", [0, 1, 5, 100])
def test_a_final_state_never_waits(edits: int) -> None:
    assert due(10, 10, edits, final=True) == 10


@pytest.mark.parametrize(
    ("now", "last", "edits", "expected"),
    [(10, 10, 0, 10), (10, 10, 1, 12), (10, 10, 2, 15), (10, 10, 9, 15), (12, 10, 9, 15), (60, 10, 9, 60)],
)
def test_the_first_failure_may_come_sooner(now: float, last: float, edits: int, expected: float) -> None:
    assert due(now, last, edits, urgent=True) == expected


def edits_of(events: Sequence[float], *, failure: float | None = None) -> list[float]:
    """The seconds at which a message is edited: one edit waits at a time, all news until then go into it."""
    edited: list[float] = []
    last, waiting, told = 0.0, None, False
    for left, event in zip(range(len(events) - 1, -1, -1), sorted(events), strict=True):
        if waiting is not None and waiting <= event:
            edited.append(waiting)
            last, waiting = waiting, None
        urgent = failure is not None and event >= failure and not told
        told = told or urgent
        moment = due(event, last, len(edited), urgent=urgent, final=left == 0)
        waiting = moment if waiting is None else min(waiting, moment)
        if waiting <= event:
            edited.append(event)
            last, waiting = event, None
    return edited


def run(jobs: int, seconds: float) -> list[float]:
    """The news of a run: three about the run and three about each job, spread over its time."""
    count = 3 + 3 * jobs
    return [round(seconds * number / (count - 1), 3) for number in range(count)]


def test_a_run_of_ten_jobs_and_five_minutes_costs_at_most_eight_edits() -> None:
    events = run(10, 300)
    assert len(events) == 33
    assert [round(moment) for moment in edits_of(events)] == [0, 9, 19, 39, 84, 174, 300]
    assert max(len(edits_of(events, failure=failure)) for failure in events) <= 8


def test_a_matrix_of_a_hundred_jobs_and_thirty_minutes_costs_at_most_fifteen_edits() -> None:
    events = run(100, 1800)
    assert len(events) == 303
    assert len(edits_of(events)) == 12
    assert max(len(edits_of(events, failure=failure)) for failure in events) <= 15


MOMENTS = st.integers(0, 1_800_000).map(lambda milliseconds: milliseconds / 1000)


@given(st.lists(MOMENTS.map(lambda moment: round(moment / 6, 3)), min_size=1, max_size=33))
def test_however_the_news_of_five_minutes_fall_there_are_at_most_eight_edits(events: list[float]) -> None:
    edited = edits_of(events)
    assert len(edited) <= 8
    assert edited[-1] == max(events)
    assert edited[0] <= min(events)


@given(st.lists(MOMENTS, min_size=1, max_size=303), MOMENTS)
def test_however_the_news_of_half_an_hour_fall_there_are_at_most_fifteen_edits(
    events: list[float], failure: float
) -> None:
    assert len(edits_of(events, failure=failure)) <= 15
