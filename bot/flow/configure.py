"""Owns the configuration of a repository as it is in force now: all layers together, believed for a minute."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from bot import lanes
from bot.errors import Unreachable
from bot.flights import Flights
from bot.flow.config_layer import ConfigLayer
from bot.flow.ports import Clock, Units
from bot.flow.second_person import HOME
from bot.model.config import Config, Effective, Layer
from bot.model.inbound import RepositoryChanged
from bot.model.repository import Repository
from bot.rules import layers
from bot.rules.in_force import Standing

LIFETIME: Final = timedelta(seconds=60)
JUST_NOW: Final = timedelta(seconds=5)
"""As for a judgement: what was seen so shortly before the dispatch counts as seen right before it."""
MOST_KEPT: Final = 1_000

CONFIG: Final = "config_changed"
"""Marks that begin so count what GitHub told of changes that configurations may be part of."""

Key = tuple[UUID, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What was found out of one repository."""

    standings: tuple[Standing, ...]
    """Of the organisation and of the repository."""
    effective: Effective
    asked_at: datetime
    of: int
    """The generation that it was asked for in."""


@dataclass(slots=True)
class Configure:
    """It satisfies `bot.flow.catalogs.Configured`."""

    units: Units
    layer: ConfigLayer
    clock: Clock
    server: Config = field(default_factory=Config)
    """What the operator put over all repositories."""
    shared: bool = False
    """Whether other replicas answer for GitHub too, and have to notice what is dropped here."""
    _believed: OrderedDict[Key, Layers] = field(default_factory=OrderedDict, init=False)
    _flights: Flights[tuple[Key, int], Layers] = field(default_factory=Flights, init=False)
    _generation: int = field(default=0, init=False)

    async def __call__(self, repository: Repository, *, fresh: bool = False) -> Effective:
        """The configuration in force; `fresh` asks GitHub now, unless it did so a moment ago (T28).

        Raises `UpstreamError` when GitHub does not show a file and none was ever known.
        """
        return (await self.layers(repository, fresh=fresh)).effective

    async def layers(self, repository: Repository, *, fresh: bool = False) -> Layers:
        """The same, with each layer by itself."""
        key = (repository.connection, repository.id)
        of = await self._told_so_far(key) if self.shared else 0
        believed = self._believed.get(key)
        if believed is not None and self._fresh(believed, of, JUST_NOW if fresh else LIFETIME):
            return believed
        flight = (key, self._generation)
        if not self._flights.out(flight):
            return await self._flights.join(flight, lambda: self._ask(key, repository, of))
        try:
            async with asyncio.timeout(lanes.SILENT_SECONDS):
                return await self._flights.join(flight, lambda: self._ask(key, repository, of))
        except TimeoutError as error:
            # One waits for a GitHub that says nothing; the places of the others are for what does not need it.
            raise Unreachable("GitHub does not answer yet", retry_after=lanes.AWAY_SECONDS) from error

    async def remembered(self, repository: Repository) -> Config:
        """What was in force when it was looked at last, all layers together, without asking GitHub."""
        kept = [await self.layer.remembered(repository, layer) for layer in (Layer.ORGANISATION, Layer.REPOSITORY)]
        return layers.together([self.server, *kept])

    def drop(self, connection: UUID, repository: int | None) -> None:
        """Forget what is believed of a repository, or of the whole connection; answers under way are not kept."""
        self._generation += 1
        for key in [key for key in self._believed if key[0] == connection and repository in (None, key[1])]:
            del self._believed[key]

    async def changed(self, connection: UUID, repository: int | None) -> None:
        """The same here and in every other replica."""
        if self.shared:
            async with self.units.write(newest=True) as unit:
                await unit.marks.bump(_mark(connection, repository), self.clock.now())
        self.drop(connection, repository)

    async def told(self, changed: RepositoryChanged) -> None:
        """A push to the default branch, or another name or branch of a repository, may have brought another file."""
        repository = changed.repository
        if changed.pushed_ref in (None, f"refs/heads/{repository.default_branch}"):
            everywhere = repository.name.casefold() == HOME
            await self.changed(repository.connection, None if everywhere else repository.id)

    async def aclose(self) -> None:
        """Call off whatever is asked."""
        await self._flights.aclose()

    async def _told_so_far(self, key: Key) -> int:
        """A number that every replica reads alike, and that grows whenever any of them drops what it believes."""
        async with self.units.read() as unit:
            return sum((await unit.marks.values([_mark(*key), _mark(key[0], None)])).values())

    def _fresh(self, believed: Layers, of: int, within: timedelta) -> bool:
        return believed.of == of and timedelta(0) <= self.clock.now() - believed.asked_at < within

    async def _ask(self, key: Key, repository: Repository, of: int) -> Layers:
        generation, asked_at = self._generation, self.clock.now()
        organisation = asyncio.create_task(self.layer(repository, Layer.ORGANISATION))
        try:
            own = await self.layer(repository, Layer.REPOSITORY)
            standings = (await organisation, own)
        finally:
            organisation.cancel()
            await asyncio.gather(organisation, return_exceptions=True)
        found = Layers(standings=standings, effective=_effective(self.server, standings), asked_at=asked_at, of=of)
        if generation == self._generation and all(standing.shown for standing in standings):
            self._believed[key] = found
            self._believed.move_to_end(key)
            if len(self._believed) > MOST_KEPT:
                self._believed.popitem(last=False)
        return found


def _mark(connection: UUID, repository: int | None) -> str:
    return f"{CONFIG}:{connection}" if repository is None else f"{CONFIG}:{connection}:{repository}"


def _effective(server: Config, standings: tuple[Standing, ...]) -> Effective:
    return Effective(
        config=layers.together([server, *(standing.config for standing in standings)]),
        remarks=tuple(remark for standing in standings for remark in standing.remarks),
        broken=next((standing.broken for standing in standings if standing.broken), None),
    )
