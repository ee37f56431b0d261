"""Owns a pressed button: it decides nothing, it asks what its words would ask, by whoever pressed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from bot.flow.converse import Converse
from bot.flow.enter import judged_before
from bot.flow.meet import Met
from bot.flow.patience import Away
from bot.flow.ports import Unit, Units
from bot.flow.post import GRACE
from bot.flow.wait import SLACK as SLACK_AWAY
from bot.model.address import SLACK, SlackPlace
from bot.model.decision import Reason
from bot.model.inbound import ButtonPressed, SlackCommandReceived
from bot.model.message import Message
from bot.model.prose import marked
from bot.model.request import Request

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "approve": "approve {code}",
        "reject": "reject {code}",
        "cancel": "cancel {code}",
        "rerun": "rerun {code}",
        "rerun_failed": "rerun failed {code}",
        "logs": "logs {code}",
    }
)
"""What the buttons below a request's message ask for."""

SOON: Final = timedelta(seconds=1)

ALONE: Final[Mapping[str, str]] = MappingProxyType({"link_begin": "link", "help": "help"})
"""Buttons that are about nobody but whoever presses them."""


@dataclass(frozen=True, slots=True)
class Press:
    """Takes the press of a button."""

    units: Units
    converse: Converse

    async def __call__(self, pressed: ButtonPressed, arrived: datetime) -> datetime | None:
        """Ask for it, or tell the person why not. A time as answer means: it could not be judged, go on then."""
        origin = pressed.origin
        async with self.units.read() as unit:
            if await judged_before(unit, origin):
                return None
            shown = None
            if origin.message is not None:
                shown = await unit.requests.shown_as(SLACK, origin.connection, origin.channel, origin.message)
            if shown is None and await _being_posted(unit, pressed) and self.converse.clock.now() - arrived < GRACE:
                return self.converse.clock.now() + SOON
        words = _words(pressed, shown)
        said = SlackCommandReceived(origin=origin, words=words or pressed.action, response_url=pressed.response_url)
        try:
            met = await self.converse.encounter(origin, pressed.response_url, pressed.action)
        except Away as error:
            return await self.converse.later(said, error, arrived, SLACK_AWAY)
        if met is None:
            return None
        if words is None:
            await self._dead(met, pressed)
            return None
        return await self.converse.hear(met, said, arrived)

    async def _dead(self, met: Met, pressed: ButtonPressed) -> None:
        fields = {
            "sentence": "This button is about nothing any more.",
            "next_step": f"{marked('/runs')} lists requests.",
        }
        caller = met.caller(pressed.action, self.converse.dialect(None))
        message = Message(name="press_answered", fields=fields)
        await self.converse.reply(caller, message, action="command_refused", reason=Reason.CLOSED)


async def _being_posted(unit: Unit, pressed: ButtonPressed) -> bool:
    """Whether a message of that request is just being posted there: people can be quicker than our note of its `ts`."""
    try:
        request = UUID(pressed.value)
    except ValueError:
        return False
    there = (pressed.origin.connection, pressed.origin.channel)
    for announcement in await unit.announcements.of_request(request):
        address = announcement.address
        unsaved = announcement.message_id is None and announcement.attempted_at is not None
        if unsaved and isinstance(address, SlackPlace) and (address.connection, address.channel) == there:
            return True
    return False


def _words(pressed: ButtonPressed, shown: Request | None) -> str | None:
    """The command behind the button; None unless the message is that request's own, as our rows say (T21)."""
    if pressed.action in ALONE:
        return ALONE[pressed.action]
    if shown is None or str(shown.id) != pressed.value or pressed.action not in WORDS:
        return None
    return WORDS[pressed.action].format(code=shown.code)
