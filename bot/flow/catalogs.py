"""Owns what can be typed about one repository: the built-in commands, and those of its configuration as in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.model.command import Command
from bot.model.config import Effective
from bot.model.repository import Repository
from bot.rules import catalog


class Configured(Protocol):
    """The configuration of a repository as it is in force (bot/flow/configure.py)."""

    async def __call__(self, repository: Repository, *, fresh: bool = False) -> Effective:
        """Raises `UpstreamError` when GitHub does not show it and none was ever known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The commands of one repository, and the gates that hang on what they touch."""

    commands: Mapping[str, Command]
    effective: Effective


@dataclass(frozen=True, slots=True)
class Catalogs:
    """Finds the catalog of a repository."""

    built_in: Mapping[str, Command]
    configured: Configured

    async def of(self, repository: Repository, *, fresh: bool = False) -> Catalog:
        """Raises `UpstreamError` when the configuration can not be had and none was ever known."""
        effective = await self.configured(repository, fresh=fresh)
        return Catalog(commands=catalog.catalog(self.built_in, effective.config), effective=effective)
