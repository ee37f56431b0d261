"""An exclusive claim on an environment, or on all of a repository."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from bot.model.address import Address

EVERYTHING: Final = ""
"""In place of an environment's name: the whole repository."""


class Holder(enum.StrEnum):
    """What kind of claim it is. A person's and a request's may stand side by side; two of a kind never."""

    PERSON = "person"
    REQUEST = "request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A claim. While `released_at` is None there is no other one of its kind on the same environment."""

    id: UUID
    connection: UUID
    repository: int
    environment: str
    """Case-folded, or `EVERYTHING`."""
    holder: Holder
    person: UUID
    """Who locked it, or who asked for the request."""
    request: UUID | None
    """The request for whose duration it is held; None for a person's."""
    code: str
    """The request's six letters; empty for a person's."""
    login: str
    """The person's, as a label."""
    reason: str
    place: Address | None
    """Where it was taken: there its owner is told when somebody else takes it away."""
    pull_request: int | None
    """On whose thread it was taken: it goes when that is closed or merged."""
    at: datetime
    expires_at: datetime | None
    released_at: datetime | None = None
    released_by: UUID | None = None
    """None beside `released_at`: it ended by itself."""
