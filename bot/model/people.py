"""Who asks: one person, with accounts."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from uuid import UUID


class Role(enum.IntEnum):
    """GitHub's repository roles, in order, so that `role >= Role.WRITE` reads as it is meant.

    https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization
    """

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5

    @property
    def label(self) -> str:
        """GitHub's own word."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubAccount:
    """A GitHub user on one connection. The id is the identity, the login only a label (T8)."""

    connection: UUID
    id: int
    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One human. Rights on a target come only from the account on that target's host (T24)."""

    id: UUID
    github: GitHubAccount
