"""What hangs on one dispatch: the gates of the command, of every other command that claims its workflow, and of the
environment that it touches (T2)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.config import Environment, Where
from bot.model.people import Role


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
    """Whether it is a rehearsal."""
    unknown: str = ""
    """Why the environment can not be told, when it can not: nothing runs then."""
