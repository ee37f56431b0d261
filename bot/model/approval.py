"""What somebody else has to say yes to before it runs, and what people said."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


class Answer(enum.StrEnum):
    """What a vote says."""

    YES = "yes"
    NO = "no"


class Standing(enum.StrEnum):
    """Whether somebody's yes counts for a request (T9, T28), as of now."""

    COUNTS = "counts"
    REQUESTER = "requester"
    """Asked for it, through whatever account they had at any time since."""
    AUTHOR = "author"
    """Wrote the pull request."""
    PUSHER = "pusher"
    """Pushed the commit."""
    LINK_CHANGED = "link_changed"
    """Linked or unlinked an account since the request was opened."""
    UNCONFIRMED = "unconfirmed"
    """The link between their accounts was made in a way that proves too little (T5)."""
    NO_ACCESS = "no_access"
    """Has no right, or none any more."""
    UNKNOWN = "unknown"
    """GitHub does not say so: never a yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ships:
    """What a request would bring to an environment, beyond what is live there."""

    live: str
    """The commit of the newest success that Signalbox recorded there."""
    sha: str
    commits: int
    behind: int
    """How many commits it would take away, where it goes back."""
    titles: tuple[str, ...]
    """First lines of the newest commits, the newest first."""
    pull_requests: tuple[int, ...]
    """As those titles name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The approval that a request waits for, as the configuration said when it was judged last."""

    count: int
    teams: tuple[tuple[str, ...], ...]
    """Somebody of each list."""
    people: tuple[str, ...]
    """Logins; each of them."""
    author: bool = False
    """Whether whoever opened the pull request counts."""
    pusher: bool = False
    """Whether whoever pushed the commit counts."""
    rule: str
    """Where it stands, in words."""
    since: datetime
    expires_at: datetime
    yes: tuple[str, ...] = ()
    """Logins of those whose yes counted when it was judged last."""
    ships: Ships | None = None
    """None where nothing is live yet, or GitHub did not say what lies between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One person's word about one request. It covers what the request was bound to when it was given."""

    id: UUID
    request: UUID
    person: UUID
    connection: UUID
    account: int
    """GitHub's numeric id of the account that was asked for its rights."""
    login: str
    answer: Answer
    reason: str
    """What they wrote with it; empty for none."""
    via: str
    """Where it was said: an origin's natural key, which is unique, so that one press or comment votes once (T20)."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A vote, and what is known now of whoever gave it."""

    account: int
    login: str
    answer: Answer
    standing: Standing
    teams: frozenset[str]
    """Those of the asked teams that they are in now: `owner/slug`, case-folded."""
    at: datetime
