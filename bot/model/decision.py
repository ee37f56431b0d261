"""Judgement as a value: each gate with the fact it saw, and the decision that follows."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Reason(enum.StrEnum):
    """Why not. Stable: in refusals, audit rows, metrics and docs; other people's scripts rely on the words."""

    NOT_LINKED = "not_linked"
    NOT_FOUND = "not_found"
    PERMISSION = "permission"
    UNKNOWN_MEMBERSHIP = "unknown_membership"
    TEAM = "team"
    WHERE = "where"
    UNKNOWN_COMMAND = "unknown_command"
    GUEST = "guest"
    ARGUMENTS = "arguments"
    CLOSED = "closed"
    DRAFT = "draft"
    BASE = "base"
    FORK_UNTRUSTED = "fork_untrusted"
    SELF_APPROVAL = "self_approval"
    MACHINE_WRITTEN = "machine_written"
    HEAD_MOVED = "head_moved"
    COMMENT_EDITED = "comment_edited"
    COMMENT_DELETED = "comment_deleted"
    NOT_PINNABLE = "not_pinnable"
    CHECKS_FAILING = "checks_failing"
    CHECKS_PENDING = "checks_pending"
    CHECKS_MISSING = "checks_missing"
    CHECKS_UNREADABLE = "checks_unreadable"
    REVIEW_MISSING = "review_missing"
    CHANGES_REQUESTED = "changes_requested"
    OUTDATED = "outdated"
    CONFLICT = "conflict"
    ORDER = "order"
    FROZEN = "frozen"
    LOCKED = "locked"
    APPROVAL_MISSING = "approval_missing"
    REJECTED = "rejected"
    CONFIG_BROKEN = "config_broken"
    EXPIRED = "expired"
    RATE_LIMITED = "rate_limited"
    UPSTREAM_UNAVAILABLE = "upstream_unavailable"
    UPSTREAM_REFUSED = "upstream_refused"
    RUN_MISMATCH = "run_mismatch"
    RUN_NOT_FOUND = "run_not_found"
    NO_RUN = "no_run"
    NOT_ENDED = "not_ended"
    INTERNAL_ERROR = "internal_error"
    CANCELLED_BY_PERSON = "cancelled_by_person"
    MAINTENANCE = "maintenance"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One gate as it was judged. `explain` prints all of them; the first that is shut decides."""

    name: str
    passed: bool
    seen: str
    """The fact, in words: `alice has the role read, run needs write`."""
    reason: Reason | None = None
    next_step: str = ""
    rule: str = ""
    """Where the rule behind it stands: `acme/shop/.github/signalbox.yml line 12`; empty for what always holds."""
    links: tuple[tuple[str, str], ...] = ()
    """What it names that has a page at GitHub, such as checks: words and address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Every gate is open."""

    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """A gate is shut. `gate.reason` is never None here."""

    gates: tuple[Gate, ...]
    gate: Gate

    @property
    def reason(self) -> Reason:
        """The stable code of the gate that decided."""
        assert self.gate.reason is not None
        return self.gate.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsApproval(Denied):
    """Only a yes of others is missing. Whoever does not know of it sees the refusal that it is until then."""


Decision = Allowed | Denied
