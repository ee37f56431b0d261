"""The link between accounts of one person, and an attempt to make one (T5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.model.people import GitHubAccount
from bot.model.slack import SlackAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink:
    """One link of a person's history. It stays when it ends (T9)."""

    person: UUID
    provider: str
    """`github` or `slack`."""
    connection: UUID
    external_id: str
    """GitHub's number, or `home:user` of Slack."""
    login: str
    method: str
    """`seen` (GitHub named the account in a signed delivery), `browser` (both signed in), `code` (typed in Slack)."""
    linked_at: datetime
    unlinked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAttempt:
    """A Slack user's way through the browser; one use, ten minutes. Secrets are kept as SHA-256 only."""

    id: UUID
    nonce_hash: str
    """Of the nonce in the private button's address."""
    slack: SlackAccount
    github_connection: UUID
    browser_hash: str | None
    """Of the cookie of the one browser that opened the address."""
    state_hash: str | None
    """Of the OAuth `state` that is out now."""
    verifier: str | None
    """The PKCE verifier that goes with it; worthless without the code, gone once that was used."""
    github: GitHubAccount | None
    """Who signed in."""
    slack_proven: bool
    """Whether the same browser signed in to Slack as this very user."""
    code_hash: str | None
    """Of the code that the Slack user has to type, where the browser could not sign in to Slack."""
    confirmed_at: datetime | None
    """When the person pressed the button that names both accounts."""
    created_at: datetime
    ended_at: datetime | None
    """Linked, refused or replaced: it can not be used again."""
    tries: int = 0
    """How many wrong codes the Slack user typed."""
    version: int
