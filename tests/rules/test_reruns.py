"""When a request can be run again (T12), and what its message offers then."""

from __future__ import annotations

import pytest

from bot.model.decision import Reason
from bot.model.request import Pin, Request, RequestState, RerunOf
from bot.model.run import Conclusion, Run, RunStatus
from bot.rules import reruns
from bot.rules.next_step import next_step
from tests.support import make

ENDED = make.run(status=RunStatus.COMPLETED, conclusion=Conclusion.FAILURE)
OTHER = "b" * 40
BRANCH = make.pin(ref="refs/heads/main", pull_request=None)


@pytest.mark.parametrize("conclusion", [None, *Conclusion])
def test_a_run_that_ended_can_be_run_again_however_it_ended(conclusion: Conclusion | None) -> None:
    run = make.run(status=RunStatus.COMPLETED, conclusion=conclusion)
    gate = reruns.possible(make.request(), run, code=None)
    assert (gate.name, gate.passed, gate.seen) == ("run ended", True, "the run of K7QX2M has ended")
    assert gate.reason is None


@pytest.mark.parametrize("status", [status for status in RunStatus if status is not RunStatus.COMPLETED])
def test_a_run_that_has_not_ended_can_not(status: RunStatus) -> None:
    gate = reruns.possible(make.request(), make.run(status=status), code=None)
    assert (gate.passed, gate.reason) == (False, Reason.NOT_ENDED)
    assert gate.seen == "the run of K7QX2M has not ended"
    assert gate.next_step == "Wait, or stop it: `/cancel K7QX2M`."


@pytest.mark.parametrize(
    ("request_", "run", "code", "seen"),
    [
        (None, None, None, "nothing here has a run that ended"),
        (None, None, "zzzzzz", "request ZZZZZZ has no run here"),
        (make.request(), None, "k7qx2m", "request K7QX2M has no run here"),
        (None, ENDED, "k7qx2m", "request K7QX2M has no run here"),
    ],
)
def test_without_a_run_there_is_nothing_to_repeat(
    request_: Request | None, run: Run | None, code: str | None, seen: str
) -> None:
    gate = reruns.possible(request_, run, code=code)
    assert (gate.passed, gate.reason, gate.seen) == (False, Reason.NO_RUN, seen)
    assert gate.next_step == "`/runs` lists the newest requests."


@pytest.mark.parametrize(
    ("pin", "environment", "now", "passed"),
    [
        (make.pin(), "staging", make.pin(), True),
        (make.pin(), None, make.pin(), True),
        (make.pin(), None, make.pin(sha=OTHER), False),  # a pull request is run as it is now
        (make.pin(), "staging", None, False),  # unknown is no
        (BRANCH, "staging", BRANCH, True),
        (BRANCH, "staging", make.pin(ref="refs/heads/main", pull_request=None, sha=OTHER), False),  # a rollback
        (BRANCH, "staging", None, False),
        (BRANCH, None, make.pin(ref="refs/heads/main", pull_request=None, sha=OTHER), True),
        (BRANCH, None, None, True),
    ],
)
def test_t12_old_code_runs_again_only_where_it_touches_nothing(
    pin: Pin, environment: str | None, now: Pin | None, passed: bool
) -> None:
    gate = reruns.same_commit(make.request(pin=pin, environment=environment), now)
    assert gate.name == "same commit"
    assert gate.passed is passed
    assert gate.reason is (None if passed else Reason.HEAD_MOVED)


def test_t12_the_refusal_names_both_commits_and_the_way_on() -> None:
    gate = reruns.same_commit(make.request(), make.pin(sha=OTHER))
    assert gate.seen == f"K7QX2M ran {make.SHA[:12]}, and the branch is at {OTHER[:12]} now"
    assert gate.next_step == "Type the first command again to run what is there now."
    assert reruns.same_commit(make.request(), None).seen.endswith("the branch is at unknown now")


RERUN = RerunOf(of=make.request().id, run=555, attempt=2, failed_only=True)


@pytest.mark.parametrize("state", [RequestState.SUCCEEDED, RequestState.CANCELLED, RequestState.FAILED])
@pytest.mark.parametrize("text", ["/rerun", "/rerun failed ABCDEF", "/ops rerun"])
def test_a_rerun_offers_to_run_itself_again_and_not_what_it_ran_again(state: RequestState, text: str) -> None:
    _, (offer,) = next_step(make.request(state=state, rerun=RERUN, text=text), has_run=True)
    assert (offer["line"], offer["does"]) == ("/rerun K7QX2M", "runs it again")


def test_a_rerun_of_what_moved_offers_no_rerun() -> None:
    told = next_step(make.request(state=RequestState.VOIDED, rerun=RERUN, text="/rerun"), has_run=False)
    assert told == ("Type the first command again to run what is there now.", ())


def test_what_was_no_rerun_is_offered_as_typed() -> None:
    _, (offer,) = next_step(make.request(state=RequestState.SUCCEEDED), has_run=True)
    assert offer["line"] == "/run deploy.yml environment=staging"
