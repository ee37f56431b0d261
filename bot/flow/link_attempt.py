"""Owns the attempt to link as a browser finds it: by the secret in its cookie, while it lives; and why a way ends (T5).

One attempt belongs to one browser. It is saved by compare-and-set: of two tabs that do the same at once one is told to
look again.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.errors import Conflict, SignalboxError, UpstreamError
from bot.flow.link import digest
from bot.flow.ports import Clock, Unit, Units
from bot.model.link import LinkAttempt
from bot.rules import linking
from bot.rules.linking import Objection

SECONDS: Final = int(linking.LIFETIME.total_seconds())
"""How long a browser keeps its cookie."""


class Why(enum.StrEnum):
    """Why the way ends here, for this time at least; templates/web/link_stopped.html.j2 has the words."""

    UNKNOWN = "unknown"
    """No attempt has this address, or this browser's cookie."""
    ENDED = "ended"
    EXPIRED = "expired"
    OTHER_BROWSER = "other_browser"
    STALE = "stale"
    """The `state` is not the one that is out: used before, or made by somebody else."""
    CHANGED = "changed"
    """What the person saw is not what would happen now, or the form was not ours."""
    DENIED = "denied"
    """The person pressed Cancel at GitHub or Slack."""
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """GitHub or Slack did not take the sign-in, or could not say who it was."""
    WRONG_SLACK_USER = "wrong_slack_user"
    OBJECTION = "objection"
    """The accounts can not be linked; `objection` says why."""


class Stopped(SignalboxError):
    """The way through the browser ends here."""

    def __init__(self, why: Why, *, service: str = "", objection: Objection | None = None) -> None:
        """`service` is `GitHub` or `Slack` where one of them is the reason."""
        super().__init__(why.value)
        self.why = why
        self.service = service
        self.objection = objection


@dataclass(frozen=True, slots=True)
class Attempts:
    """Finds and saves attempts for pages."""

    units: Units
    clock: Clock

    async def of_browser(self, secret: str) -> LinkAttempt:
        """The attempt of the browser that holds this secret. Raises `Stopped`."""
        async with self.units.read() as unit:
            return await self.within(unit, secret)

    async def within(self, unit: Unit, secret: str) -> LinkAttempt:
        """The same, in the caller's transaction."""
        return self.live(await unit.link_attempts.by_browser(digest(secret, "browser")))

    def live(self, attempt: LinkAttempt | None) -> LinkAttempt:
        """The attempt, if it is one and its time is not over. Raises `Stopped`."""
        if attempt is None:
            raise Stopped(Why.UNKNOWN)
        if attempt.ended_at is not None:
            raise Stopped(Why.ENDED)
        if linking.expired(attempt, self.clock.now()):
            raise Stopped(Why.EXPIRED)
        return attempt

    async def save(self, attempt: LinkAttempt) -> None:
        """In a transaction of its own. Raises `Stopped` when another tab was quicker."""
        async with self.writing() as unit:
            await unit.link_attempts.save(attempt)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Unit]:
        """A transaction about an attempt. Raises `Stopped` when another tab was quicker, perhaps at another replica."""
        try:
            async with self.units.write() as unit:
                yield unit
        except Conflict as error:
            raise Stopped(Why.CHANGED) from error


def until(attempt: LinkAttempt) -> datetime:
    """When its time is over, for people to read."""
    return attempt.created_at + linking.LIFETIME


def upstream(error: UpstreamError, service: str) -> Stopped:
    """A service that is away may be asked again; one that refused says that the sign-in is worth nothing."""
    return Stopped(Why.UNREACHABLE if error.retryable else Why.REFUSED, service=service)
