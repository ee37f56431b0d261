"""Owns who is calling: an app, an installation, a person or nobody, and what each may see and do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import RANK, App, Installation
from bot.sandbox.github.refusals import Refused
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.roles import level


class Caller(Protocol):
    @property
    def account(self) -> Account | None: ...
    @property
    def app(self) -> App | None: ...
    def sees(self, repository: Repository) -> bool: ...
    def level(self, repository: Repository, permission: str) -> str | None: ...
    def refusal(self) -> Refused: ...


@dataclass(frozen=True, slots=True)
class Nobody:
    """A request without credentials reads what is public."""

    account: Account | None = None
    app: App | None = None

    def sees(self, repository: Repository) -> bool:
        return not repository.private

    def level(self, repository: Repository, permission: str) -> str | None:
        return "read"

    def refusal(self) -> Refused:
        return Refused(401, "Requires authentication")


@dataclass(frozen=True, slots=True)
class AppCaller:
    """A JWT: good for the app's own endpoints, and for nothing inside a repository."""

    app: App
    account: Account | None = None

    def sees(self, repository: Repository) -> bool:
        return not repository.private or self.app.installation_on(repository.id, repository.owner.id) is not None

    def level(self, repository: Repository, permission: str) -> str | None:
        return None

    def refusal(self) -> Refused:
        return Refused(401, "Bad credentials")


@dataclass(frozen=True, slots=True)
class ClientCaller:
    """An app's client id and secret: good for its people's tokens, and for what everybody reads."""

    client: App
    account: Account | None = None
    app: App | None = None

    def sees(self, repository: Repository) -> bool:
        return not repository.private

    def level(self, repository: Repository, permission: str) -> str | None:
        return "read"

    def refusal(self) -> Refused:
        return Refused(401, "Requires authentication")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationCaller:
    token: str
    installation: Installation
    repository_ids: frozenset[int] | None  # None: everything the installation covers
    permissions: dict[str, str]
    expires_at: datetime

    @property
    def account(self) -> Account:
        return self.installation.app.bot

    @property
    def app(self) -> App:
        return self.installation.app

    def reaches(self, repository: Repository) -> bool:
        chosen = self.repository_ids is None or repository.id in self.repository_ids
        same_owner = repository.owner.id == self.installation.account.id
        return chosen and same_owner and self.installation.covers(repository.id)

    def sees(self, repository: Repository) -> bool:
        return not repository.private or self.reaches(repository)

    def level(self, repository: Repository, permission: str) -> str | None:
        """Outside its repositories an installation only reads what everybody reads."""
        return self.granted(permission) if self.reaches(repository) else "read"

    def granted(self, permission: str) -> str | None:
        """What the installation lost since the token was made, the token lost with it."""
        levels = (self.permissions.get(permission), self.installation.permissions.get(permission))
        return min(levels, key=lambda each: RANK[each])

    def refusal(self) -> Refused:
        return Refused(403, "Resource not accessible by integration")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCaller:
    """A person's own token; `via` is the app whose sign-in made it."""

    token: str
    person: Account
    via: App | None

    @property
    def account(self) -> Account:
        return self.person

    @property
    def app(self) -> App | None:
        return self.via

    def sees(self, repository: Repository) -> bool:
        return level(repository.role_of(self.person), "metadata") is not None

    def level(self, repository: Repository, permission: str) -> str | None:
        return level(repository.role_of(self.person), permission)

    def refusal(self) -> Refused:
        return Refused(403, "Must have admin rights to Repository.")
