"""What hangs on one dispatch: the gates of the command, of every other command that claims its workflow, and of the
environment that it touches (T2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.model.approval import Ships, Voice
from bot.model.config import Environment, Where
from bot.model.lock import Lock
from bot.model.people import Role
from bot.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRule:
    """Somebody may who is in any of these teams."""

    teams: tuple[str, ...]
    """`owner/slug`; none at all means that nobody may."""
    rule: str
    """Where it stands, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The strictest of everything that applies."""

    workflow: str
    """The file's name."""
    permission: Role
    permission_rule: str = ""
    """Where it stands, in words; empty for the built-in default."""
    teams: tuple[TeamRule, ...] = ()
    """One of each."""
    where: frozenset[Where] = frozenset(Where)
    where_rule: str = ""
    environment: str | None = None
    """Case-folded; None when no environment is touched."""
    gates: Environment | None = None
    """Those of the environment; None when none is touched."""
    guarded: bool = False
    """Whether the default branch's workflow runs and gets the pinned commit in `signalbox_sha` (T1)."""
    dry_run: bool = False
    """Whether it is a rehearsal, for which reviews may be waived."""
    ships: bool = True
    """Whether its success counts as one in the environment: no command on its workflow calls it a rehearsal (T11)."""
    before: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By case-folded environment of `after`: the files, folded, of the workflows whose success there counts (T11)."""
    unknown: str = ""
    """Why the environment can not be told, when it can not: nothing runs then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldUp:
    """Who holds what a dispatch touches, and who was there first."""

    locks: tuple[Lock, ...] = ()
    """Of others, on the environment or on everything; expired ones left out. A request's counts only where one goes at
    a time."""
    on_its_way: str | None = None
    """The code of another one that is on its way there and never had a lock."""
    ahead: str | None = None
    """The code of one that waits for the same environment and came first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The facts that cost a question each; None or absent where one was not needed or could not be had."""

    complete: bool = True
    """False: only the teams were asked about, because a cheaper gate is shut."""
    teams: Mapping[str, bool | None]
    """Of each team that a gate names whether the person is in it; None when GitHub did not say."""
    snapshot: Snapshot | None = None
    trusted_by: str | None = None
    """Who trusted the fork's commit, and still may (T15)."""
    default: tuple[str, str] | None = None
    """Ref and commit of the default branch, where its workflow runs (T1)."""
    successes: Mapping[str, str | None]
    """By case-folded environment: the commit of our own newest success there (T11)."""
    voices: tuple[Voice, ...] = ()
    """What people said to this request, with their rights as they are now (T28)."""
    ships: Ships | None = None
    """What those who are asked would let through."""
    held_up: HeldUp = HeldUp()
    """Who is in the way."""
