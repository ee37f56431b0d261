"""Owns saying once more, before its time is up, that a request waits for people: where it shows, and not again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.flow.answer import Reply
from bot.log import tag
from bot.model.address import Address, GitHubThread, SlackPlace
from bot.model.request import Announcement
from bot.rules import approvals, voting
from bot.rules.lifecycle import APPROVAL


@dataclass(frozen=True, slots=True)
class Remind:
    """The job `remind`."""

    reply: Reply

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Tell them, unless the request went on; the answer is when to come back."""
        async with self.reply.units.write() as unit:
            request = await unit.requests.get(UUID(payload["request"]))
            if request is None or request.asked is None or not voting.waits(request) or request.waiting_for != APPROVAL:
                return None
            tag(request=request.code)
            due = approvals.reminder(request.asked)
            if self.reply.clock.now() < due:  # the configuration gives it longer by now
                return due
            message = approvals.reminded(request, request.asked)
            for announcement in await unit.announcements.of_request(request.id):
                place = _below(announcement)
                if place is not None:
                    await self.reply.tell(unit, place, message, key=f"reminded:{announcement.id}")
        return None


def _below(announcement: Announcement) -> Address | None:
    """On GitHub the thread, in Slack below the message; what was not posted anywhere has nobody to be reminded."""
    address, message = announcement.address, announcement.message_id
    if message is None:
        return None
    if isinstance(address, SlackPlace):
        return replace(address, thread=address.thread or message)
    return address if isinstance(address, GitHubThread) else None
