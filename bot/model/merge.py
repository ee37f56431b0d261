"""How a configuration file came onto the default branch, as far as GitHub tells."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.snapshot import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """The pull request whose merge brought the newest change of the file."""

    number: int
    head_sha: str
    """Its last head."""
    blob: str | None
    """The file's blob SHA in that head; None where the pull request removed the file."""
    people: frozenset[int]
    """Ids of whoever had a hand in it, as far as known: its author, authors of its commits, who pushed them (T9)."""
    reviews: tuple[Review, ...]
    """The newest one that says yes or no of each human. `can_push` is not known here and False: ask for the role."""
