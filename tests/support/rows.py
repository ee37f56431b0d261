"""Rows that other rows refer to, put into a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.model.address import GitHubThread, SlackPlace
from bot.model.delivery import Delivery
from bot.model.request import Announcement, Answer, Request
from bot.store.mint import new_id
from bot.store.unit import Units
from tests.support import make


async def save_request(units: Units, **changes: Any) -> Request:
    """A request, and its person when that is new."""
    request = make.request(**changes)
    async with units.write() as unit:
        if await unit.people.get(request.person) is None:
            await unit.people.add(make.person(), make.NOON)
        assert await unit.requests.add(request)
    return request


def thread(number: int = 7) -> GitHubThread:
    """An issue or pull request of acme/shop."""
    return GitHubThread(connection=make.CONNECTION, repository=77, number=number)


def place(channel: str = "C1", **changes: Any) -> SlackPlace:
    """A channel of Slack."""
    return replace(SlackPlace(connection=make.SLACK, channel=channel), **changes)


def announcement(**changes: Any) -> Announcement:
    """Where `make.request` is shown: in its thread, not posted yet."""
    base = Announcement(
        id=UUID(int=44),
        request=UUID(int=42),
        address=thread(),
        message_id=None,
        attempted_at=None,
        text_hash=None,
        shown_version=0,
        edits=0,
        edited_at=None,
        version=1,
    )
    return replace(base, **changes)


def answer(**changes: Any) -> Answer:
    """A reply to the command of `make.origin`, not posted yet."""
    base = Answer(
        id=UUID(int=45),
        natural_key="comment:1:1",
        address=thread(),
        text="Did you mean /run?",
        message_id=None,
        attempted_at=None,
        created_at=make.NOON,
    )
    return replace(base, **changes)


def delivery(guid: str = "g-1", received_at: datetime = make.NOON, **changes: Any) -> Delivery:
    """A new delivery with this GUID."""
    base = Delivery(
        id=new_id(),
        connection=make.CONNECTION,
        guid=guid,
        event="issue_comment",
        action="created",
        facts=b'{"comment":9001}',
        received_at=received_at,
    )
    return replace(base, **changes)
