"""Owns showing a request in the Slack channels that the configuration names for its environment (`notify`)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.flow.answer import Reply
from bot.flow.catalogs import Catalogs
from bot.flow.patience import Patience
from bot.flow.ports import Clock, Mint, SlackChannels, Unit, Units
from bot.flow.schedule import announce
from bot.model.address import Address, GitHubThread, SlackPlace
from bot.model.message import Message
from bot.model.origin import SlackOrigin
from bot.model.repository import Repository
from bot.model.request import Announcement, Request
from bot.rules import notifying

AFTER: Final = timedelta(seconds=1)
"""What the request itself says comes first."""


@dataclass(frozen=True, slots=True)
class Notify:
    """The job `notify`."""

    units: Units
    catalogs: Catalogs
    channels: SlackChannels | None
    """None while Slack is not configured: nothing is shown there then."""
    reply: Reply
    clock: Clock
    mint: Mint
    patience: Patience

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Show it wherever it has to be; twice does no harm. Whoever asked is told of channels that can not be used."""
        async with self.units.read() as unit:
            request = await unit.requests.get(UUID(payload["request"]))
            known = await unit.repositories.get(request.connection, request.repository) if request else None
        if request is None or known is None or request.environment is None or self.channels is None:
            return None
        return await self.patience(self._show(request, request.environment, known, self.channels), request.created_at)

    async def _show(
        self, request: Request, environment: str, repository: Repository, channels: SlackChannels
    ) -> datetime | None:
        config = (await self.catalogs.of(repository)).effective.config
        names = config.environment(environment).notify
        if not names:
            return None
        found = notifying.usable(names, await self._bound(repository, channels), repository.full_name, environment)
        async with self.units.write() as unit:
            for channel in found.channels:
                await self._in(unit, request, SlackPlace(connection=channel.connection, channel=channel.id))
            if found.remarks:
                await self._remark(unit, request, repository, found.remarks)
        return None

    async def _bound(self, repository: Repository, channels: SlackChannels) -> Sequence[notifying.Bound]:
        """Only channels that somebody with maintain made this repository's own: else a configuration could speak
        anywhere (T22)."""
        async with self.units.read() as unit:
            bound = await unit.bindings.of_repository(repository.connection, repository.id)
        return [(binding, await channels.get(binding.connection, binding.channel)) for binding in bound]

    async def _in(self, unit: Unit, request: Request, place: SlackPlace) -> None:
        shown = [each.address for each in await unit.announcements.of_request(request.id)]
        if any(_same(each, place) for each in shown):
            return
        announcement = Announcement(
            id=self.mint.id(),
            request=request.id,
            address=place,
            message_id=None,
            attempted_at=None,
            text_hash=None,
            shown_version=0,
            edits=0,
            edited_at=None,
            version=1,
        )
        await unit.announcements.add(announcement)
        await unit.enqueue(announce(announcement.id, self.clock.now()))

    async def _remark(self, unit: Unit, request: Request, repository: Repository, remarks: tuple[str, ...]) -> None:
        """Once in each place."""
        place = _asked_in(request)
        if place is None:
            return
        message = Message(name="config_remarked", fields={"repository": repository.full_name}, remarks=remarks)
        said = hashlib.sha256("\n".join(remarks).encode()).hexdigest()[:16]
        key = f"remark:{repository.connection}:{repository.id}:{said}:{place.key}"
        await self.reply.tell(unit, place, message, key=key, due=self.clock.now() + AFTER)


def _same(address: Address, place: SlackPlace) -> bool:
    """In a thread of the channel it is in the channel, too."""
    return isinstance(address, SlackPlace) and (address.connection, address.channel) == (
        place.connection,
        place.channel,
    )


def _asked_in(request: Request) -> Address | None:
    """Where whoever asked reads an answer; in Slack nobody else does."""
    origin = request.origin
    if isinstance(origin, SlackOrigin):
        return SlackPlace(
            connection=origin.connection, channel=origin.channel, thread=origin.thread, only_for=origin.user
        )
    if request.number is None:
        return None
    return GitHubThread(connection=request.connection, repository=request.repository, number=request.number)
