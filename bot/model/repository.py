"""Where things happen: the connection to a GitHub host, a repository on it, a pull request in that."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A service and the app that speaks there: a GitHub host, or Slack. Every key that names a thing of it carries
    its id (T24)."""

    id: UUID
    name: str
    api_url: str
    server_url: str
    app_id: int | None
    app_slug: str | None
    """Known once GitHub was asked; our own comments and runs carry `<slug>[bot]`."""


class Visibility(enum.StrEnum):
    """Who can read a repository, in GitHub's words. https://docs.github.com/en/rest/repos/repos#get-a-repository"""

    PUBLIC = "public"
    INTERNAL = "internal"
    """All members of the enterprise; GitHub calls it private as well."""
    PRIVATE = "private"

    @classmethod
    def of(cls, word: str | None) -> Visibility | None:
        """None where it is not told, or in a word that is unknown here."""
        return cls.__members__.get((word or "").upper())


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository, known by (connection, id). Owner and name are labels that follow renames (T8)."""

    connection: UUID
    id: int
    owner: str
    name: str
    private: bool
    default_branch: str
    installation: int | None
    """The App's installation that reaches it; None until a delivery or GitHub told us."""
    visibility: Visibility | None = None
    """None where nobody told it: a private repository may be internal then."""

    @property
    def open_to_many(self) -> bool:
        """Whether people read it whom nobody chose: everybody, or a whole enterprise. Unknown counts as yes (T14)."""
        return not self.private or self.visibility is not Visibility.PRIVATE

    @property
    def full_name(self) -> str:
        """`owner/name`, for showing and for URLs."""
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request as GitHub describes it now."""

    number: int
    head_sha: str
    head_ref: str
    """The branch's short name in the head repository."""
    head_repository: int | None
    """None when the fork was deleted, which still is a fork (T15)."""
    base_repository: int
    base_ref: str
    open: bool
    draft: bool
    author: int | None = None
    """Whose it is, by GitHub's numeric id; None when that was not told, as of an account that is gone."""

    @property
    def fork(self) -> bool:
        """Whether the head lies in another repository; unknown counts as yes (T15)."""
        return self.head_repository != self.base_repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What we recorded of a pull request's head, and when GitHub says it became so (T4)."""

    connection: UUID
    repository: int
    pull_request: int
    sha: str
    since: datetime
    """GitHub's own time of the event that brought this head, aware UTC."""
    source: str
    """`opened`, `synchronize`, ... for pull_request events, `activity` for the repository's activity log."""
    pusher: int | None = None
    """GitHub's numeric id of whoever pushed it; None where that was not told (T9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a command is about: a repository, and perhaps one of its issues or pull requests."""

    repository: Repository
    number: int | None
    on_pull_request: bool

    @property
    def words(self) -> str:
        """As it is typed in Slack: `acme/shop#7`."""
        return f"{self.repository.full_name}#{self.number}" if self.number else self.repository.full_name
