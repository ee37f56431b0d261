"""Owns what happens with each thing that Slack told us."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.errors import RateLimited, Refused, Unreachable, UpstreamError
from bot.flow.converse import Converse
from bot.flow.home import ShowHome
from bot.flow.patience import Patience
from bot.flow.ports import Clock, SlackViews, Units
from bot.flow.press import Press
from bot.model.inbound import ButtonPressed, FormWanted, FromSlack, HomeOpened, SlackCommandReceived, WorkspaceLeft
from bot.rules.patience import TYPED

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReceiveSlack:
    """Hands each inbound thing to its step."""

    units: Units
    converse: Converse
    press: Press
    home: ShowHome
    views: SlackViews
    patience: Patience
    clock: Clock

    async def __call__(self, said: FromSlack, arrived: datetime) -> datetime | None:
        """Act on it; `arrived` is when it reached us. Running it twice changes nothing.

        A time as answer means: GitHub or Slack could not be asked, go on then. Raises `UpstreamError` that no other try
        would help.
        """
        match said:
            case SlackCommandReceived():
                return await self.converse(said, arrived)
            case ButtonPressed():
                return await self.press(said, arrived)
            case FormWanted():
                await self._form(said)
            case HomeOpened():
                return await self._home(said, arrived)
            case WorkspaceLeft():
                await self._left(said)
            case _:
                assert_never(said)
        return None

    async def gave_up(self, said: FromSlack) -> None:
        """The last attempt failed: a person who waits for an answer is told so."""
        if isinstance(said, SlackCommandReceived):
            await self.converse.gave_up(said)
        elif isinstance(said, ButtonPressed):
            words = SlackCommandReceived(origin=said.origin, words=said.action, response_url=said.response_url)
            await self.converse.gave_up(words)

    async def _form(self, wanted: FormWanted) -> None:
        try:
            await self.views.ask_command(wanted.origin.connection, wanted.trigger, wanted.origin.channel)
        except (Refused, Unreachable, RateLimited) as error:
            # A form has three seconds, so trying again can not help; pressing the button again does.
            log.warning("A form was not shown: %s", error, extra={"action": "form_late"})

    async def _home(self, opened: HomeOpened, arrived: datetime) -> datetime | None:
        try:
            return await self.patience(self.home(opened), arrived, TYPED)
        except UpstreamError as error:
            # Nobody looks at it any more; it is built anew each time that somebody does.
            log.warning("A Home tab was not shown: %s", error, extra={"action": "home_late"})
            return None

    async def _left(self, left: WorkspaceLeft) -> None:
        """Slack took our access away. Links stay: they are people's, and mean nothing while nobody can ask."""
        log.error(
            "Slack took our access away (%s). Install the app again and set SLACK_BOT_TOKEN.",
            left.event,
            extra={"action": left.event, "team": left.team},
        )
        async with self.units.write() as unit:
            await unit.audit.write(
                action=left.event,
                at=self.clock.now(),
                person=None,
                connection=left.connection,
                repository=None,
                request=None,
                reason=None,
                facts={"team": left.team},
            )
