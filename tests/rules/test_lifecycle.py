"""States move along one table, and GitHub's news in any order ends in the same one."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.decision import Reason
from bot.model.request import RequestState as S
from bot.model.run import Conclusion, RunReport, RunStatus
from bot.rules import lifecycle
from tests.support import make

STATES = list(S)


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_in_the_table_and_leads_only_to_known_ones(state: S) -> None:
    assert lifecycle.NEXT[state] <= set(STATES)


@pytest.mark.parametrize(
    "state", [S.REFUSED, S.REJECTED, S.EXPIRED, S.VOIDED, S.CANCELLED, S.SUCCEEDED, S.FAILED, S.LOST]
)
def test_an_end_is_final_and_has_its_time(state: S) -> None:
    before = next(each for each, following in lifecycle.NEXT.items() if state in following)
    ended = lifecycle.advance(make.request(state=before), state, at=make.at(9))
    assert state in lifecycle.FINAL
    assert ended.ended_at == make.at(9)


def test_a_step_beyond_the_table_is_our_own_fault() -> None:
    with pytest.raises(AssertionError, match="succeeded does not lead to running"):
        lifecycle.advance(make.request(state=S.SUCCEEDED), S.RUNNING, at=make.NOON)


@given(st.sampled_from(STATES), st.sampled_from(STATES))
def test_reach_never_leaves_a_final_state_but_lost(state: S, wanted: S) -> None:
    request = make.request(state=state)
    reached = lifecycle.reach(request, wanted, at=make.NOON)
    if state in lifecycle.FINAL - {S.LOST}:
        assert reached == request


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        (S.DISPATCHING, S.SUCCEEDED, S.SUCCEEDED),  # the run was over before we saved its id
        (S.DISPATCHING, S.RUNNING, S.RUNNING),
        (S.LOST, S.CANCELLED, S.CANCELLED),
        (S.LOST, S.SUCCEEDED, S.SUCCEEDED),
        (S.RUNNING, S.RUNNING, S.RUNNING),
        (S.QUEUED, S.SUCCEEDED, S.QUEUED),
        (S.SUCCEEDED, S.FAILED, S.SUCCEEDED),
        (S.VOIDED, S.SUCCEEDED, S.VOIDED),
    ],
)
def test_late_and_hasty_news(before: S, wanted: S, after: S) -> None:
    assert lifecycle.reach(make.request(state=before), wanted, at=make.NOON).state is after


@pytest.mark.parametrize(
    ("status", "conclusion", "state"),
    [
        (RunStatus.REQUESTED, None, S.RUNNING),
        (RunStatus.WAITING, None, S.RUNNING),
        (RunStatus.IN_PROGRESS, None, S.RUNNING),
        (RunStatus.COMPLETED, Conclusion.SUCCESS, S.SUCCEEDED),
        (RunStatus.COMPLETED, Conclusion.NEUTRAL, S.SUCCEEDED),
        (RunStatus.COMPLETED, Conclusion.SKIPPED, S.SUCCEEDED),
        (RunStatus.COMPLETED, Conclusion.CANCELLED, S.CANCELLED),
        (RunStatus.COMPLETED, Conclusion.FAILURE, S.FAILED),
        (RunStatus.COMPLETED, Conclusion.TIMED_OUT, S.FAILED),
        (RunStatus.COMPLETED, Conclusion.STARTUP_FAILURE, S.FAILED),
        (RunStatus.COMPLETED, Conclusion.ACTION_REQUIRED, S.FAILED),
        (RunStatus.COMPLETED, Conclusion.STALE, S.FAILED),
        (RunStatus.COMPLETED, None, S.FAILED),  # a conclusion we do not know is not a success
    ],
)
def test_what_a_run_means_for_its_request(status: RunStatus, conclusion: Conclusion | None, state: S) -> None:
    assert lifecycle.state_after(make.report(status=status, conclusion=conclusion)) is state


REPORTS = [
    make.report(status=RunStatus.REQUESTED, updated_at=make.at(1)),
    make.report(status=RunStatus.IN_PROGRESS, updated_at=make.at(1)),
    make.report(status=RunStatus.COMPLETED, conclusion=Conclusion.SUCCESS, updated_at=make.at(1)),
]


@pytest.mark.parametrize("order", list(permutations(REPORTS)))
def test_reports_in_any_order_end_alike(order: tuple[RunReport, ...]) -> None:
    known_at, known = make.at(-60), RunStatus.REQUESTED
    for report in (*order, *order):
        if lifecycle.is_news(known_at, known, report):
            known_at, known = report.updated_at, report.status
    assert known is RunStatus.COMPLETED


def test_older_news_about_a_job_changes_nothing() -> None:
    done = make.job(status=RunStatus.COMPLETED, conclusion=Conclusion.SUCCESS)
    assert lifecycle.merge_job((done,), make.job(status=RunStatus.IN_PROGRESS)) == (done,)


def test_jobs_keep_their_places_when_one_moves_on() -> None:
    first, second = make.job(1), make.job(2, name="ship")
    moved = make.job(1, status=RunStatus.IN_PROGRESS)
    assert lifecycle.merge_job((first, second), moved) == (moved, second)


def test_what_waits_unjudged_is_its_askers_business_alone() -> None:
    received = make.request(state=S.RECEIVED, judged_at=None)
    waiting = lifecycle.await_upstream(received)
    assert (waiting.state, waiting.waiting_for) == (S.WAITING, "upstream")
    assert lifecycle.unjudged(waiting)
    assert not lifecycle.unjudged(lifecycle.await_upstream(make.request(state=S.QUEUED)))
    assert not lifecycle.unjudged(make.request(state=S.WAITING, waiting_for="approval", judged_at=None))


def test_what_was_sent_stays_sent_and_shows_that_github_is_away() -> None:
    sent = lifecycle.await_upstream(make.request(state=S.DISPATCHING))
    assert (sent.state, sent.waiting_for) == (S.DISPATCHING, "upstream")
    assert lifecycle.advance(sent, S.RUNNING, at=make.NOON).waiting_for is None


@pytest.mark.parametrize("state", [S.QUEUED, S.WAITING, S.DISPATCHING])
def test_why_github_is_waited_for_is_told_and_does_not_outlive_the_wait(state: S) -> None:
    begun = make.request(state=state, waiting_for="upstream" if state is S.WAITING else None)
    slowed = lifecycle.await_upstream(begun, lifecycle.SLOWED)
    assert lifecycle.held_up(slowed) == "GitHub asked us to slow down."
    away = lifecycle.await_upstream(slowed)
    assert lifecycle.held_up(away) == "GitHub does not answer right now."
    assert (lifecycle.go_on(away).note, lifecycle.held_up(lifecycle.go_on(away))) == ("", None)
    ended = lifecycle.advance(away, S.CANCELLED, at=make.NOON, note=away.note)
    assert (ended.note, ended.waiting_for) == ("", None)


def test_who_stopped_it_is_not_forgotten_over_why_it_waits() -> None:
    stopping = make.request(state=S.DISPATCHING, note="bob stopped it.", reason=Reason.CANCELLED_BY_PERSON)
    waits = lifecycle.await_upstream(stopping, lifecycle.SLOWED)
    assert (waits.note, lifecycle.held_up(waits)) == ("bob stopped it.", lifecycle.AWAY)
    assert lifecycle.go_on(waits).note == "bob stopped it."


def test_a_pause_of_seconds_is_not_worth_words() -> None:
    assert lifecycle.held_up(lifecycle.take_back(make.request(state=S.DISPATCHING))) is None


def test_what_github_certainly_did_not_do_waits_as_if_it_had_not_been_sent() -> None:
    back = lifecycle.take_back(make.request(state=S.DISPATCHING, dispatched_at=make.NOON))
    assert (back.state, back.waiting_for, back.dispatched_at) == (S.WAITING, "upstream", None)
    assert lifecycle.may(back, S.QUEUED)
