"""Owns the rows of announcements: where requests are shown, and what stands there now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.model.request import Announcement
from bot.store.addresses import from_json, to_columns
from bot.store.schema import announcements as table

# The values are handed over beside them: a statement that is built around them costs twice what running it does.
_ADD = insert(table)
_SAVE = update(table).where(table.c.id == bindparam("saved"), table.c.version == bindparam("seen"))


class Announcements:
    """Where requests are shown."""

    def __init__(self, connection: AsyncConnection) -> None:
        """In this transaction."""
        self._sql = connection

    async def add(self, announcement: Announcement) -> None:
        """A new place. Raises `Conflict` when the request is shown there already."""
        try:
            await self._sql.execute(_ADD, {**_columns(announcement), "version": announcement.version})
        except IntegrityError as error:
            raise Conflict(f"Request {announcement.request} is shown there already.") from error

    async def save(self, announcement: Announcement) -> Announcement:
        """Write the row whose version is `announcement.version`; returns it with the next version.

        Raises `Conflict` when the row has another version by now or is not there, and when it would move to a place
        where the request is shown already.
        """
        values = {**_columns(announcement), "version": announcement.version + 1}
        try:
            result = await self._sql.execute(_SAVE, {**values, "saved": announcement.id, "seen": announcement.version})
        except IntegrityError as error:
            raise Conflict(f"Request {announcement.request} is shown there already.") from error
        if result.rowcount != 1:
            raise Conflict(f"Announcement {announcement.id} is not at version {announcement.version} any more.")
        return replace(announcement, version=announcement.version + 1)

    async def get(self, announcement: UUID) -> Announcement | None:
        """By its id."""
        row = (await self._sql.execute(select(table).where(table.c.id == announcement))).one_or_none()
        return None if row is None else _model(row)

    async def of_request(self, request: UUID) -> Sequence[Announcement]:
        """Every place, the oldest first."""
        statement = select(table).where(table.c.request_id == request).order_by(table.c.id)
        return [_model(row) for row in await self._sql.execute(statement)]


def _columns(announcement: Announcement) -> dict[str, Any]:
    return {
        "id": announcement.id,
        "request_id": announcement.request,
        **to_columns(announcement.address),
        "message_id": announcement.message_id,
        "attempted_at": announcement.attempted_at,
        "text_hash": announcement.text_hash,
        "shown_version": announcement.shown_version,
        "edits": announcement.edits,
        "edited_at": announcement.edited_at,
    }


def _model(row: Row[Any]) -> Announcement:
    return Announcement(
        id=row.id,
        request=row.request_id,
        address=from_json(row.address),
        message_id=row.message_id,
        attempted_at=row.attempted_at,
        text_hash=row.text_hash,
        shown_version=row.shown_version,
        edits=row.edits,
        edited_at=row.edited_at,
        version=row.version,
    )
