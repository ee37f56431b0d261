"""One inbound request from outside, kept once by its id."""

from __future__ import annotations

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
