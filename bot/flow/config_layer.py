"""Owns one layer of a repository's configuration: asked for, read, and kept as it is in force (T13)."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from bot.errors import Conflict, NotFound, Refused, Unwelcome, UpstreamError
from bot.flow.ports import Clock, ConfigFiles, ReadConfig, Units
from bot.flow.second_person import HOME, SecondPerson
from bot.model.config import CONFIG_PATH, Config, ConfigFault, ConfigFile, KeptConfig, Layer
from bot.model.repository import Repository
from bot.rules import in_force, second_person
from bot.rules.in_force import Known, Seen, Standing
from bot.rules.superseding import Widens

log = logging.getLogger(__name__)

MOST_READ: Final = 300
"""Files whose meaning is remembered: a few kilobytes each."""

TRIES: Final = 5
"""Races with other replicas over one row."""

HIDDEN: Final = "signalbox.yml of the organisation"
"""What its file is called where not everybody may know the repository that it lies in (T22)."""

Read = Config | Sequence[ConfigFault]

Backing = Mapping[str, int]
"""Whose word lets a file through that waited, for the audit; empty where nobody's was needed."""


def file_of(repository: Repository, layer: Layer) -> str:
    """How people know the file: `acme/shop/.github/signalbox.yml`."""
    home = repository.full_name if layer is Layer.REPOSITORY else f"{repository.owner}/.github"
    return f"{home}/{CONFIG_PATH}"


@dataclass(slots=True)
class Reader:
    """Reads files in a thread, and remembers what they say by their blob SHA."""

    read: ReadConfig
    _known: OrderedDict[tuple[UUID, str, str], Read] = field(default_factory=OrderedDict, init=False)

    async def __call__(self, connection: UUID, file: str, layer: Layer, blob: str, data: bytes) -> Read:
        """What the file says, or all that is wrong with it."""
        key = (connection, file, blob)
        if key not in self._known:
            self._known[key] = await asyncio.to_thread(self.read, data, layer=layer, file=file)
            if len(self._known) > MOST_READ:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]


@dataclass(frozen=True, slots=True)
class ConfigLayer:
    """Finds out what is in force of one layer, and keeps that."""

    units: Units
    files: ConfigFiles
    read: Reader
    second: SecondPerson
    clock: Clock
    widens: Widens
    """`in_force.widening`."""
    tells_all: bool = False
    """Whether whoever reads its words may know every name: an operator at a terminal."""

    async def __call__(self, repository: Repository, layer: Layer) -> Standing:
        """Raises `UpstreamError` when GitHub does not show the file and none was ever known."""
        error, seen = None, None
        file = file_of(repository, layer) if self._told(repository, layer) else HIDDEN
        try:
            found = await self._found(repository, layer)
            if found is not None and found.public:
                file = file_of(repository, layer)
            seen = await self._seen(repository, layer, file, found)
        except UpstreamError as failed:
            error = failed
        for _ in range(TRIES):
            known = await self._known(repository, layer, file)
            standing = _unseen(known, file, error) if error else None
            if standing is not None:
                return standing
            assert seen is not None
            standing, backing = await self._stands(repository, layer, file, seen, known)
            if await self._kept(known, standing, backing):
                return standing
        raise Conflict(f"Somebody else changes what is in force as {file} all the time.")

    async def remembered(self, repository: Repository, layer: Layer) -> Config:
        """What was in force when it was looked at last, without asking GitHub; nothing where it never was."""
        file = file_of(repository, layer)
        known = await self._known(repository, layer, file)
        return Config() if known is None else in_force.unseen(known, file).config

    def _told(self, repository: Repository, layer: Layer) -> bool:
        """Whether all who read of this repository may know where the file lies, whatever GitHub says of it."""
        return self.tells_all or layer is Layer.REPOSITORY or repository.name.casefold() == HOME

    async def _found(self, repository: Repository, layer: Layer) -> ConfigFile | None:
        of_repository = layer is Layer.REPOSITORY
        return await (self.files.of_repository if of_repository else self.files.of_organisation)(repository)

    async def _seen(self, repository: Repository, layer: Layer, file: str, found: ConfigFile | None) -> Seen:
        if found is None:
            return Seen(blob=None, data=b"", read=Config())
        return Seen(blob=found.blob, data=found.data, read=await self._read(repository, layer, file, found))

    async def _known(self, repository: Repository, layer: Layer, file: str) -> Known | None:
        async with self.units.read() as unit:
            kept = await unit.configs.get(repository.connection, repository.id, layer)
        if kept is None:
            return None
        config = await self._good(repository, layer, file, kept.blob, kept.data)
        waiting = None
        if in_force.waits(kept):
            waiting = await self._good(repository, layer, file, kept.waiting_blob, kept.waiting_data)
        superseded = [await self._good(repository, layer, file, _blob_of(data), data) for data in kept.superseded]
        return Known(kept=kept, config=config, waiting=waiting, superseded=tuple(superseded))

    async def _good(
        self, repository: Repository, layer: Layer, file: str, blob: str | None, data: bytes
    ) -> Config | None:
        if blob is None:
            return Config()
        read = await self._read(repository, layer, file, ConfigFile(blob=blob, data=data))
        return read if isinstance(read, Config) else None

    async def _read(self, repository: Repository, layer: Layer, file: str, found: ConfigFile) -> Read:
        return await self.read(repository.connection, file, layer, found.blob, found.data)

    async def _stands(
        self, repository: Repository, layer: Layer, file: str, seen: Seen, known: Known | None
    ) -> tuple[Standing, Backing]:
        now = self.clock.now()
        if known is None:
            return in_force.first_seen(seen, _row(repository, layer, seen, now), file), {}
        standing = in_force.settled(seen, known, file, now, self.widens)
        kept = standing.kept
        if kept is None or not in_force.waits(kept) or not isinstance(seen.read, Config):
            return standing, {}
        confirmed = await self._confirmed(repository, kept) if layer is Layer.ORGANISATION else None
        approval = None if confirmed else await self.second.approved(repository, layer, kept.waiting_blob)
        if confirmed is None and approval is None:
            return standing, {}
        kept = in_force.promoted(kept, confirmed.confirmed_by if confirmed else None, now)
        backing = {"confirmed_in": confirmed.repository} if confirmed else {}
        if approval is not None:
            backing = {"pull_request": approval.pull_request, "approved_by": approval.account}
        return Standing(file=file, kept=kept, config=seen.read), backing

    async def _confirmed(self, repository: Repository, kept: KeptConfig) -> KeptConfig | None:
        """The file as it is in force where it lies, when an admin confirmed it there: that counts for all of the owner,
        as the same word typed here would have been judged by the rights there."""
        async with self.units.read() as unit:
            home = await unit.repositories.by_name(repository.connection, f"{repository.owner}/{HOME}")
            there = await unit.configs.get(home.connection, home.id, Layer.REPOSITORY) if home else None
        return there if there is not None and second_person.confirmed_since(there, kept) else None

    async def _kept(self, known: Known | None, standing: Standing, backing: Backing) -> bool:
        """Whether it is written down; False when somebody else wrote something else meanwhile."""
        before, after = known.kept if known else None, standing.kept
        if after is None or after == before:
            return True
        try:
            async with self.units.write() as unit:
                if await unit.configs.get(after.connection, after.repository, after.layer) != before:
                    return False
                await unit.configs.save(after)
                await unit.audit.write(
                    action="config_waits" if in_force.waits(after) else "config_in_force",
                    at=self.clock.now(),
                    person=None,
                    connection=after.connection,
                    repository=after.repository,
                    request=None,
                    reason=None,
                    facts=_facts(before, after, backing),
                )
        except Conflict:
            return False
        log.info("%s changed", standing.file, extra={"action": "config_changed", "repository": after.repository})
        return True


def _blob_of(data: bytes) -> str:
    """As git names it. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects"""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _unseen(known: Known | None, file: str, error: UpstreamError) -> Standing:
    if known is not None:
        log.warning("GitHub did not show %s: %s", file, error, extra={"action": "config_not_shown"})
        return in_force.unseen(known, file)
    if isinstance(error, NotFound | Refused) and not isinstance(error, Unwelcome):
        return in_force.never_seen(file, str(error))
    raise error


def _row(repository: Repository, layer: Layer, seen: Seen, now: datetime) -> KeptConfig:
    return KeptConfig(
        connection=repository.connection,
        repository=repository.id,
        layer=layer,
        blob=seen.blob,
        data=seen.data,
        in_force_since=now,
    )


def _facts(before: KeptConfig | None, after: KeptConfig, backing: Backing) -> dict[str, str | int | None]:
    facts: dict[str, str | int | None] = {
        "layer": after.layer.value,
        "before": before.blob if before else None,
        "blob": after.blob,
        "waiting": after.waiting_blob if in_force.waits(after) else None,
    }
    if after.superseded:
        facts["superseded"] = len(after.superseded)
    return {**facts, **backing}
