"""Owns the question whether what GitHub told is about the commit that would run, which every gate over it asks first.

Between the pin and the answer somebody may have pushed: then checks and reviews are those of another commit.
"""

from __future__ import annotations

from bot.model.decision import Gate, Reason
from bot.model.snapshot import Snapshot


def other_commit(snapshot: Snapshot, *, sha: str, name: str) -> Gate | None:
    """The shut gate `name` when the snapshot is not one of `sha`, whole commit ids on both sides; else None."""
    head = snapshot.pull_request.head_sha
    if snapshot.sha == sha == head:
        return None
    found = f"the head is {head[:12]} now" if head != sha else f"GitHub told about {snapshot.sha[:12]}"
    return Gate(
        name=name,
        passed=False,
        seen=f"{sha[:12]} would run, but {found}",
        reason=Reason.HEAD_MOVED,
        next_step="Look at what changed and type the command again.",
    )
