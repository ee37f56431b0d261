"""Owns the facts of the gate `lock`: who holds what a dispatch touches, and who was there first."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot.flow.ports import Clock, Unit, Units
from bot.flow.queue import ahead
from bot.model.bound import Bound, HeldUp
from bot.model.people import GitHubAccount
from bot.model.repository import Repository
from bot.rules import locking


@dataclass(frozen=True, slots=True)
class Holders:
    """Looks at locks and at the queue: our own record, nothing is asked of GitHub."""

    units: Units
    clock: Clock

    async def __call__(
        self, repository: Repository, account: GitHubAccount, bound: Bound, request: UUID | None
    ) -> HeldUp:
        """What others hold of what `bound` touches; `request` is the one that is judged again, and never holds itself
        up."""
        now, where = self.clock.now(), (repository.connection, repository.id)
        async with self.units.read() as unit:
            held = await unit.locks.held(*where)
            person = await unit.people.by_github(account) if held else None
            environment = bound.environment
            found = locking.others(
                held, environment=environment, person=person.id if person else None, request=request, now=now
            )
            if environment is None or bound.gates is None or not bound.gates.lock:
                return HeldUp(locks=found)
            other = await unit.lock_queue.unrecorded(*where, environment, request)
            first = await self._first(unit, repository, environment, request)
        return HeldUp(locks=found, on_its_way=other.code if other else None, ahead=first)

    async def _first(self, unit: Unit, repository: Repository, environment: str, request: UUID | None) -> str | None:
        found = await ahead(unit, repository.connection, repository.id, environment, request, self.clock.now())
        return found.code if found is not None else None
