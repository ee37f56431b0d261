"""What a parsed command asks for. A closed union; every intent is authorised and audited before anything happens."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Start a workflow."""

    workflow: str
    """A file name under `.github/workflows`."""
    inputs: Mapping[str, str]
    ref: str | None = None
    """A branch or tag; None means the pull request's head, or the default branch."""


class Verdict(enum.StrEnum):
    """What a person decides about a request that exists."""

    CANCEL = "cancel"
    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """Decide about a request."""

    verdict: Verdict
    request: str | None
    """Its six-letter code; None means the newest unfinished one of this thread, or the one that waits for approval."""
    reason: str = ""
    """Why not, in the person's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """Run again what a request ran, on the same commit, as a request of its own (T12)."""

    request: str | None
    """Its six-letter code; None means the newest one here that has a run and has ended."""
    failed_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """Put back what succeeded in an environment before (T12)."""

    environment: str
    """Case-folded."""
    to: str | None
    """A request's code, or the beginning of a commit; None means the one before what is live."""


class LinkStep(enum.StrEnum):
    """What a person wants with the link between their accounts."""

    BEGIN = "begin"
    REDEEM = "redeem"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Link or unlink the asker's own accounts."""

    step: LinkStep
    code: str | None = None
    """Shown by the browser, to be redeemed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Make a repository the default of this channel."""

    remove: bool
    """The channel has no default any more."""
    guests: bool | None
    """Whether linked guests and external people may act here; None leaves it, which is no at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Let a commit of a fork run, or take that back."""

    sha: str | None
    """At least twelve letters of the commit's id; None to take back what was trusted of this pull request."""
    later_ones: bool = False
    """Whether later commits of the pull request are trusted too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Put a configuration in force that lets through more, where no second person can approve it (T13)."""

    file: str
    """Twelve letters of its blob SHA at least, or `gone` for a file that was removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Keep everybody else's requests from an environment, or from all of the repository."""

    environment: str | None
    """As typed; None for the only one that there is."""
    everything: bool
    """The whole repository."""
    reason: str
    """Empty for none."""
    lasts: timedelta | None
    """None: until somebody unlocks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """Let others' requests through again."""

    environment: str | None
    """As in `Lock`."""
    everything: bool
    """What is locked as a whole, and not each environment's own lock."""


class Question(enum.StrEnum):
    """What a person wants to know. Nothing outside changes by answering."""

    HELP = "help"
    STATUS = "status"
    RUNS = "runs"
    EXPLAIN = "explain"
    WHOAMI = "whoami"
    LOGS = "logs"
    CONFIG = "config"
    LOCKS = "locks"
    ENVIRONMENTS = "environments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Answer a question."""

    question: Question
    arguments: Mapping[str, str] = field(default_factory=dict)


Intent = Dispatch | Rerun | Rollback | Decide | Link | Use | Trust | Confirm | Lock | Unlock | Query
