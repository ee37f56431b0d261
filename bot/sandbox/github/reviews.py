"""Owns reviews of pull requests: who said what about which commit, and what is left of it after a push."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.refusals import unprocessable
from bot.sandbox.github.roles import Role

if TYPE_CHECKING:
    from bot.sandbox.github.pulls import PullRequest

STATES: Final = frozenset({"APPROVED", "CHANGES_REQUESTED", "COMMENTED"})
OPINIONS: Final = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})


@dataclass(slots=True, eq=False, kw_only=True)
class Review:
    id: int
    pull: "PullRequest"
    author: Account
    state: str
    sha: str
    body: str
    submitted_at: datetime

    @property
    def can_push(self) -> bool:
        return self.pull.repository.role_of(self.author).reaches(Role.WRITE)

    def dismiss(self, *, by: str | None = None) -> None:
        """A yes or a no that counts no more."""
        world = self.pull.repository.world
        self.state = "DISMISSED"
        world.check_events.review("dismissed", self, world.account(by) if by else self.pull.repository.owner)


def add_review(pull: "PullRequest", login: str, state: str, *, sha: str | None, body: str) -> Review:
    """Nobody can approve what they opened themselves, or ask themselves for changes."""
    world, author = pull.repository.world, pull.repository.world.account(login)
    if state not in STATES:
        unprocessable(f"{state} is not one of {', '.join(sorted(STATES))}")
    if author is pull.author and state != "COMMENTED":
        verb = "approve" if state == "APPROVED" else "request changes on"
        unprocessable(f"Can not {verb} your own pull request")
    made = Review(
        id=world.ids.new(),
        pull=pull,
        author=author,
        state=state,
        sha=sha or pull.head_sha,
        body=body,
        submitted_at=world.clock(),
    )
    pull.reviews.append(made)
    world.check_events.review("submitted", made, author)
    return made


def latest_opinions(pull: "PullRequest", *, writers_only: bool) -> list[Review]:
    """Of each person the newest yes, no or dismissed one; a mere comment changes no opinion."""
    newest: dict[int, Review] = {}
    for review in pull.reviews:
        if review.state in OPINIONS:
            newest.pop(review.author.id, None)
            newest[review.author.id] = review
    return [each for each in newest.values() if each.can_push or not writers_only]
