"""Owns what a command on a pull request means by "this commit": the head as of before the comment (T4).

An `issue_comment` carries no head, so whoever pushes between the comment and our look would decide what runs. We
compare our own record of the head with what GitHub answers now, and act only when both are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.model.decision import Reason
from bot.model.repository import Head, PullRequest
from bot.model.request import PinSource

LATE: Final = timedelta(minutes=15)
"""A command handled later than this goes on only if its head is shown to be unmoved."""


_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")


def is_commit(named: str) -> bool:
    """Whether it reads as a commit's id, or the beginning of one. Branches and tags of ours are `refs/...`."""
    return _COMMIT.fullmatch(named) is not None


def short(ref: str) -> str:
    """A branch, tag or commit as people call it."""
    return ref[:7] if is_commit(ref) else re.sub(r"\Arefs/(heads|tags)/", "", ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """The commit, and how we know."""

    sha: str
    source: PinSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpinned:
    """No commit can be named safely."""

    reason: Reason
    seen: str


def before(asked_at: datetime) -> datetime:
    """Of a command, the moment before which a head counts for it. Slack tells parts of a second and GitHub does not, so
    a push later in the same second would seem to be from before."""
    return asked_at.replace(microsecond=0)


def head_as_of(history: Sequence[Head], moment: datetime) -> Head | None:
    """The newest head before `moment`. GitHub's times have whole seconds, so the same second is not before.

    The head that a pull request was opened with was there before any of its comments, whatever the second. Of several
    in one second the last in `history` counts: that is the order in which we heard of them.
    """
    before = [head for head in history if head.since < moment or head.source == "opened"]
    return max(reversed(before), key=lambda head: head.since, default=None)


def newest(recorded: Head | None, logged: Head | None) -> Head | None:
    """Our record or the activity log, whichever knows the later head; within one second the log, which has an order."""
    if recorded is None or logged is None:
        return recorded or logged
    return logged if logged.since >= recorded.since else recorded


def pin_head(known: Head | None, current: PullRequest, *, asked_at: datetime, now: datetime) -> Pinned | Unpinned:
    """The commit that a command on `current` means.

    `known` is the head as of before the comment from our record, else from GitHub's activity log, else None. None is
    good enough for a command on which no gate hangs, as long as it is handled in time.
    """
    late = now - asked_at > LATE
    if known is None and late:
        return Unpinned(reason=Reason.EXPIRED, seen=f"it was asked {_minutes(now - asked_at)} minutes ago")
    if known is None:
        return Pinned(sha=current.head_sha, source=PinSource.CURRENT)
    if known.sha != current.head_sha:
        seen = f"the head was {known.sha[:12]} when it was asked and is {current.head_sha[:12]} now"
        return Unpinned(reason=Reason.HEAD_MOVED, seen=seen)
    source = PinSource.ACTIVITY if known.source == "activity" else PinSource.RECORDED
    return Pinned(sha=known.sha, source=source)


def pin_branch(sha: str, *, asked_at: datetime, now: datetime) -> Pinned | Unpinned:
    """The commit that a command away from pull requests means: the branch's own, if it is asked about in time."""
    if now - asked_at > LATE:
        return Unpinned(reason=Reason.EXPIRED, seen=f"it was asked {_minutes(now - asked_at)} minutes ago")
    return Pinned(sha=sha, source=PinSource.CURRENT)


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
