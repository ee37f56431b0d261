"""Owns gathering what is live in each environment of a repository, by our own record (T11)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.flow.catalogs import Catalogs
from bot.flow.ports import Clock, Environments, Unit, Units
from bot.model.config import Environment
from bot.model.message import Message
from bot.model.repository import Repository
from bot.model.request import Request
from bot.rules import live
from bot.rules.live import Stage, Step

LISTED: Final = 20
"""How many environments are shown: GitHub is asked about each of them."""

LOOKED_THROUGH: Final = 100
"""In how many of the newest requests environments are looked for that no configuration names."""

DEPLOY: Final = "deploy"


@dataclass(frozen=True, slots=True)
class ShowLive:
    """Answers what is live."""

    units: Units
    catalogs: Catalogs
    environments: Environments
    clock: Clock

    async def __call__(self, repository: Repository) -> Message:
        """The answer. Raises `UpstreamError` when GitHub is needed and does not answer."""
        catalog = await self.catalogs.of(repository)
        where = repository.connection, repository.id
        async with self.units.read() as unit:
            newest = await unit.requests.of_repository(*where, LOOKED_THROUGH)
            known = live.known(catalog.effective.config, newest)
            going = await _going(unit, repository)
            stages = [await _stage(unit, repository, each, going) for each in known[:LISTED]]
            locks = await unit.locks.held(*where)
            server_url = (await unit.connections.get(repository.connection)).server_url
        guarded = await asyncio.gather(*(self.environments.enforced(repository, each.gates.name) for each in stages))
        told = [replace(stage, enforced=found is True) for stage, found in zip(stages, guarded, strict=True)]
        left_out, now = max(0, len(known) - LISTED), self.clock.now()
        message = live.listed(repository.full_name, server_url, told, locks, now, left_out=left_out)
        step = live.next_step(catalog.commands.get(DEPLOY), anything=bool(told))
        return replace(message, fields={**message.fields, "next_step": step}, remarks=catalog.effective.remarks)


async def _going(unit: Unit, repository: Repository) -> Sequence[Request]:
    found = await unit.requests.standing(live.GOING)
    return [each for each in found if (each.connection, each.repository) == (repository.connection, repository.id)]


async def _stage(unit: Unit, repository: Repository, gates: Environment, going: Sequence[Request]) -> Stage:
    newest = await unit.requests.successes(repository.connection, repository.id, gates.name, 1)
    runs = await unit.runs.of_request(newest[0].id) if newest else []
    there = [each for each in going if (each.environment or "").casefold() == gates.name.casefold()]
    return Stage(
        gates=gates,
        live=await _step(unit, newest[0]) if newest else None,
        url=runs[-1].url if runs else "",
        going=tuple([await _step(unit, each) for each in there]),
        enforced=False,
    )


async def _step(unit: Unit, request: Request) -> Step:
    person = await unit.people.get(request.person)
    return Step(request=request, login=person.github.login if person else "")
