"""Owns whether a second person with write stands behind a configuration that lets through more (T9, T13)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from bot.errors import UpstreamError
from bot.flow.ports import Clock, ConfigHistory, FindRepository, Permissions
from bot.model.config import Layer
from bot.model.people import GitHubAccount, Role
from bot.model.repository import Repository
from bot.rules import second_person

log = logging.getLogger(__name__)

EVERY: Final = timedelta(minutes=1)
"""How often GitHub is asked about one file that waits."""

HOME: Final = ".github"
"""The repository with the organisation's configuration."""

MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who stands behind it."""

    pull_request: int
    account: int


@dataclass(slots=True)
class SecondPerson:
    """Asks GitHub about the merge that brought a file."""

    history: ConfigHistory
    permissions: Permissions
    repositories: FindRepository
    clock: Clock
    _asked: dict[tuple[UUID, int, Layer, str | None], datetime] = field(default_factory=dict, init=False)

    async def approved(self, repository: Repository, layer: Layer, blob: str | None) -> Approval | None:
        """Who approved the merge that brought this file; None when nobody did, as far as GitHub tells.

        It is asked once a minute at most, and not at all while it does not answer: then the file waits on.
        """
        key, now = (repository.connection, repository.id, layer, blob), self.clock.now()
        if now - self._asked.get(key, now - EVERY) < EVERY:
            return None
        if len(self._asked) >= MOST:
            self._asked.clear()
        self._asked[key] = now
        try:
            home = await self.home(repository, layer)
            return None if home is None else await self._approval(home, blob)
        except UpstreamError as error:
            log.warning("Nobody knows who approved a configuration: %s", error, extra={"action": "approval_unknown"})
            return None

    async def alone(self, home: Repository, account: GitHubAccount) -> bool:
        """Whether nobody else has write there; unknown counts as no."""
        try:
            return not await self.history.others(home, account.id)
        except UpstreamError as error:
            log.warning("Nobody knows who else has write: %s", error, extra={"action": "approval_unknown"})
            return False

    async def reads(self, repository: Repository, account: GitHubAccount) -> bool:
        """Whether somebody can read the organisation's own repository; unknown counts as no."""
        try:
            home = await self.home(repository, Layer.ORGANISATION)
            return home is not None and await self.permissions.role(home, account, fresh=False) > Role.NONE
        except UpstreamError:
            return False

    async def home(self, repository: Repository, layer: Layer) -> Repository | None:
        """Where the file of this layer lies. Raises `UpstreamError`."""
        if layer is Layer.REPOSITORY:
            return repository
        return await self.repositories.find(repository.connection, repository.owner, HOME)

    async def _approval(self, home: Repository, blob: str | None) -> Approval | None:
        merge = await self.history.merge(home)
        if merge is None:
            return None
        for review in second_person.approvals(merge, blob):
            assert review.author is not None
            account = GitHubAccount(connection=home.connection, id=review.author, login=review.login)
            if await self.permissions.role(home, account, fresh=True) >= Role.WRITE:
                return Approval(pull_request=merge.number, account=review.author)
        return None
