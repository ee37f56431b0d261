"""Owns accounts: people, organizations and the bots behind apps. A login is a label; the id is the account."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    USER = "User"
    ORGANIZATION = "Organization"
    BOT = "Bot"


@dataclass(slots=True, eq=False)
class Account:
    id: int
    login: str  # changes with a rename, so nothing is keyed by it for long
    kind: Kind
    created_at: datetime
    name: str | None = None
    members: set[int] = field(default_factory=set)  # of an organization, by account id
    owners: set[int] = field(default_factory=set)  # of an organization: members with every right

    @property
    def is_organization(self) -> bool:
        return self.kind is Kind.ORGANIZATION
