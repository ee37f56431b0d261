"""Owns the rows of people and the history of their accounts: a link that ended stays, with its end (T9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.model.address import GITHUB, SLACK
from bot.model.people import GitHubAccount, Person
from bot.model.slack import SlackAccount
from bot.store.mint import new_id
from bot.store.schema import accounts, people

# GitHub itself named the account in a signed delivery: the account is the person, nothing was claimed (T5).
SEEN = "seen"


class People:
    """Persons and their accounts, with history."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def by_github(self, account: GitHubAccount) -> Person | None:
        """Who is linked with this account now, by its id; the login is the one we last heard."""
        account_id = {"connection": account.connection, "external": str(account.id)}
        return _model((await self._sql.execute(_BY_GITHUB, account_id)).one_or_none())

    async def by_slack(self, account: SlackAccount) -> Person | None:
        """Who is linked with this Slack account now, with their GitHub account; None without one, as rights are
        GitHub's. A link that is not confirmed links nobody: it may have ended since the backup that it is from (T23).
        """
        account_id = {"connection": account.connection, "external": account.external_id}
        linked = (await self._sql.execute(_BY_SLACK, account_id)).scalar_one_or_none()
        return None if linked is None else await self.get(linked)

    async def slack_user(self, person: UUID, connection: UUID) -> str | None:
        """The user id by which the person is known in this Slack now: of several, the one linked last."""
        statement = (
            select(accounts.c.external_id)
            .where(accounts.c.person_id == person, accounts.c.connection_id == connection, *_open(SLACK))
            .where(accounts.c.confirmed_at.is_not(None))
            .order_by(accounts.c.linked_at.desc(), accounts.c.id.desc())
            .limit(1)
        )
        external: str | None = (await self._sql.execute(statement)).scalar_one_or_none()
        return None if external is None else external.rpartition(":")[2]

    async def get(self, person: UUID) -> Person | None:
        """The person with the GitHub account linked now; None for nobody, or for a person without one."""
        statement = _open_links().where(accounts.c.person_id == person).order_by(accounts.c.linked_at).limit(1)
        return _model((await self._sql.execute(statement)).one_or_none())

    async def add(self, person: Person, at: datetime) -> None:
        """A new person with the account that a delivery showed us.

        Raises `Conflict` when that account has an open link: somebody else was quicker, so look again.
        """
        await self._sql.execute(insert(people).values(id=person.id, created_at=at))
        link = insert(accounts).values(
            id=new_id(),
            person_id=person.id,
            provider=GITHUB,
            connection_id=person.github.connection,
            external_id=str(person.github.id),
            login=person.github.login,
            method=SEEN,
            linked_at=at,
            confirmed_at=at,
        )
        try:
            await self._sql.execute(link)
        except IntegrityError as error:
            raise Conflict(f"The GitHub account {person.github.id} is linked already.") from error

    async def rename(self, account: GitHubAccount) -> None:
        """The login that GitHub uses now. Ended links keep the one they had."""
        statement = update(accounts).where(accounts.c.unlinked_at.is_(None), *_is(account))
        await self._sql.execute(statement.values(login=account.login))


def _open(provider: str) -> tuple[ColumnElement[bool], ...]:
    return accounts.c.provider == provider, accounts.c.unlinked_at.is_(None)


def _open_links() -> Select[Any]:
    return select(accounts).where(*_open(GITHUB))


_BY_GITHUB = _open_links().where(
    accounts.c.connection_id == bindparam("connection"), accounts.c.external_id == bindparam("external")
)  # built once: building costs more than running it

_BY_SLACK = select(accounts.c.person_id).where(
    *_open(SLACK),
    accounts.c.connection_id == bindparam("connection"),
    accounts.c.external_id == bindparam("external"),
    accounts.c.confirmed_at.is_not(None),
)


def _is(account: GitHubAccount) -> tuple[ColumnElement[bool], ...]:
    return (
        accounts.c.provider == GITHUB,
        accounts.c.connection_id == account.connection,
        accounts.c.external_id == str(account.id),
    )


def _model(row: Row[Any] | None) -> Person | None:
    if row is None:
        return None
    account = GitHubAccount(connection=row.connection_id, id=int(row.external_id), login=row.login)
    return Person(id=row.person_id, github=account)
