"""The living message, when somebody else touches its job in the very moment in which it is written down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from bot.errors import Conflict
from bot.flow.announce import Announce
from bot.flow.answer import Reply
from bot.flow.patience import Patience
from bot.flow.ports import Render
from bot.flow.post import Post
from bot.model.message import Message
from bot.store.unit import Unit, Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import announcement, save_request


@dataclass
class Loses:
    """Its first transaction loses a race, as on PostgreSQL where they run side by side."""

    units: Units
    lost: int = 0

    @asynccontextmanager
    async def write(self, *, newest: bool = False) -> AsyncIterator[Unit]:
        async with self.units.write(newest=newest) as unit:
            yield unit
            if not self.lost:
                self.lost += 1
                raise Conflict("Somebody else asked for this job meanwhile.")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.units, name)


@dataclass
class Edits:
    """GitHub, as far as it is needed here."""

    texts: list[str] = field(default_factory=list)
    messages: None = None

    async def edit(self, *arguments: Any, urgent: bool) -> None:
        self.texts.append(arguments[2])


class Words:
    """The request's state, and nothing else."""

    def github(self, message: Message) -> str:
        return str(message.fields["state"])


async def test_an_edit_whose_writing_down_lost_a_race_is_not_made_again(units: Units, clock: FakeClock) -> None:
    request = await save_request(units)
    async with units.write() as unit:
        await unit.repositories.save(make.repository())
        await unit.announcements.add(announcement(message_id="7", text_hash="another"))
    edits = Edits()
    loses = Loses(units)
    announce = Announce(
        units=cast(Units, loses),
        post=cast(Post, edits),
        channels=None,
        reply=cast(Reply, None),
        render=cast(Render, Words()),
        dialect=None,
        clock=clock,
        patience=Patience(clock, lambda: 0.5),
        grace=timedelta(),
    )
    payload = {"v": 1, "announcement": str(announcement().id)}
    await announce(payload)
    assert (loses.lost, len(edits.texts)) == (1, 1)
    async with units.read() as unit:
        shown = await unit.announcements.get(announcement().id)
    assert shown is not None
    assert (shown.edits, shown.shown_version, shown.message_id) == (1, request.version, "7")
