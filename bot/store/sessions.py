"""Owns the rows of sign-ins to the pages, found by the hash of a browser's cookie. No token is kept."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.model.people import GitHubAccount
from bot.model.session import Session
from bot.store.schema import sessions as table

_GET = select(table).where(table.c.id_hash == bindparam("hash"))


class Sessions:
    """Sign-ins."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def add(self, session: Session) -> None:
        """A new one. Raises `Conflict` when the hash is taken: mint a new secret."""
        values = {
            "id_hash": session.id_hash,
            "connection_id": session.account.connection,
            "account_id": session.account.id,
            "login": session.account.login,
            "created_at": session.created_at,
            "expires_at": session.expires_at,
        }
        try:
            await self._sql.execute(insert(table), values)
        except IntegrityError as error:
            raise Conflict("The session's secret is taken.") from error

    async def get(self, id_hash: str) -> Session | None:
        """By its hash; also one that is over."""
        row = (await self._sql.execute(_GET, {"hash": id_hash})).one_or_none()
        if row is None:
            return None
        return Session(
            id_hash=row.id_hash,
            account=GitHubAccount(connection=row.connection_id, id=row.account_id, login=row.login),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

    async def end(self, id_hash: str) -> bool:
        """Whoever has this cookie is signed out; False when nobody had it."""
        return (await self._sql.execute(delete(table).where(table.c.id_hash == id_hash))).rowcount == 1

    async def end_all(self, connection: UUID, account: int) -> int:
        """This account is signed out of every browser; of how many."""
        of = (table.c.connection_id == connection, table.c.account_id == account)
        return (await self._sql.execute(delete(table).where(*of))).rowcount
