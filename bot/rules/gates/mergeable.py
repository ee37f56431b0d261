"""Owns the gate `mergeable`: whether the pull request could be merged as it is: what is tried is what will be."""

from __future__ import annotations

from bot.model.decision import Gate, Reason
from bot.model.snapshot import Mergeable


def without_conflict(state: Mergeable, *, base: str) -> Gate:
    """GitHub's own word; it computes it when asked for the first time, so it may not know yet."""
    if state is Mergeable.MERGEABLE:
        return Gate(name="mergeable", passed=True, seen=f"it merges into {base} without a conflict")
    unknown = state is Mergeable.UNKNOWN
    return Gate(
        name="mergeable",
        passed=False,
        seen=f"GitHub has not computed yet whether it merges into {base}" if unknown else f"it conflicts with {base}",
        reason=Reason.CONFLICT,
        next_step="Type the command again in a few seconds."
        if unknown
        else f"Merge {base} into the pull request's branch and settle the conflict there.",
    )
