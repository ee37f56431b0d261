"""One accepted `Dispatch`: command, arguments, person, target, pin. It ends in exactly one final state."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.model.address import Address
from bot.model.approval import Asked
from bot.model.decision import Reason
from bot.model.origin import Origin


class RequestState(enum.StrEnum):
    """Where a request stands. Which state may follow which is one table in bot/rules/lifecycle.py."""

    RECEIVED = "received"
    """Recorded, not yet judged."""
    WAITING = "waiting"
    """For an approval, a lock, the end of a freeze, or an upstream that is down; `waiting_for` says which."""
    QUEUED = "queued"
    """Judged and allowed; its dispatch is due."""
    DISPATCHING = "dispatching"
    """We are asking GitHub to start the run, or may have asked: look before asking again."""
    RUNNING = "running"
    """GitHub has the run."""
    REFUSED = "refused"
    """A gate was shut, or GitHub would not take it."""
    REJECTED = "rejected"
    """A person who was asked said no."""
    EXPIRED = "expired"
    """Nobody said yes in time, or it was too late to act safely."""
    VOIDED = "voided"
    """What would run is no longer what was asked for."""
    CANCELLED = "cancelled"
    """A person stopped it."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LOST = "lost"
    """We can not tell which run is ours; news may still bring it back."""


class PinSource(enum.StrEnum):
    """How we know what the pin says (T4)."""

    RECORDED = "recorded"
    """Our own record of the pull request's events."""
    ACTIVITY = "activity"
    """GitHub's repository activity log."""
    CURRENT = "current"
    """As GitHub answered when asked: good enough only where no gate hangs on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What exactly will run."""

    ref: str
    """Where `sha` was found. Always `refs/heads/...` or `refs/tags/...` (T1)."""
    sha: str
    """The commit that is meant: what ships, what was reviewed."""
    source: PinSource
    pull_request: int | None
    workflow_blob: str
    """The blob SHA of the workflow file on the default branch, whose inputs were checked."""
    head_sha: str | None = None
    """Set where the default branch's workflow runs and gets `sha` as `signalbox_sha` (T1): the default branch's commit,
    which the run must report."""

    @property
    def run_sha(self) -> str:
        """What the run must report as its `head_sha`."""
        return self.head_sha or self.sha


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunOf:
    """What a request runs again: a run that an earlier one started (T12)."""

    of: UUID
    """The earlier request."""
    run: int
    """GitHub's id of the run, which stays the same."""
    attempt: int
    """The attempt that this request starts."""
    failed_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a person asked to run."""

    id: UUID
    code: str
    """Six base32 letters, unique per server, for people to type."""
    key: str
    """128 random bits in hex that travel with the dispatch, so that the run is found again (T31)."""
    connection: UUID
    repository: int
    command: str
    """The verb."""
    text: str
    """The line as typed."""
    person: UUID
    origin: Origin
    number: int | None
    """The issue or pull request that it is about."""
    on_pull_request: bool
    rerun: RerunOf | None
    workflow_id: int | None
    workflow_path: str
    workflow_name: str
    inputs: Mapping[str, str]
    """As sent, without the reserved ones."""
    environment: str | None
    """Case-folded; gates bind to (workflow id, environment) (T2)."""
    pin: Pin | None
    dry_run: bool = False
    """Whether it is a rehearsal, which counts as nothing that was shipped."""
    asked: Asked | None = None
    """What somebody else has to say yes to; None where nothing was asked for."""
    rollback_of: UUID | None = None
    """The earlier request whose success is put back (T12)."""
    state: RequestState
    waiting_for: str | None
    reason: Reason | None
    note: str
    """The sentence behind `reason`, for the person."""
    judged_at: datetime | None
    dispatched_at: datetime | None
    """When the first attempt to dispatch began: what we look for was created after this."""
    created_at: datetime
    ended_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One place where a request's state is shown."""

    id: UUID
    request: UUID
    address: Address
    message_id: str | None
    """GitHub's comment id or Slack's `ts`; None until it was posted."""
    attempted_at: datetime | None
    """When the last attempt to post it began, or failed without our knowing whether it was posted. If that is set and
    `message_id` is not, look before posting again, and give what is on its way time to arrive."""
    text_hash: str | None
    shown_version: int
    """The request's version that the message shows."""
    edits: int
    edited_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One reply that is written once and never changes: help, a refusal, a typo. Unique by its natural key."""

    id: UUID
    natural_key: str
    address: Address
    text: str
    """Rendered for that place: Markdown for GitHub, JSON of text and blocks for Slack."""
    message_id: str | None
    """As in `Announcement`; what only one person sees has an empty one once it was shown."""
    attempted_at: datetime | None
    """As in `Announcement`."""
    created_at: datetime
