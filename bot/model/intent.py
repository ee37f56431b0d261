"""What a parsed command asks for. A closed union; every intent is authorised and audited before anything happens."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """Decide about a request."""

    verdict: Verdict
    request: str | None
    """Its six-letter code; None means the newest unfinished one of this thread."""


class Question(enum.StrEnum):
    """What a person wants to know. Nothing outside changes by answering."""

    HELP = "help"
    STATUS = "status"
    RUNS = "runs"
    EXPLAIN = "explain"
    WHOAMI = "whoami"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Answer a question."""

    question: Question
    arguments: Mapping[str, str] = field(default_factory=dict)


Intent = Dispatch | Decide | Query
