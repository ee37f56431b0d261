"""Owns the gate `trusted code`: nothing runs a fork's code before somebody with write trusts this very commit (T15)."""

from __future__ import annotations

from bot.model.decision import Gate, Reason
from bot.model.repository import PullRequest

NAMED = 12
"""So many letters of a commit have to be named for `trust`; fewer are found by trying (T4)."""


def by_somebody(pull_request: PullRequest, *, sha: str, truster: str | None, ref: str | None = None) -> Gate:
    """`truster` is the login of who trusts `sha` and still has write, None for nobody.

    A `ref` that was named instead of the pull request's head is a branch of this repository.
    """
    if not pull_request.fork or ref is not None:
        seen = f"{ref} is a branch or tag of this repository" if ref else "the head lies in this repository"
        return Gate(name="trusted code", passed=True, seen=seen)
    if truster is not None:
        seen = f"the head lies in a fork, and {truster} trusts {sha[:NAMED]}"
        return Gate(name="trusted code", passed=True, seen=seen)
    return Gate(
        name="trusted code",
        passed=False,
        seen=f"the head lies in a fork, and nobody with write trusts {sha[:NAMED]}",
        reason=Reason.FORK_UNTRUSTED,
        next_step=f"Somebody with write who has looked at it types: trust {sha[:NAMED]}",
    )
