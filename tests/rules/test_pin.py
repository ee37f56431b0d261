"""T4: what a comment means by "this commit"."""

from __future__ import annotations

import pytest

from bot.model.decision import Reason
from bot.model.repository import Head
from bot.model.request import PinSource
from bot.rules.pin import Pinned, Unpinned, head_as_of, newest, pin_branch, pin_head
from tests.support import make

LATE = 15 * 60 + 1


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], None),
        ([make.head(make.SHA, -60)], make.SHA),
        ([make.head(make.SHA, -60), make.head(make.OTHER_SHA, -1)], make.OTHER_SHA),
        ([make.head(make.OTHER_SHA, -1), make.head(make.SHA, -60)], make.OTHER_SHA),  # arrived out of order
        ([make.head(make.SHA, -60), make.head(make.OTHER_SHA, 0)], make.SHA),  # the same second is not before
        ([make.head(make.SHA, 0)], None),
        ([make.head(make.SHA, 0, "opened")], make.SHA),  # there was no comment before the pull request was opened
        ([make.head(make.SHA, 5)], None),
        ([make.head(make.SHA, -60), make.head(make.OTHER_SHA, -60)], make.OTHER_SHA),  # two pushes in one second
        ([make.head(make.SHA, -60, "opened"), make.head(make.OTHER_SHA, -60)], make.OTHER_SHA),
    ],
)
def test_t4_the_head_as_of_before_the_comment(history: list[Head], expected: str | None) -> None:
    head = head_as_of(history, make.NOON)
    assert (head.sha if head else None) == expected


@pytest.mark.parametrize(
    ("recorded", "logged", "expected"),
    [
        (None, None, None),
        (make.head(make.SHA, -60), None, make.SHA),
        (None, make.head(make.OTHER_SHA, -60, "activity"), make.OTHER_SHA),
        (make.head(make.SHA, -60), make.head(make.OTHER_SHA, -30, "activity"), make.OTHER_SHA),  # a push we missed
        (make.head(make.SHA, -60), make.head(make.OTHER_SHA, -60, "activity"), make.OTHER_SHA),
        (make.head(make.SHA, -30), make.head(make.OTHER_SHA, -60, "activity"), make.SHA),  # the log is behind
    ],
)
def test_t4_the_later_of_our_record_and_githubs_log_counts(
    recorded: Head | None, logged: Head | None, expected: str | None
) -> None:
    head = newest(recorded, logged)
    assert (head.sha if head else None) == expected


def test_t4_an_unmoved_head_is_pinned_with_its_provenance() -> None:
    pinned = pin_head(make.head(), make.pull_request(), asked_at=make.NOON, now=make.at(1))
    assert pinned == Pinned(sha=make.SHA, source=PinSource.RECORDED)
    from_log = pin_head(make.head(source="activity"), make.pull_request(), asked_at=make.NOON, now=make.at(1))
    assert from_log == Pinned(sha=make.SHA, source=PinSource.ACTIVITY)


def test_t4_a_head_that_moved_after_the_comment_is_refused() -> None:
    moved = pin_head(make.head(), make.pull_request(head_sha=make.OTHER_SHA), asked_at=make.NOON, now=make.at(1))
    assert moved == Unpinned(
        reason=Reason.HEAD_MOVED, seen="the head was aaaaaaaaaaaa when it was asked and is bbbbbbbbbbbb now"
    )


def test_t4_an_unknown_head_is_good_enough_in_time_where_no_gate_hangs_on_it() -> None:
    assert pin_head(None, make.pull_request(), asked_at=make.NOON, now=make.at(60)) == Pinned(
        sha=make.SHA, source=PinSource.CURRENT
    )


def test_t4_a_late_command_goes_on_only_when_its_head_is_shown_unmoved() -> None:
    assert pin_head(make.head(), make.pull_request(), asked_at=make.NOON, now=make.at(LATE)) == Pinned(
        sha=make.SHA, source=PinSource.RECORDED
    )
    late = Unpinned(reason=Reason.EXPIRED, seen="it was asked 15 minutes ago")
    assert pin_head(None, make.pull_request(), asked_at=make.NOON, now=make.at(LATE)) == late
    assert pin_branch(make.SHA, asked_at=make.NOON, now=make.at(LATE)) == late
    assert pin_branch(make.SHA, asked_at=make.NOON, now=make.at(1)) == Pinned(sha=make.SHA, source=PinSource.CURRENT)
