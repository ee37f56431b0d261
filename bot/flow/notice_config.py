"""Owns reading configurations when they are pushed, and not only when somebody types the next command (T13).

What nobody had read would never have been in force: a gate that came on Monday could be taken away alone on Tuesday.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from bot.errors import NotFound, Refused
from bot.flow.configure import Configure
from bot.flow.patience import Patience
from bot.flow.ports import Unit, Units
from bot.flow.second_person import HOME
from bot.model.inbound import RepositoryChanged
from bot.model.job import Job
from bot.model.repository import Repository

READ: Final = "read_config"


async def notice(unit: Unit, changed: RepositoryChanged, at: datetime) -> None:
    """Have it read wherever it counts: in the repository, or in all of the owner that we know of."""
    repository = changed.repository
    if changed.pushed_ref != f"refs/heads/{repository.default_branch}":
        return
    if repository.name.casefold() == HOME:
        await read_everywhere(unit, repository, at)
    else:
        await unit.enqueue(_job(repository, at))


async def read_everywhere(unit: Unit, home: Repository, at: datetime) -> None:
    """Have it read in this repository and in all of its owner that we know of."""
    found = [home, *await unit.repositories.of_owner(home.connection, home.owner)]
    await unit.enqueue(*(_job(each, at) for each in {each.id: each for each in found}.values()))


@dataclass(frozen=True, slots=True)
class NoticeConfig:
    """The job `read_config`."""

    units: Units
    configure: Configure
    patience: Patience

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Read it, and keep what is in force by now. What GitHub refuses to show changes nothing."""
        async with self.units.read() as unit:
            repository = await unit.repositories.get(UUID(payload["connection"]), payload["repository"])
        if repository is None:
            return None
        return await self.patience(self._read(repository), datetime.fromisoformat(payload["at"]))

    async def _read(self, repository: Repository) -> None:
        try:
            await self.configure(repository, fresh=True)
        except (NotFound, Refused):
            return


def _job(repository: Repository, at: datetime) -> Job:
    payload = {"v": 1, "connection": str(repository.connection), "repository": repository.id, "at": at.isoformat()}
    return Job(kind=READ, key=f"{repository.connection}:{repository.id}", payload=payload)
