"""Owns the shapes of what GitHub says to the questions of `bot.github.snapshot_query`, and what they become.

A word that is unknown here is never a yes: an unknown conclusion failed, an unknown review is no review, and a check
without a name, or of an unknown kind, makes all of them unreadable.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

from bot.github import readings
from bot.github.facts import Moment
from bot.model.repository import PullRequest
from bot.model.snapshot import Check, CheckState, Mergeable, Review, ReviewDecision, ReviewState

PASSED: Final = frozenset({"SUCCESS", "NEUTRAL", "SKIPPED"})
WAITING: Final = frozenset({"PENDING", "EXPECTED"})
NEWEST: Final = datetime.max.replace(tzinfo=UTC)
"""Of a run that waits to be started: it is newer than whatever has started, and must not be outshone by it."""


class Facts(msgspec.Struct, frozen=True, rename="camel"):
    """An object of GraphQL, of which only the declared fields were asked for."""


class Actor(Facts, frozen=True):
    """Somebody; people and bots have a number."""

    login: str = ""
    database_id: int | None = None


class Named(Facts, frozen=True):
    """A commit by its id."""

    oid: str


class Numbered(Facts, frozen=True):
    """A repository, or an app."""

    database_id: int | None = None


class Suite(Facts, frozen=True):
    """Who reported a check run."""

    app: Numbered | None = None


class Context(Facts, frozen=True):
    """A check run or a commit status."""

    kind: str = msgspec.field(name="__typename", default="")
    name: str = ""
    status: str = ""
    conclusion: str | None = None
    started_at: Moment | None = None
    completed_at: Moment | None = None
    details_url: str | None = None
    check_suite: Suite | None = None
    context: str = ""
    state: str = ""
    created_at: Moment | None = None
    target_url: str | None = None
    is_required: bool = False


class PageInfo(Facts, frozen=True):
    """Whether there is more."""

    has_next_page: bool
    end_cursor: str | None = None


class Contexts(Facts, frozen=True):
    """A page of checks."""

    page_info: PageInfo
    nodes: list[Context | None]


class ReviewFacts(Facts, frozen=True):
    """A review."""

    state: str
    author: Actor | None = None
    commit: Named | None = None
    author_can_push_to_repository: bool = False


class Reviews(Facts, frozen=True):
    """A page of reviews."""

    page_info: PageInfo
    nodes: list[ReviewFacts | None]


class Rollup(Facts, frozen=True):
    """All checks of a commit."""

    contexts: Contexts


class Commit(Facts, frozen=True):
    """The commit that is asked about; of anything else with such an id GitHub tells nothing."""

    oid: str = ""
    status_check_rollup: Rollup | None = None


class Comparison(Facts, frozen=True):
    """Two branches beside each other."""

    behind_by: int


class Ref(Facts, frozen=True):
    """A branch."""

    name: str = ""
    compare: Comparison | None = None


class PullRequestFacts(Facts, frozen=True):
    """A pull request; the pages of its reviews are asked for with nothing else."""

    latest_opinionated_reviews: Reviews | None
    number: int = 0
    state: str = ""
    is_draft: bool = True
    author: Actor | None = None
    head_ref_oid: str = ""
    head_ref_name: str = ""
    head_repository: Numbered | None = None
    base_ref_name: str = ""
    base_repository: Numbered | None = None
    base_ref: Ref | None = None
    mergeable: str = ""
    review_decision: str | None = None


class RepositoryFacts(Facts, frozen=True):
    """The repository."""

    database_id: int | None = None
    default_branch_ref: Ref | None = None
    pull_request: PullRequestFacts | None = None
    object: Commit | None = None


class Data(Facts, frozen=True):
    """Every answer."""

    repository: RepositoryFacts | None = None


def pull_request(facts: PullRequestFacts, base_repository: int) -> PullRequest:
    """The pull request, as `bot.github.readings` reads it from REST."""
    head = facts.head_repository
    return PullRequest(
        number=facts.number,
        head_sha=facts.head_ref_oid,
        head_ref=facts.head_ref_name,
        head_repository=head.database_id if head else None,
        base_repository=base_repository,
        base_ref=facts.base_ref_name,
        open=facts.state == "OPEN",
        draft=facts.is_draft,
    )


def check(facts: Context | None) -> Check | None:
    """What GitHub says about one check; None when that can not be told."""
    if facts is not None and facts.kind == "CheckRun" and facts.name:
        app = facts.check_suite.app if facts.check_suite else None
        state = _run_state(facts)
        return Check(
            name=facts.name,
            app=app.database_id if app else None,
            state=state,
            at=_moment(facts.started_at or facts.completed_at) or (NEWEST if state is CheckState.PENDING else None),
            required=facts.is_required,
            url=facts.details_url or "",
        )
    if facts is not None and facts.kind == "StatusContext" and facts.context:
        return Check(
            name=facts.context,
            app=None,
            state=_state(facts.state),
            at=_moment(facts.created_at),
            required=facts.is_required,
            url=facts.target_url or "",
        )
    return None


def review(facts: ReviewFacts | None) -> Review | None:
    """One person's newest yes or no; None when that can not be told."""
    if facts is None or facts.state not in ReviewState.__members__:
        return None
    author = facts.author or Actor()
    return Review(
        author=author.database_id,
        login=author.login,
        state=ReviewState(facts.state),
        sha=facts.commit.oid if facts.commit else "",
        can_push=facts.author_can_push_to_repository,
    )


def decision(word: str | None) -> ReviewDecision | None:
    """GitHub's verdict; None where no review is asked for, and for a word that is unknown here."""
    return ReviewDecision(word) if word is not None and word in ReviewDecision.__members__ else None


def mergeable(word: str) -> Mergeable:
    """Whether it can be merged."""
    return Mergeable(word) if word in Mergeable.__members__ else Mergeable.UNKNOWN


def _run_state(facts: Context) -> CheckState:
    """A run without a conclusion is under way, whatever it calls that."""
    if facts.status != "COMPLETED" or facts.conclusion is None:
        return CheckState.PENDING
    return CheckState.PASSED if facts.conclusion in PASSED else CheckState.FAILED


def _state(word: str) -> CheckState:
    if word in WAITING:
        return CheckState.PENDING
    return CheckState.PASSED if word == "SUCCESS" else CheckState.FAILED


def _moment(moment: datetime | None) -> datetime | None:
    return readings.utc(moment) if moment else None
