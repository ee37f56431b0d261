"""Owns who acts, as GraphQL names them: a bot's login lacks the `[bot]` that the REST API shows."""

from dataclasses import dataclass

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import App
from bot.sandbox.github.shapes.accounts import page


@dataclass(frozen=True, slots=True)
class Actor:
    account: Account
    html: str

    @property
    def type_name(self) -> str:
        return self.account.kind.value

    @property
    def login(self) -> str:
        return self.account.login.removesuffix("[bot]")

    @property
    def url(self) -> str:
        return f"{self.html}/{page(self.account)}"

    @property
    def database_id(self) -> int:
        return self.account.id

    @property
    def name(self) -> str | None:
        return self.account.name


@dataclass(frozen=True, slots=True)
class Reporter:
    """An `App`."""

    app: App

    @property
    def database_id(self) -> int:
        return self.app.id

    @property
    def slug(self) -> str:
        return self.app.slug

    @property
    def name(self) -> str:
        return self.app.slug
