"""Owns which event has which body (T20): GitHub's signature covers the body, not the name of the event beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from bot.errors import BadPayload
from bot.github import facts, facts_deploying
from bot.github.facts import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the body of one event is told from all others, and which of its actions mean something to us."""

    body: type[Envelope]
    needs: tuple[str, ...]
    never: tuple[str, ...] = ()
    actions: frozenset[str] | None = None
    """None: the event has no actions, or all of them count."""
    decoder: msgspec.json.Decoder[Envelope] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "decoder", msgspec.json.Decoder(self.body))

    def decode(self, body: bytes) -> Envelope:
        """The few fields of this event. Raises `BadPayload` for what is not JSON or belongs to another event."""
        try:
            found = self.decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadPayload(f"The body can not be read: {_without_values(error)}") from error
        if any(getattr(found, name) is None for name in self.needs):
            raise BadPayload(f"The body lacks one of: {', '.join(self.needs)}")
        if any(getattr(found, name) is not None for name in self.never):
            raise BadPayload("The body belongs to another event")
        return found


def _without_values(error: Exception) -> str:
    """msgspec's sentence holds paths and types, a decoding error of Unicode holds the bytes themselves."""
    return str(error) if isinstance(error, msgspec.MsgspecError) else "it is not UTF-8"


HEAD_ACTIONS: Final = frozenset(
    {"opened", "synchronize", "reopened", "closed", "edited", "converted_to_draft", "ready_for_review"}
)
LABEL_ACTIONS: Final = frozenset({"renamed", "transferred", "privatized", "publicized", "edited"})
ACCESS_ACTIONS: Final = frozenset({"transferred", "privatized", "publicized", "deleted", "archived", "unarchived"})

SHAPES: Final[Mapping[str, Shape]] = {
    "issue_comment": Shape(
        body=facts.CommentEvent,
        needs=("comment", "issue", "repository"),
        never=("pull_request", "discussion"),
        actions=frozenset({"created", "edited", "deleted"}),
    ),
    "pull_request": Shape(
        body=facts.PullRequestEvent,
        needs=("pull_request", "repository"),
        never=("review", "comment", "thread"),
        actions=HEAD_ACTIONS,
    ),
    "workflow_run": Shape(
        body=facts.RunEvent,
        needs=("workflow_run", "repository"),
        never=("deployment", "workflow_job_run", "check_run"),
        actions=frozenset({"requested", "in_progress", "completed"}),
    ),
    "workflow_job": Shape(body=facts.JobEvent, needs=("workflow_job", "repository")),
    "check_run": Shape(
        body=facts_deploying.CheckRunEvent,
        needs=("check_run", "repository"),
        never=("deployment",),
        actions=frozenset({"requested_action", "rerequested"}),
    ),
    "deployment_protection_rule": Shape(
        body=facts_deploying.ProtectionEvent,
        needs=("environment", "deployment", "deployment_callback_url", "repository"),
        actions=frozenset({"requested"}),
    ),
    "member": Shape(body=facts.AccessEvent, needs=("member", "repository")),
    "membership": Shape(body=facts.AccessEvent, needs=("member", "team", "organization")),
    "team": Shape(body=facts.AccessEvent, needs=("team", "organization"), never=("member",)),
    "team_add": Shape(body=facts.AccessEvent, needs=("team", "repository"), never=("member",)),
    "organization": Shape(body=facts.AccessEvent, needs=("organization",), never=("team", "repository")),
    "repository": Shape(
        body=facts.RepositoryEvent,
        needs=("repository",),
        never=(
            *("comment", "issue", "pull_request", "workflow_run", "workflow_job"),
            *("member", "team", "release", "label", "milestone"),
        ),
        actions=LABEL_ACTIONS | ACCESS_ACTIONS,
    ),
    "push": Shape(body=facts.PushEvent, needs=("ref", "before", "after", "repository")),
    "installation": Shape(body=facts.InstallationEvent, needs=("account",), never=("repository",)),
    "installation_repositories": Shape(
        body=facts.InstallationEvent,
        needs=("account", "repositories_added", "repositories_removed"),
        never=("repository",),
    ),
    "ping": Shape(body=facts.PingEvent, needs=(), actions=frozenset()),
}
