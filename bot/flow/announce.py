"""Owns the living message: one per place, posted once, edited when there is news worth an edit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.errors import NotFound
from bot.flow.answer import marker
from bot.flow.open import FIRST_LOOK, announce
from bot.flow.ports import Clock, Comments, Render, Unit, Units
from bot.model.repository import Repository
from bot.model.request import Announcement, Request
from bot.model.run import Run
from bot.rules import pacing, report
from bot.rules.lifecycle import FINAL

SETTLE: Final = timedelta(milliseconds=500)
"""A final state waits this long for the last jobs' news, which travels beside the run's: still under 1 s."""


async def schedule(unit: Unit, request: Request, now: datetime, *, urgent: bool = False) -> None:
    """Have every message of the request brought up to date, as soon as its pace allows, in the caller's transaction."""
    final = request.state in FINAL
    for announcement in await unit.announcements.of_request(request.id):
        if announcement.message_id is None:
            await unit.enqueue(announce(announcement.id, request.created_at + FIRST_LOOK))
            continue
        due = pacing.next_edit(
            now=now,
            created_at=request.created_at,
            edited_at=announcement.edited_at,
            edits=announcement.edits,
            urgent=urgent,
            final=final,
        )
        await unit.enqueue(announce(announcement.id, max(due, now + SETTLE) if final else due))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """Everything that a message is made of, read in one snapshot."""

    announcement: Announcement
    request: Request
    runs: tuple[Run, ...]
    repository: Repository
    server_url: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class Announce:
    """The job `announce`."""

    units: Units
    comments: Comments
    render: Render
    clock: Clock

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Show the request's state in one place. Posts once: looks first when an attempt may have got through."""
        picture = await self._look(UUID(payload["announcement"]))
        if picture is None:
            return None
        text = self._text(picture)
        text_hash = hashlib.sha256(text.encode()).hexdigest()
        announcement = picture.announcement
        if announcement.message_id is None:
            found, announcement = await self._found(picture)
            if found is None:
                found = await self.comments.create(picture.repository, announcement.number, text)
                return await self._save(picture, replace(announcement, message_id=found, text_hash=text_hash))
            announcement = replace(announcement, message_id=found)
        if announcement.text_hash == text_hash:
            return await self._save(picture, announcement)
        return await self._edit(picture, announcement, text, text_hash)

    async def _edit(self, picture: _Picture, announcement: Announcement, text: str, text_hash: str) -> datetime | None:
        assert announcement.message_id is not None
        try:
            await self.comments.edit(picture.repository, announcement.message_id, text)
        except NotFound:
            # Somebody deleted the message. The request goes on, so it gets a new one.
            gone = replace(announcement, message_id=None, text_hash=None, attempted_at=None)
            await self._save(picture, gone)
            return self.clock.now()
        edited = replace(announcement, text_hash=text_hash, edits=announcement.edits + 1)
        return await self._save(picture, edited)

    async def _look(self, wanted: UUID) -> _Picture | None:
        async with self.units.read() as unit:
            announcement = await unit.announcements.get(wanted)
            request = await unit.requests.get(announcement.request) if announcement else None
            if announcement is None or request is None:
                return None
            repository = await unit.repositories.get(announcement.connection, announcement.repository)
            connection = await unit.connections.get(announcement.connection)
            person = await unit.people.get(request.person)
            runs = await unit.runs.of_request(request.id)
        assert repository is not None
        assert person is not None
        return _Picture(
            announcement=announcement,
            request=request,
            runs=tuple(runs),
            repository=repository,
            server_url=connection.server_url,
            asked_by=person.github.login,
        )

    def _text(self, picture: _Picture) -> str:
        message = report.living(
            picture.request,
            picture.runs,
            asked_by=picture.asked_by,
            repository=picture.repository,
            server_url=picture.server_url,
            now=self.clock.now(),
        )
        return f"{self.render.github(message)}\n\n{marker(picture.announcement.id)}"

    async def _found(self, picture: _Picture) -> tuple[int | None, Announcement]:
        """The message if an earlier attempt posted it; the attempt is written down before it is made."""
        announcement = picture.announcement
        if announcement.attempted_at is not None:
            sign, since = marker(announcement.id), picture.request.created_at
            return await self.comments.find(picture.repository, announcement.number, sign, since), announcement
        async with self.units.write() as unit:
            saved = await unit.announcements.save(replace(announcement, attempted_at=self.clock.now()))
        return None, saved

    async def _save(self, picture: _Picture, announcement: Announcement) -> datetime | None:
        now = self.clock.now()
        shown = replace(announcement, shown_version=picture.request.version, edited_at=now)
        async with self.units.write() as unit:
            await unit.announcements.save(shown)
            request = await unit.requests.get(picture.request.id)
            if request is not None and request.version != picture.request.version:
                await schedule(unit, request, now)
        return None
