"""Somebody who signed in to the pages with GitHub."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.people import GitHubAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser's sign-in. It says who somebody is; what they may see GitHub is asked each time."""

    id_hash: str
    """SHA-256 of what the cookie holds, in hex."""
    account: GitHubAccount
    created_at: datetime
    expires_at: datetime
