"""Owns a pressed button of a check run of ours: it decides nothing, it asks what its words would ask, by whoever
pressed it. GitHub shows the buttons to people with write only, which is asked all the same."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from bot.flow.act import Act
from bot.flow.answer import Asker
from bot.flow.enter import judged_before
from bot.flow.identify import Identify
from bot.flow.patience import Away
from bot.flow.ports import Unit, Units
from bot.flow.wait import Wait
from bot.model.address import Address, CheckPlace, GitHubThread, SlackPlace
from bot.model.command import Command, Problem
from bot.model.inbound import CheckButtonPressed, CheckRerunWanted
from bot.model.origin import CheckOrigin
from bot.model.repository import Target
from bot.model.request import Request
from bot.rules import parse
from bot.rules.understand import understand

log = logging.getLogger(__name__)

RERUN: Final = "rerun"
"""In place of an identifier, for GitHub's own button."""

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "approve": "/approve {code}",
        "reject": "/reject {code}",
        "cancel": "/cancel {code}",
        "rerun_failed": "/rerun failed {code}",
        RERUN: "/rerun {code}",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """The request whose check run it is, and where people talk about it."""

    request: Request
    place: Address


@dataclass(frozen=True, slots=True)
class PressCheck:
    """Takes the press of a button of a check run."""

    units: Units
    built_in: Mapping[str, Command]
    identify: Identify
    act: Act
    wait: Wait

    async def __call__(self, pressed: CheckButtonPressed | CheckRerunWanted, arrived: datetime) -> datetime | None:
        """Ask for it. A time as answer means: it could not be judged, go on then."""
        identifier = pressed.identifier if isinstance(pressed, CheckButtonPressed) else RERUN
        async with self.units.read() as unit:
            shown = await _shown(unit, pressed)
        if shown is None or identifier not in WORDS:
            log.info("A button of a check run that is about nothing of ours", extra={"action": "press_let_go"})
            return None
        line = WORDS[identifier].format(code=shown.request.code)
        asker = await self._asker(pressed, shown, identifier, line)
        async with self.units.read() as unit:
            if await judged_before(unit, asker.origin):
                return None
        heard = parse.parse(line, asker.origin, verbs=self.built_in)
        assert heard is not None  # the words are ours
        understood = heard if isinstance(heard, Problem) else understand(self.built_in, heard)
        try:
            if isinstance(heard, Problem) or isinstance(understood, Problem):
                assert isinstance(understood, Problem)
                await self.act.misheard(asker, understood)
            else:
                await self.act(asker, self.built_in[heard.verb], understood)
        except Away as error:
            intent = None if isinstance(understood, Problem) else understood
            return await self.wait(asker, error, intent=intent, arrived=arrived)
        return None

    async def _asker(
        self, pressed: CheckButtonPressed | CheckRerunWanted, shown: _Shown, identifier: str, line: str
    ) -> Asker:
        request, repository = shown.request, pressed.repository
        origin = CheckOrigin(
            connection=repository.connection,
            repository=repository.id,
            number=request.number,
            check_run=pressed.check_run,
            identifier=identifier,
            created_at=pressed.at,
        )
        async with self.units.write() as unit:
            await unit.repositories.save(repository, pressed.at)
            person = await self.identify(unit, pressed.account)
        return Asker(
            origin=origin,
            place=shown.place,
            stage=shown.place,
            name=person.github.login,
            text=line,
            call=line,
            person=person,
            target=Target(repository=repository, number=request.number, on_pull_request=request.on_pull_request),
        )


async def _shown(unit: Unit, pressed: CheckButtonPressed | CheckRerunWanted) -> _Shown | None:
    """None unless the check run is that request's own, as our rows say (T21)."""
    try:
        key = UUID(pressed.external_id)
    except ValueError:
        return None
    announcement = await unit.announcements.get(key)
    request = await unit.requests.get(announcement.request) if announcement else None
    if announcement is None or request is None or announcement.message_id != str(pressed.check_run):
        return None
    record, repository = announcement.address, pressed.repository
    if record != CheckPlace(connection=repository.connection, repository=repository.id, sha=pressed.sha):
        return None
    if request.number is not None:
        thread = GitHubThread(connection=request.connection, repository=request.repository, number=request.number)
        return _Shown(request=request, place=thread)
    others = await unit.announcements.of_request(request.id)
    talked = next((each.address for each in others if isinstance(each.address, GitHubThread | SlackPlace)), None)
    return None if talked is None else _Shown(request=request, place=talked)
