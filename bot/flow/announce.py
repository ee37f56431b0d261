"""Owns the living message: one per place, posted once, edited when there is news worth an edit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.errors import NotFound
from bot.flow.answer import Reply, rendered
from bot.flow.ports import Clock, Render, SlackChannels, Unit, Units
from bot.flow.post import Post
from bot.flow.schedule import schedule
from bot.log import tag
from bot.model.address import SlackPlace
from bot.model.message import Message
from bot.model.origin import SlackOrigin
from bot.model.repository import Repository
from bot.model.request import Announcement, Request
from bot.model.run import Run
from bot.rules import report
from bot.rules.dialect import Dialect
from bot.rules.lifecycle import FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """Everything that a message is made of, read in one snapshot."""

    announcement: Announcement
    request: Request
    runs: tuple[Run, ...]
    repository: Repository
    server_url: str
    asked_by: str
    slack_user: str | None
    """Whom Slack knows the asker as, where the message stands in Slack."""


@dataclass(frozen=True, slots=True)
class Announce:
    """The job `announce`."""

    units: Units
    post: Post
    channels: SlackChannels | None
    reply: Reply
    render: Render
    dialect: Dialect | None
    clock: Clock

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Show the request's state in one place. Posts once: looks first when an attempt may have got through."""
        picture = await self._look(UUID(payload["announcement"]))
        if picture is None:
            return None
        tag(request=picture.request.code)
        text = rendered(self.render, picture.announcement.address, self._message(picture))
        text_hash = hashlib.sha256(text.encode()).hexdigest()
        announcement = picture.announcement
        if announcement.message_id is None:
            found, announcement = await self._found(picture)
            if found is None:
                try:
                    found = await self.post.create(announcement.address, text, announcement.id)
                except NotFound:
                    return await self._elsewhere(picture, announcement)
                return await self._save(picture, replace(announcement, message_id=found, text_hash=text_hash))
            announcement = replace(announcement, message_id=found)
        if announcement.text_hash == text_hash:
            return await self._save(picture, announcement)
        return await self._edit(picture, announcement, text, text_hash)

    async def _edit(self, picture: _Picture, announcement: Announcement, text: str, text_hash: str) -> datetime | None:
        assert announcement.message_id is not None
        try:
            final = picture.request.state in FINAL
            await self.post.edit(announcement.address, announcement.message_id, text, announcement.id, urgent=final)
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
            repository = await unit.repositories.get(request.connection, request.repository)
            connection = await unit.connections.get(request.connection)
            person = await unit.people.get(request.person)
            slack_user = await _slack_user(unit, announcement, request)
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
            slack_user=slack_user,
        )

    def _message(self, picture: _Picture) -> Message:
        message = report.living(
            picture.request,
            picture.runs,
            asked_by=picture.asked_by,
            repository=picture.repository,
            server_url=picture.server_url,
            now=self.clock.now(),
            slack_user=picture.slack_user,
        )
        slack = isinstance(picture.announcement.address, SlackPlace)
        return self.dialect.message(message) if slack and self.dialect else message

    async def _elsewhere(self, picture: _Picture, announcement: Announcement) -> datetime | None:
        """We may not speak there: in Slack the person gets a direct message instead; on GitHub the thread is gone."""
        address, origin = announcement.address, picture.request.origin
        if not isinstance(address, SlackPlace) or not isinstance(origin, SlackOrigin) or self.channels is None:
            raise NotFound("The thread is gone, so the state of the request can not be shown there.")
        direct = await self.channels.direct(address.connection, origin.user)
        if direct == address.channel:
            raise NotFound("Slack does not let us write to this person.")
        moved = replace(announcement, address=SlackPlace(connection=address.connection, channel=direct))
        async with self.units.write() as unit:
            await unit.announcements.save(replace(moved, attempted_at=None))
        return self.clock.now()

    async def _found(self, picture: _Picture) -> tuple[str | None, Announcement]:
        """The message if an earlier attempt posted it; the attempt is written down before it is made."""
        announcement = picture.announcement
        if announcement.attempted_at is not None:
            found = await self.post.find(announcement.address, announcement.id, picture.request.created_at)
            return found, announcement
        async with self.units.write() as unit:
            saved = await unit.announcements.save(replace(announcement, attempted_at=self.clock.now()))
        return None, saved

    async def _save(self, picture: _Picture, announcement: Announcement) -> datetime | None:
        now = self.clock.now()
        shown = replace(announcement, shown_version=picture.request.version, edited_at=now)
        async with self.units.write() as unit:
            await unit.announcements.save(shown)
            await self._details(unit, picture, shown)
            request = await unit.requests.get(picture.request.id)
            if request is not None and request.version != picture.request.version:
                await schedule(unit, request, now)
        return None

    async def _details(self, unit: Unit, picture: _Picture, announcement: Announcement) -> None:
        """Once it has ended, the whole of it goes into the thread of a Slack message, which itself stays short."""
        address, message = announcement.address, announcement.message_id
        if picture.request.state not in FINAL or not isinstance(address, SlackPlace) or message is None:
            return
        thread = replace(address, thread=address.thread or message)
        details = replace(self._message(picture), name="details_posted", buttons=())
        await self.reply.tell(unit, thread, details, key=f"details:{announcement.id}:{picture.request.state}")


async def _slack_user(unit: Unit, announcement: Announcement, request: Request) -> str | None:
    if not isinstance(announcement.address, SlackPlace):
        return None
    if isinstance(request.origin, SlackOrigin):
        return request.origin.user
    return await unit.people.slack_user(request.person, announcement.address.connection)
