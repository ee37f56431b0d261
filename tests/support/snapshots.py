"""Makes what GitHub says about pull request 7's commit, so that a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.model.snapshot import Check, CheckState, Mergeable, Review, ReviewState, Snapshot
from tests.support import make

ACTIONS = 15368
"""GitHub Actions' own id as an app."""


def check(name: str, state: CheckState = CheckState.PASSED, **changes: Any) -> Check:
    """A check run of GitHub Actions, heard of at noon."""
    return replace(Check(name=name, app=ACTIONS, state=state, at=make.NOON, required=False), **changes)


def status(name: str, state: CheckState = CheckState.PASSED, **changes: Any) -> Check:
    """A commit status, which has no app."""
    return check(name, state, app=None, **changes)


def review(login: str = "bob", state: ReviewState = ReviewState.APPROVED, **changes: Any) -> Review:
    """Somebody with write, not the author, about the head."""
    return replace(Review(author=2002, login=login, state=state, sha=make.SHA, can_push=True), **changes)


def snapshot(**changes: Any) -> Snapshot:
    """Alice's pull request: nothing ran, nothing is required, nobody reviewed it, it merges and is up to date."""
    base = Snapshot(
        pull_request=make.pull_request(),
        author=1001,
        sha=make.SHA,
        checks=(),
        required=frozenset(),
        reviews=(),
        decision=None,
        mergeable=Mergeable.MERGEABLE,
        behind_base=0,
        behind_default=0,
    )
    return replace(base, **changes)
