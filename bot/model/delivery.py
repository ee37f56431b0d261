"""One inbound request from outside, kept once by its id; and GitHub's own record of how it tried to hand it over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the inbox keeps: not the raw body, only the facts that later steps read."""

    id: UUID
    connection: UUID
    guid: str
    """GitHub's `X-GitHub-Delivery`; the same on a redelivery, unique per connection (T20)."""
    event: str
    action: str | None
    facts: bytes
    """JSON of the few fields that were extracted at the edge."""
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt of GitHub's to hand a delivery over, as its list tells it."""

    id: int
    """Greater than those of all earlier attempts; each attempt at a delivery has its own."""
    guid: str
    """The delivery's, the same for every attempt."""
    redelivery: bool
    """Whether somebody asked for it: we, or a person on GitHub's page."""
    ok: bool
    delivered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """A page of GitHub's list."""

    newest_first: Sequence[Attempt]
    next: str | None
    """Where older ones are."""
