"""Owns who counts as the second person who approved a configuration's merge (T9, T13)."""

from __future__ import annotations

from bot.model.merge import Merge
from bot.model.snapshot import Review, ReviewState


def approvals(merge: Merge, blob: str | None) -> tuple[Review, ...]:
    """Reviews that approve of just this file in the pull request's last head, by people without a hand in it.

    Whether they have write is for GitHub to say. `blob` is the file that waits; None where it was removed.
    """
    if merge.blob != blob:
        return ()
    return tuple(review for review in merge.reviews if _counts(review, merge))


def _counts(review: Review, merge: Merge) -> bool:
    approves = review.state is ReviewState.APPROVED and review.sha == merge.head_sha
    return approves and review.author is not None and review.author not in merge.people
