"""Owns the living message: one per place, posted once, edited when there is news worth an edit."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.errors import NotFound, RateLimited, Refused, Unreachable
from bot.flow.also import Also, Others
from bot.flow.answer import Reply, rendered
from bot.flow.insist import insist
from bot.flow.patience import Patience
from bot.flow.ports import Clock, Render, SlackChannels, Unit, Units
from bot.flow.post import Post, Said
from bot.flow.queue_note import in_the_queue
from bot.flow.schedule import schedule, shown
from bot.log import tag
from bot.model.address import CheckPlace, DeploymentPlace, GitHubThread, SlackPlace
from bot.model.message import Message
from bot.model.origin import SlackOrigin
from bot.model.repository import Repository
from bot.model.request import Announcement, Request, RequestState
from bot.model.run import Run
from bot.rules import report
from bot.rules.dialect import Dialect
from bot.rules.lifecycle import FINAL

log = logging.getLogger(__name__)


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
    extra: bool
    """Whether it is shown somewhere else first: the asker looks there, and this is for others."""
    others: Others

    @property
    def changed_at(self) -> datetime:
        """When we heard news last, as far as that is known: of a run that is over long since we may hear late."""
        request = self.request
        moments = (request.created_at, request.dispatched_at, request.ended_at, *(run.checked_at for run in self.runs))
        return max(moment for moment in moments if moment is not None)


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
    patience: Patience
    grace: timedelta
    """How long what was sent may take to show."""

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Show the request's state in one place. Posts once: looks first when an attempt may have got through."""
        picture = await self._look(UUID(payload["announcement"]))
        if picture is None or not shown(picture.request, picture.announcement):
            return None
        tag(request=picture.request.code)
        return await self.patience(self._show(picture), picture.changed_at)

    async def _show(self, picture: _Picture) -> datetime | None:
        announcement = picture.announcement
        if await self._overheard(picture):
            if picture.extra:
                return self._unheard("The channel is shared with another organisation now.")
            return await self._elsewhere(picture, announcement, shared=True)
        text = await self._said(picture)
        if text is None:
            return await self._save(picture, announcement)
        text_hash = hashlib.sha256((text if isinstance(text, str) else repr(text)).encode()).hexdigest()
        if announcement.message_id is None and announcement.attempted_at is not None:
            found = await self.post.find(announcement.address, announcement.id, picture.request.created_at)
            shows_at = announcement.attempted_at + self.grace
            if found is None and self.clock.now() < shows_at:
                return shows_at
            announcement = replace(announcement, message_id=found)
        if announcement.message_id is None:
            return await self._post(picture, announcement, text, text_hash)
        if announcement.text_hash == text_hash:
            return await self._save(picture, announcement)
        return await self._edit(picture, announcement, text, text_hash)

    async def _said(self, picture: _Picture) -> Said | None:
        """What the place should say now; None for a record that there is no reason to make yet."""
        address, message = picture.announcement.address, self._message(picture)
        if isinstance(address, GitHubThread | SlackPlace):
            return rendered(self.render, address, message)
        summary, key = self.render.github(message), picture.announcement.id
        url = report.run_url(message)
        return await self.post.records.said(address, picture.request, picture.runs, key=key, summary=summary, url=url)

    async def _post(self, picture: _Picture, announcement: Announcement, text: Said, text_hash: str) -> datetime | None:
        """The attempt is written down before it is made, and again when nobody knows what came of it."""
        if await self._refused_unseen(picture):
            return None
        attempt = await self._attempted(announcement, self.clock.now())
        try:
            posted = await self.post.create(attempt.address, text, attempt.id)
        except (NotFound, Refused) as error:
            if isinstance(attempt.address, CheckPlace | DeploymentPlace):
                await self._unkept(attempt, error)
                return None
            if picture.extra:
                await self._attempted(attempt, None)
                return self._unheard(str(error))
            if isinstance(error, NotFound):
                return await self._elsewhere(picture, attempt, shared=False)
            await self._attempted(attempt, None)
            raise
        except RateLimited:  # a definite no: nothing stands there
            await self._attempted(attempt, None)
            raise
        except Unreachable:
            await self._attempted(attempt, self.clock.now())
            raise
        return await self._save(picture, replace(attempt, message_id=posted, text_hash=text_hash))

    async def _unkept(self, attempt: Announcement, error: Exception) -> None:
        """GitHub does not let us keep a record: the request goes on, and its messages say all of it."""
        log.warning("GitHub does not take a record of a request: %s", error, extra={"action": "record_refused"})
        await self._attempted(attempt, None)

    @staticmethod
    def _unheard(why: str) -> None:
        """The request shows where it was asked, and is told again here with its next news if that can be."""
        log.warning("A request can not be shown in every place: %s", why, extra={"action": "place_unheard"})

    async def _attempted(self, announcement: Announcement, at: datetime | None) -> Announcement:
        async with self.units.write() as unit:
            return await unit.announcements.save(replace(announcement, attempted_at=at))

    async def _refused_unseen(self, picture: _Picture) -> bool:
        """What was refused before anybody saw it, as a second press of Re-run, is the asker's business alone."""
        address, origin, request = picture.announcement.address, picture.request.origin, picture.request
        public = isinstance(address, SlackPlace) and isinstance(origin, SlackOrigin)
        if request.state is not RequestState.REFUSED or not public or picture.announcement.attempted_at is not None:
            return False
        assert isinstance(address, SlackPlace)
        assert isinstance(origin, SlackOrigin)
        place = replace(address, channel=origin.channel, thread=origin.thread, only_for=origin.user)
        async with self.units.write() as unit:
            told = replace(self._message(picture), buttons=())
            await self.reply.tell(unit, place, told, key=f"refused:{request.id}")
        return True

    async def _overheard(self, picture: _Picture) -> bool:
        """Whether people from elsewhere would read it, in a channel that became shared with them meanwhile (T22)."""
        address, request = picture.announcement.address, picture.request
        if not isinstance(address, SlackPlace) or self.channels is None:
            return False
        channel = await self.channels.get(address.connection, address.channel)
        if channel is None or channel.direct or not channel.shared:
            return False
        async with self.units.read() as unit:
            bound = await unit.bindings.get(address.connection, address.channel)
        meant = bound is not None and bound.shared
        return not (meant and bound and (bound.github, bound.repository) == (request.connection, request.repository))

    async def _edit(self, picture: _Picture, announcement: Announcement, text: Said, text_hash: str) -> datetime | None:
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
            places = await unit.announcements.of_request(request.id)
            runs = await unit.runs.of_request(request.id)
            request = await in_the_queue(unit, request, self.clock.now())
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
            extra=announcement.id != places[0].id,
            others=await Also(self.post.messages)(announcement, places, repository, connection.server_url),
        )

    def _message(self, picture: _Picture) -> Message:
        """In Slack lines to copy name their target, unless they were typed there and so hold what they need."""
        here = isinstance(picture.announcement.address, SlackPlace)
        asked_there = isinstance(picture.request.origin, SlackOrigin)
        message = report.living(
            picture.request,
            picture.runs,
            asked_by=picture.asked_by,
            repository=picture.repository,
            server_url=picture.server_url,
            now=self.clock.now(),
            slack_user=picture.slack_user,
            also=picture.others.places,
            slack_url=picture.others.slack_url,
            line=self.dialect.on_github(picture.request.text) if self.dialect and asked_there and not here else None,
        )
        if self.dialect is None or not here:
            return message
        named = replace(self.dialect, target=_target(picture))
        if not asked_there:
            return named.message(message)
        note = named.sentence(str(message.fields["note"]))
        return self.dialect.message(replace(message, fields={**message.fields, "note": note}))

    async def _elsewhere(self, picture: _Picture, announcement: Announcement, *, shared: bool) -> datetime | None:
        """We may not speak there: in Slack the person gets a direct message instead; on GitHub the thread is gone."""
        address, origin = announcement.address, picture.request.origin
        if not isinstance(address, SlackPlace) or not isinstance(origin, SlackOrigin) or self.channels is None:
            raise NotFound("The thread is gone, so the state of the request can not be shown there.")
        direct = await self.channels.direct(address.connection, origin.user)
        if direct == address.channel:
            raise NotFound("Slack does not let us write to this person.")
        place = SlackPlace(connection=address.connection, channel=direct)
        moved = replace(announcement, address=place, message_id=None, text_hash=None, attempted_at=None)
        async with self.units.write() as unit:
            await unit.announcements.save(moved)
            if shared:
                fields = {"line": picture.request.text, "channel": address.channel, "shared": True}
                message = Message(name="request_moved", fields=fields)
                await self.reply.tell(unit, place, message, key=f"{origin.natural_key}:moved")
        return self.clock.now()

    async def _save(self, picture: _Picture, announcement: Announcement) -> datetime | None:
        """What stands there now, and what follows from it."""
        await insist(lambda: self._saved(picture, announcement))
        return None

    async def _saved(self, picture: _Picture, announcement: Announcement) -> None:
        now = self.clock.now()
        shown = replace(announcement, shown_version=picture.request.version, edited_at=now)
        async with self.units.write() as unit:
            await unit.announcements.save(shown)
            await self._details(unit, picture, shown)
            request = await unit.requests.get(picture.request.id)
            if request is not None and request.version != picture.request.version:
                await schedule(unit, request, now)

    async def _details(self, unit: Unit, picture: _Picture, announcement: Announcement) -> None:
        """Once it has ended, the whole of it goes into the thread of a Slack message, which itself stays short."""
        address, message = announcement.address, announcement.message_id
        if picture.request.state not in FINAL or not isinstance(address, SlackPlace) or message is None:
            return
        thread = replace(address, thread=address.thread or message)
        details = replace(self._message(picture), name="details_posted", buttons=())
        await self.reply.tell(unit, thread, details, key=f"details:{announcement.id}:{picture.request.state}")


def _target(picture: _Picture) -> str:
    """What its note is about, in words that hold in every channel, also in one that it was moved to."""
    number = picture.request.number
    return picture.repository.full_name if number is None else f"{picture.repository.full_name}#{number}"


async def _slack_user(unit: Unit, announcement: Announcement, request: Request) -> str | None:
    if not isinstance(announcement.address, SlackPlace):
        return None
    if isinstance(request.origin, SlackOrigin):
        return request.origin.user
    return await unit.people.slack_user(request.person, announcement.address.connection)
