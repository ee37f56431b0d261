"""What a check run of ours says about a commit, where people review it. https://docs.github.com/en/rest/checks/runs"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bot.model.run import Conclusion


class CheckStatus(enum.StrEnum):
    """How far it is."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


class Level(enum.StrEnum):
    """How much an annotation matters."""

    NOTICE = "notice"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckButton:
    """A button that GitHub shows beside a check run; at most three of them. What is too long for GitHub is cut, but
    for the identifier, by which the press is known again."""

    identifier: str
    """At most 20 characters."""
    label: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A remark about lines of a file in that commit."""

    path: str
    start_line: int
    """Counted from 1."""
    end_line: int
    level: Level
    message: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All of what a check run says. Said again, it takes the place of what was there, save that annotations add up."""

    name: str
    external_id: str
    """By which we know it again on its commit; people do not see it."""
    status: CheckStatus
    conclusion: Conclusion | None
    """Exactly when it is completed; never `startup_failure`, which GitHub keeps for its own."""
    title: str
    summary: str
    """GitHub's Markdown, escaped already."""
    details_url: str | None = None
    """Where its name leads."""
    buttons: tuple[CheckButton, ...] = ()
    annotations: tuple[Annotation, ...] = ()
