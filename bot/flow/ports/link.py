"""What linking needs: sign-in at both services, and the rows of attempts, links and bindings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.model.link import AccountLink, LinkAttempt
from bot.model.people import GitHubAccount
from bot.model.session import Session
from bot.model.slack import Binding, SlackAccount


class GitHubSignIn(Protocol):
    """GitHub's OAuth web flow with PKCE."""

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str: ...
    async def who(self, *, code: str, verifier: str, redirect_uri: str) -> GitHubAccount:
        """Who signed in. The token is used once, revoked and forgotten. Raises `UpstreamError`."""


class SlackSignIn(Protocol):
    """Sign in with Slack (OpenID Connect)."""

    def authorize_url(self, *, state: str, nonce: str, team: str, redirect_uri: str) -> str: ...
    async def who(self, *, code: str, nonce: str, redirect_uri: str) -> tuple[str, str]:
        """Home and user id of who signed in, as in `SlackAccount`. The token is used once, revoked and forgotten.

        Raises `UpstreamError`.
        """


class LinkAttempts(Protocol):
    """Attempts to link; `save` is compare-and-set on `version` and raises `Conflict`."""

    async def add(self, attempt: LinkAttempt) -> None:
        """A new attempt; an earlier one of the same Slack user that has not ended ends now."""

    async def save(self, attempt: LinkAttempt) -> LinkAttempt: ...
    async def by_nonce(self, nonce_hash: str) -> LinkAttempt | None:
        """Also one that ended."""

    async def by_browser(self, browser_hash: str) -> LinkAttempt | None:
        """Also one that ended."""

    async def open_of(self, slack: SlackAccount) -> LinkAttempt | None:
        """The one of this Slack user that has not ended: wrong codes count against it, so it is not looked for by
        the code."""


class Links(Protocol):
    """Links between persons and accounts, with history (T9)."""

    async def of_person(self, person: UUID) -> Sequence[AccountLink]:
        """Open and ended ones, oldest first."""

    async def tied(self, person: UUID, since: datetime) -> frozenset[UUID]:
        """This person, and everybody who shared an account with them at any time since then: perhaps one human (T9)."""

    async def changed(self, person: UUID, since: datetime) -> bool:
        """Whether they linked or unlinked an account since then."""

    async def add_slack(self, person: UUID, account: SlackAccount, *, method: str, at: datetime) -> None:
        """Raises `Conflict` when this Slack account has an open link."""

    async def end_slack(self, account: SlackAccount, at: datetime) -> bool:
        """False when there was no open link."""


class Bindings(Protocol):
    """Default repositories of channels."""

    async def get(self, connection: UUID, channel: str) -> Binding | None: ...
    async def save(self, binding: Binding, *, by: UUID, at: datetime) -> None:
        """Insert or replace."""

    async def remove(self, connection: UUID, channel: str) -> bool: ...
    async def of_repository(self, github: UUID, repository: int) -> Sequence[Binding]:
        """Those of every channel that is about this repository."""


class Sessions(Protocol):
    """Sign-ins to the pages, by the hash of a browser's cookie."""

    async def add(self, session: Session) -> None:
        """A new one. Raises `Conflict` when the hash is taken: mint a new secret."""

    async def get(self, id_hash: str) -> Session | None:
        """Also one that is over."""

    async def end(self, id_hash: str) -> bool:
        """False when nobody had it."""

    async def end_all(self, connection: UUID, account: int) -> int:
        """This account is signed out of every browser; of how many."""
