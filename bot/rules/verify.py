"""Owns the comparison of a run with what was asked for (T1), and the search for a run whose id nobody told us (T31)."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.model.request import Request
from bot.model.run import RunReport

CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""Our clock and GitHub's may differ by this much when a run's creation is compared with our record."""


def mismatch(request: Request, report: RunReport, our_login: str, *, blob: str | None = None) -> str | None:
    """What is wrong with the run in words, or None when it is what was asked for.

    A fact that GitHub left out is a mismatch too: ask GitHub for the whole run first (`complete`). `blob` is the
    workflow file's blob SHA at the run's commit, for who asked because of `went_on`.
    """
    assert request.pin is not None
    same_file = went_on(request, report) and blob == request.pin.workflow_blob
    expected = {
        "commit": (report.head_sha if same_file else request.pin.run_sha, report.head_sha),
        "workflow": (request.workflow_path, report.path),
        "actor": (our_login.lower(), (report.actor_login or "").lower()),
        "event": ("workflow_dispatch", report.event),
    }
    if request.rerun is not None:
        expected["last starter"] = (our_login.lower(), (report.triggering_actor_login or "").lower())
    wrong = [f"its {fact} is {seen}, not {asked}" for fact, (asked, seen) in expected.items() if asked != seen]
    return None if not wrong else f"Run {report.id} is not what was asked for: {', '.join(wrong)}."


def went_on(request: Request, report: RunReport) -> bool:
    """Whether the run took a later commit of the default branch than the one we knew. That alone is no harm: what ships
    is in its inputs, and only another workflow file would be another deed (T1)."""
    pin = request.pin
    return pin is not None and pin.head_sha is not None and report.head_sha not in (None, pin.head_sha)


def started_by_us(report: RunReport, our_login: str) -> bool:
    """Whether our App started this very attempt; unknown is no."""
    return (report.triggering_actor_login or "").lower() == our_login.lower()


def complete(report: RunReport) -> bool:
    """Whether the report holds every fact that `mismatch` compares; webhooks sometimes leave one out."""
    return None not in (report.head_sha, report.path, report.actor_login, report.event)


class Search(enum.StrEnum):
    """How a search for our run ended when it did not find it."""

    NOTHING = "nothing"
    """No run that could be ours: the dispatch did not arrive, or GitHub does not show it yet."""
    UNSURE = "unsure"
    """Something could be ours, and nothing proves it: never guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The one run that carries the request's key."""

    report: RunReport


def find(
    request: Request,
    candidates: Sequence[RunReport],
    *,
    our_login: str,
    claimed: Collection[int],
    others: Collection[str] = (),
) -> Found | Search:
    """Our run among candidates. `claimed` are ids of runs that other requests own, `others` the keys of such requests.

    A run is ours when our actor dispatched it in the time window and its title carries the 128-bit key. Its commit is
    not looked at here: a run of ours on another commit must be found as well, so that it is cancelled, not repeated.
    Two runs with the key, or one without it, prove nothing; one with another request's key is that one's.
    """
    possible = [run for run in candidates if run.id not in claimed and _possible(request, run, our_login)]
    keyed = [run for run in possible if request.key in (run.display_title or "")]
    if len(keyed) == 1:
        return Found(report=keyed[0])
    unproven = [run for run in possible if run in keyed or not any(key in (run.display_title or "") for key in others)]
    return Search.UNSURE if unproven else Search.NOTHING


def _possible(request: Request, run: RunReport, our_login: str) -> bool:
    """A path that GitHub left out rules nothing out: to dispatch twice is worse than to be unsure."""
    if request.dispatched_at is None or run.created_at is None:
        return False
    in_time = run.created_at >= request.dispatched_at - CLOCKS_DIFFER
    ours = (run.actor_login or "").lower() == our_login.lower() and run.event == "workflow_dispatch"
    return in_time and ours and run.path in (None, request.workflow_path)
