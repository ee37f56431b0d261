"""Owns the facts that cost a question each, and are asked for only once the cheap gates are open: teams, checks and
reviews, trust, the default branch, what was shipped before, and what is on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from bot.errors import NotFound, Refused
from bot.flow.at_once import at_once
from bot.flow.locate import Locate, Located
from bot.flow.ports import Snapshots, Teams, Units
from bot.flow.ships import TellShips
from bot.model.approval import Asked, Ships, Voice
from bot.model.bound import Bound, Gathered, HeldUp
from bot.model.people import GitHubAccount
from bot.model.repository import PullRequest, Repository
from bot.model.request import Request
from bot.model.snapshot import Snapshot
from bot.rules.drift import SHA_INPUT
from bot.rules.pin import Pinned


class Trusting(Protocol):
    """Who trusted a fork's commit and still may (bot/flow/trust.py)."""

    async def __call__(self, repository: Repository, pull: PullRequest, sha: str) -> str | None:
        """Their login; None when nobody did. Raises `UpstreamError`."""


class Hearing(Protocol):
    """Who said yes, and whether that counts now (bot/flow/voices.py)."""

    async def __call__(self, request_id: UUID, repository: Repository, asked: Asked) -> tuple[Voice, ...]:
        """What was said to this request. Raises `UpstreamError`."""


class Holding(Protocol):
    """Who is in the way (bot/flow/held_up.py)."""

    async def __call__(
        self, repository: Repository, account: GitHubAccount, bound: Bound, request: UUID | None
    ) -> HeldUp:
        """Locks of others, and who was there first."""


@dataclass(frozen=True, slots=True)
class Gather:
    """Asks for all of them at once."""

    units: Units
    teams: Teams
    snapshots: Snapshots
    locate: Locate
    trusting: Trusting
    voices: Hearing
    ships: TellShips
    holders: Holding

    async def __call__(
        self,
        repository: Repository,
        account: GitHubAccount,
        bound: Bound,
        located: Located | None,
        request: UUID | None,
        asked: Asked | None,
    ) -> Gathered:
        """What the gates of `bound` look at; `request` is the one that is judged again, and `asked` what others have to
        say yes to. Raises `UpstreamError`.

        Without `located` only the teams: a gate before all the others is shut.
        """
        if located is None:
            return Gathered(complete=False, teams=await self._teams(repository, account, bound), successes={})
        questions = (
            self._teams(repository, account, bound),
            self._snapshot(repository, bound, located),
            self._trusted(repository, located),
            self._default(repository, bound, located),
        )
        teams, snapshot, trusted, default = await at_once(*questions)
        voices = await self._heard(repository, request, asked)
        ships = await self._shipping(repository, bound, located, asked)
        held_up = await self.holders(repository, account, bound, request)
        return Gathered(
            teams=teams,
            snapshot=snapshot,
            trusted_by=trusted,
            default=default,
            successes=await self._recorded(repository, bound),
            voices=voices,
            ships=ships,
            held_up=held_up,
        )

    async def _teams(self, repository: Repository, account: GitHubAccount, bound: Bound) -> Mapping[str, bool | None]:
        named = sorted({team for rule in bound.teams for team in rule.teams})
        known = await asyncio.gather(*(self._member(repository, team, account) for team in named))
        return dict(zip(named, known, strict=True))

    async def _member(self, repository: Repository, team: str, account: GitHubAccount) -> bool | None:
        try:
            return await self.teams.member(repository, team, account)
        except (Refused, NotFound):
            return None

    async def _snapshot(self, repository: Repository, bound: Bound, located: Located) -> Snapshot | None:
        """One question, and only where an environment hangs on it."""
        pull, pinned = located.pull_request, located.pinned
        if not bound.guarded or pull is None or not located.on_head or not isinstance(pinned, Pinned):
            return None
        return await self.snapshots.of(repository, pull.number, pinned.sha)

    async def _trusted(self, repository: Repository, located: Located) -> str | None:
        if located.pull_request is None or not located.fork or not isinstance(located.pinned, Pinned):
            return None
        return await self.trusting(repository, located.pull_request, located.pinned.sha)

    async def _heard(self, repository: Repository, request: UUID | None, asked: Asked | None) -> tuple[Voice, ...]:
        """To what is asked for the first time nobody said anything yet."""
        return () if request is None or asked is None else await self.voices(request, repository, asked)

    async def _shipping(
        self, repository: Repository, bound: Bound, located: Located, asked: Asked | None
    ) -> Ships | None:
        """Only where somebody is asked who has to know."""
        if asked is None or not isinstance(located.pinned, Pinned):
            return None
        return await self.ships(repository, bound.environment, located.pinned.sha)

    async def _default(self, repository: Repository, bound: Bound, located: Located) -> tuple[str, str] | None:
        if not bound.guarded and not located.fork and not located.commit:
            return None
        return await self.locate.default_branch(repository)

    async def _recorded(self, repository: Repository, bound: Bound) -> Mapping[str, str | None]:
        """What was shipped before, as far as a gate asks."""
        if bound.gates is None or not bound.gates.after:
            return {}
        connection, id = repository.connection, repository.id
        async with self.units.read() as unit:
            newest = {
                name: await unit.requests.newest_success(connection, id, name, workflows)
                for name, workflows in bound.before.items()
            }
        return {name: _shipped(one) for name, one in newest.items()}


def _shipped(request: Request | None) -> str | None:
    """The commit that it was handed; None where it was handed none, so that nobody can tell what it shipped."""
    if request is None or request.pin is None or request.inputs.get(SHA_INPUT) != request.pin.sha:
        return None
    return request.pin.sha
