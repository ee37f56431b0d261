"""Owns linking in the rows of accounts: a link begins, ends, and stays as history (T9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.model.address import SLACK
from bot.model.link import AccountLink
from bot.model.slack import SlackAccount
from bot.store.mint import new_id
from bot.store.people import SEEN
from bot.store.schema import accounts as table


class Links:
    """Links between persons and accounts."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def of_person(self, person: UUID) -> Sequence[AccountLink]:
        """Open and ended ones, oldest first."""
        statement = select(table).where(table.c.person_id == person).order_by(table.c.linked_at, table.c.id)
        return [_model(row) for row in await self._sql.execute(statement)]

    async def tied(self, person: UUID, since: datetime) -> frozenset[UUID]:
        """This person, and everybody who shared an account with them at any time since then, by however many steps:
        they may all be one human (T9)."""
        known: frozenset[UUID] = frozenset()
        found = frozenset({person})
        while found - known:
            known = found
            rows = await self._sql.execute(_SHARING, {"people": list(known), "since": since})
            found = known | frozenset(rows.scalars())
        return known

    async def changed(self, person: UUID, since: datetime) -> bool:
        """Whether they linked or unlinked an account since then; that GitHub named them first is neither."""
        found = await self._sql.execute(_CHANGED, {"person": person, "since": since})
        return found.first() is not None

    async def add_slack(self, person: UUID, account: SlackAccount, *, method: str, at: datetime) -> None:
        """Link them. Raises `Conflict` when this Slack account has an open link, be it with the same person.

        One that was not confirmed since a restore ends with it (T23).
        """
        unconfirmed = update(table).where(*_open_slack(account), table.c.confirmed_at.is_(None))
        await self._sql.execute(unconfirmed.values(unlinked_at=at))
        values = {
            "id": new_id(),
            "person_id": person,
            "provider": SLACK,
            "connection_id": account.connection,
            "external_id": account.external_id,
            "login": account.name,
            "method": method,
            "linked_at": at,
            "confirmed_at": at,  # whoever linked it signed in or typed a code: nothing is left to be confirmed (T5)
        }
        try:
            await self._sql.execute(insert(table), values)
        except IntegrityError as error:
            raise Conflict(f"The Slack account {account.external_id} is linked already.") from error

    async def end_slack(self, account: SlackAccount, at: datetime) -> bool:
        """End the open link; the row stays. False when there was none."""
        statement = update(table).where(*_open_slack(account))
        return (await self._sql.execute(statement.values(unlinked_at=at))).rowcount == 1


_OTHER = table.alias()
_SHARING = (
    select(_OTHER.c.person_id)
    .join(
        table,
        and_(
            table.c.provider == _OTHER.c.provider,
            table.c.connection_id == _OTHER.c.connection_id,
            table.c.external_id == _OTHER.c.external_id,
        ),
    )
    .where(
        table.c.person_id.in_(bindparam("people", expanding=True)),
        *(or_(each.unlinked_at.is_(None), each.unlinked_at >= bindparam("since")) for each in (table.c, _OTHER.c)),
    )
    .distinct()
)
_CHANGED = (
    select(table.c.id)
    .where(
        table.c.person_id == bindparam("person"),
        table.c.method != SEEN,
        or_(table.c.linked_at > bindparam("since"), table.c.unlinked_at > bindparam("since")),
    )
    .limit(1)
)


def _open_slack(account: SlackAccount) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.provider == SLACK,
        table.c.connection_id == account.connection,
        table.c.external_id == account.external_id,
        table.c.unlinked_at.is_(None),
    )


def _model(row: Row[Any]) -> AccountLink:
    return AccountLink(
        person=row.person_id,
        provider=row.provider,
        connection=row.connection_id,
        external_id=row.external_id,
        login=row.login,
        method=row.method,
        linked_at=row.linked_at,
        unlinked_at=row.unlinked_at,
    )
