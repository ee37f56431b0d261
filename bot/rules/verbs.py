"""Owns the verbs that no configuration may take."""

from __future__ import annotations

from typing import Final

RESERVED: Final = frozenset(
    {"approve", "cancel", "config", "explain", "help", "link", "lock", "locks", "logs", "ops", "reject", "rerun"}
    | {"rollback", "run", "runs", "status", "subscribe", "trust", "unlink", "unlock", "use", "whoami"}
)
"""Verbs that are or will be built in, so that no update takes one from a repository. `deploy` is free: without a
configuration it has no workflow."""
