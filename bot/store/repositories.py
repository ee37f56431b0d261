"""Owns the rows of repositories: labels that follow renames, and the installation that reaches each (T8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    Row,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from bot.clock import Clock
from bot.model.repository import Repository, Visibility
from bot.store.dialect import insert
from bot.store.schema import repositories as table

STALE_MICROSECONDS = 1_000_000

# Statements are built once: building costs more than running them.
_GET = select(table).where(
    table.c.connection_id == bindparam("connection"), table.c.github_id == bindparam("repository")
)
_BY_NAME = (
    select(table)
    .where(
        table.c.connection_id == bindparam("connection"),
        func.lower(table.c.owner) == bindparam("owner"),
        func.lower(table.c.name) == bindparam("name"),
    )
    .order_by(table.c.named_at.desc(), table.c.github_id.desc())
    .limit(1)
)

_ANOTHER = (
    select(table)
    .where(table.c.connection_id == bindparam("connection"), table.c.installation_id.is_not(None))
    .order_by(
        case((func.lower(table.c.owner) == bindparam("owner"), 0), else_=1), table.c.named_at.desc(), table.c.github_id
    )
    .limit(1)
)
_OF_OWNER = select(table).where(
    table.c.connection_id == bindparam("connection"),
    func.lower(table.c.owner) == bindparam("owner"),
    table.c.installation_id.is_not(None),
)


class Repositories:
    """Labels of repositories, kept as deliveries tell them."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        """In this transaction."""
        self._sql = connection
        self._clock = clock

    async def get(self, connection: UUID, repository: int) -> Repository | None:
        """What we know of it."""
        row = (await self._sql.execute(_GET, {"connection": connection, "repository": repository})).one_or_none()
        return None if row is None else _model(row)

    async def by_name(self, connection: UUID, full_name: str) -> Repository | None:
        """The one that was known by this name last, whatever the case; names move, so ask GitHub before acting."""
        owner, _, name = full_name.lower().partition("/")
        found = await self._sql.execute(_BY_NAME, {"connection": connection, "owner": owner, "name": name})
        row = found.first()
        return None if row is None else _model(row)

    async def another(self, connection: UUID, owner: str) -> Repository | None:
        """Any that the App reaches, of this owner if there is one, the one that was heard of last."""
        row = (await self._sql.execute(_ANOTHER, {"connection": connection, "owner": owner.lower()})).first()
        return None if row is None else _model(row)

    async def of_owner(self, connection: UUID, owner: str) -> Sequence[Repository]:
        """All that the App reaches."""
        rows = await self._sql.execute(_OF_OWNER, {"connection": connection, "owner": owner.lower()})
        return [_model(row) for row in rows]

    async def save(self, repository: Repository, told_at: datetime | None = None) -> None:
        """Insert, or update the labels; a known installation is not forgotten for None.

        `told_at` (aware UTC, now by default) is when that was said: what was said later stays, or whatever waited while
        a repository was renamed would take its new name away again. What is known already is written again once a
        second, to tell which of two with one name has it now.
        """
        values = {
            "connection_id": repository.connection,
            "github_id": repository.id,
            "owner": repository.owner,
            "name": repository.name,
            "private": repository.private,
            "visibility": repository.visibility.value if repository.visibility else None,
            "default_branch": repository.default_branch,
            "installation_id": repository.installation,
            "named_at": told_at or self._clock.now(),
        }
        await self._sql.execute(_save_statement(self._sql.dialect.name), values)

    async def forget_installation(self, connection: UUID, installation: int, repositories: Sequence[int]) -> None:
        """The installation no longer reaches these repositories; none named means all of them."""
        statement = (
            update(table)
            .where(table.c.connection_id == connection, table.c.installation_id == installation)
            .values(installation_id=None)
        )
        if repositories:
            statement = statement.where(table.c.github_id.in_(repositories))
        await self._sql.execute(statement)


def _model(row: Row[Any]) -> Repository:
    return Repository(
        connection=row.connection_id,
        id=row.github_id,
        owner=row.owner,
        name=row.name,
        private=row.private,
        visibility=Visibility.of(row.visibility),
        default_branch=row.default_branch,
        installation=row.installation_id,
    )


@cache
def _save_statement(dialect: str) -> Insert:
    statement = insert(dialect, table)
    new = statement.excluded
    labels = {column: new[column] for column in ("owner", "name", "private", "default_branch", "named_at")}
    changes = {
        **labels,
        "installation_id": func.coalesce(new.installation_id, table.c.installation_id),
        "visibility": _visibility(new),
    }
    return statement.on_conflict_do_update(
        index_elements=[table.c.connection_id, table.c.github_id],
        set_=changes,
        where=and_(new.named_at >= table.c.named_at, _news(new)),
    )


def _visibility(new: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[str | None]:
    """What is told; what was told before only as long as it is as private as it was then."""
    old = table.c
    return func.coalesce(new.visibility, case((old.private == new.private, old.visibility), else_=None))


def _news(new: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """Whether the row has to change: every delivery names its repository, and replicas would race for the same row."""
    old = table.c
    labels = [old[name].is_distinct_from(new[name]) for name in ("owner", "name", "private", "default_branch")]
    found = [
        and_(each.is_not(None), old[each.key].is_distinct_from(each)) for each in (new.installation_id, new.visibility)
    ]
    stale = type_coerce(new.named_at, BigInteger) - type_coerce(old.named_at, BigInteger) >= STALE_MICROSECONDS
    return or_(*labels, *found, stale)
