"""Owns the states of a request: which may follow which, and what GitHub's news about a run makes of one.

A late or doubled report finds no way on in the table and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.model.decision import Reason
from bot.model.request import Request, RequestState
from bot.model.run import Conclusion, RunJob, RunReport, RunStatus

S = RequestState

NEXT: Final[Mapping[RequestState, frozenset[RequestState]]] = {
    S.RECEIVED: frozenset({S.REFUSED, S.WAITING, S.QUEUED}),
    S.WAITING: frozenset({S.QUEUED, S.REFUSED, S.REJECTED, S.EXPIRED, S.VOIDED, S.CANCELLED}),
    S.QUEUED: frozenset({S.WAITING, S.DISPATCHING, S.REFUSED, S.VOIDED, S.EXPIRED, S.CANCELLED}),
    S.DISPATCHING: frozenset({S.WAITING, S.RUNNING, S.FAILED, S.LOST, S.CANCELLED, S.VOIDED}),
    S.RUNNING: frozenset({S.SUCCEEDED, S.FAILED, S.CANCELLED, S.VOIDED, S.LOST}),
    S.LOST: frozenset({S.RUNNING, S.SUCCEEDED, S.FAILED}),
    S.REFUSED: frozenset(),
    S.REJECTED: frozenset(),
    S.EXPIRED: frozenset(),
    S.VOIDED: frozenset(),
    S.CANCELLED: frozenset(),
    S.SUCCEEDED: frozenset(),
    S.FAILED: frozenset(),
}

FINAL: Final = frozenset(state for state, following in NEXT.items() if not following) | {S.LOST}
"""Where a request ends; `lost` is an end too, though news may bring it back."""

UPSTREAM: Final = "upstream"
"""What a request waits for whose judgement needs an answer that GitHub does not give."""

APPROVAL: Final = "approval"
"""Somebody else has to say yes."""

LOCK: Final = "lock"
"""Somebody or something else has the environment."""

AWAY: Final = "GitHub does not answer right now."
SLOWED: Final = "GitHub asked us to slow down."
"""Also where we keep its limits by ourselves: we know them from GitHub, and nobody is asked before their turn."""

ENDED_WELL: Final = frozenset({Conclusion.SUCCESS, Conclusion.NEUTRAL, Conclusion.SKIPPED})


def may(request: Request, state: RequestState) -> bool:
    """Whether this request may go to `state` from where it is."""
    return state in NEXT[request.state]


def awaits_upstream(request: Request) -> bool:
    """Whether it goes on by itself once GitHub answers."""
    return request.state is S.WAITING and request.waiting_for == UPSTREAM


def unjudged(request: Request) -> bool:
    """Whether nobody could be asked yet if it may run at all: until then only its asker may know of it (T22)."""
    return awaits_upstream(request) and request.judged_at is None


def awaits_others(request: Request) -> bool:
    """Whether it was judged, and waits for what people do: an approval or a lock."""
    return request.state is S.WAITING and request.waiting_for in (APPROVAL, LOCK)


def await_others(request: Request, what: str, note: str) -> Request:
    """The request, waiting for `APPROVAL` or `LOCK`; `note` says what is missing."""
    assert request.state is S.WAITING or may(request, S.WAITING), f"{request.state} does not lead to {S.WAITING}"
    return replace(request, state=S.WAITING, waiting_for=what, reason=None, note=note)


def await_upstream(request: Request, why: str = AWAY) -> Request:
    """The request, waiting for GitHub; `why` is `AWAY` or `SLOWED`, and shows unless there is more to say.

    What was sent already stays what it is, and only shows why nothing moves.
    """
    note = why if request.note in ("", AWAY, SLOWED) else request.note
    if request.state is S.DISPATCHING or awaits_upstream(request):
        return replace(request, waiting_for=UPSTREAM, note=note)
    assert may(request, S.WAITING), f"{request.state} does not lead to {S.WAITING}"
    return replace(request, state=S.WAITING, waiting_for=UPSTREAM, note=note)


def go_on(request: Request) -> Request:
    """The request, in the same state, when GitHub has answered again."""
    note = "" if request.note in (AWAY, SLOWED) else request.note
    return replace(request, waiting_for=None, note=note)


def held_up(request: Request) -> str | None:
    """The sentence about why nothing moves while GitHub is waited for; None where that is not worth words yet."""
    if request.waiting_for != UPSTREAM:
        return None
    if request.note in (AWAY, SLOWED):
        return request.note
    briefly = request.state is S.WAITING and request.judged_at is not None
    return None if briefly else AWAY


def take_back(request: Request) -> Request:
    """A dispatch that GitHub told to wait, and so did not happen: the request waits as if it had not been sent."""
    return replace(request, state=S.WAITING, waiting_for=UPSTREAM, dispatched_at=None)


def advance(
    request: Request, state: RequestState, *, at: datetime, reason: Reason | None = None, note: str = ""
) -> Request:
    """The request in its next state. Ask `may` first: a step that the table does not know is our own fault.

    `at` is aware UTC and becomes `ended_at` when the state is final. What it waited for is no note on what comes next.
    """
    assert may(request, state), f"{request.state} does not lead to {state}"
    return replace(
        request,
        state=state,
        reason=reason,
        note="" if note in (AWAY, SLOWED) else note,
        waiting_for=None,
        ended_at=at if state in FINAL else None,
    )


def reach(
    request: Request, state: RequestState, *, at: datetime, reason: Reason | None = None, note: str = ""
) -> Request:
    """The request in `state` when the table leads there, by way of `running` if need be; else the request as it was.

    A run can be over before we knew that it began: its first news is then its last.
    """
    if may(request, state):
        return advance(request, state, at=at, reason=reason, note=note)
    if may(request, S.RUNNING) and state in NEXT[S.RUNNING]:
        return advance(advance(request, S.RUNNING, at=at), state, at=at, reason=reason, note=note)
    return request


def state_after(report: RunReport) -> RequestState:
    """What a run's status means for its request."""
    if report.status is not RunStatus.COMPLETED:
        return S.RUNNING
    if report.conclusion is Conclusion.CANCELLED:
        return S.CANCELLED
    return S.SUCCEEDED if report.conclusion in ENDED_WELL else S.FAILED


def is_news(known_at: datetime, known_status: RunStatus, report: RunReport) -> bool:
    """Whether a report says more than what we know. Webhooks arrive in any order and more than once.

    A completed run stays completed within its attempt; otherwise GitHub's own time decides, and its status when the
    times, which have whole seconds, are equal.
    """
    if known_status is RunStatus.COMPLETED:
        return False
    if report.status is RunStatus.COMPLETED:
        return True
    return (report.updated_at, _ORDER[report.status]) > (known_at, _ORDER[known_status])


def merge_job(known: tuple[RunJob, ...], job: RunJob) -> tuple[RunJob, ...]:
    """The jobs of one attempt after news about one of them; older news changes nothing.

    They stand in the order of their ids, which is GitHub's own: webhooks overtake each other.
    """
    before = next((other for other in known if other.id == job.id), None)
    if before is None:
        return tuple(sorted((*known, job), key=lambda each: each.id))
    if _ORDER[job.status] <= _ORDER[before.status]:
        return known
    return tuple(job if other.id == job.id else other for other in known)


_ORDER: Final[Mapping[RunStatus, int]] = {
    RunStatus.REQUESTED: 0,
    RunStatus.PENDING: 1,
    RunStatus.WAITING: 2,
    RunStatus.QUEUED: 3,
    RunStatus.IN_PROGRESS: 4,
    RunStatus.COMPLETED: 5,
}
