"""Owns who counts as the second person who approved a configuration's merge, and whose word in the organisation's own
repository counts in the others (T9, T13)."""

from __future__ import annotations

from bot.model.config import KeptConfig
from bot.model.merge import Merge
from bot.model.snapshot import Review, ReviewState


def approvals(merge: Merge, blob: str | None) -> tuple[Review, ...]:
    """Reviews that approve of just this file in the pull request's last head, by people without a hand in it.

    Whether they have write is for GitHub to say. `blob` is the file that waits; None where it was removed.
    """
    if merge.blob != blob:
        return ()
    return tuple(review for review in merge.reviews if _counts(review, merge))


def confirmed_since(there: KeptConfig, kept: KeptConfig) -> bool:
    """Whether what waits in `kept`, an organisation's file as one of its repositories knows it, was confirmed `there`,
    where it lies: just this file, with nothing newer since, and after it began to wait here.

    An older word was not about what has been in force here meanwhile.
    """
    if there.confirmed_by is None or there.waiting_since is not None or kept.waiting_since is None:
        return False
    return there.blob == kept.waiting_blob and there.in_force_since >= kept.waiting_since


def _counts(review: Review, merge: Merge) -> bool:
    approves = review.state is ReviewState.APPROVED and review.sha == merge.head_sha
    return approves and review.author is not None and review.author not in merge.people
