"""Owns gathering what a configuration is for: the workflows of its repository, and who can read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.errors import NotFound
from bot.flow.ports import Workflows
from bot.model.advice import Surroundings
from bot.model.repository import Repository
from bot.model.workflow import Workflow

MOST: Final = 50
"""Workflow files that are read: GitHub is asked about each."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Looks around in a repository."""

    workflows: Workflows
    input_limit: int

    async def __call__(self, repository: Repository) -> Surroundings:
        """Raises `UpstreamError`."""
        found: dict[str, Workflow] = {}
        for file in list(await self.workflows.names(repository))[:MOST]:
            try:
                found[file] = await self.workflows.read(repository, file)
            except NotFound:  # removed since
                continue
        return Surroundings(
            owner=repository.owner,
            everybody_reads=repository.open_to_many,
            internal=repository.private,
            workflows=found,
            input_limit=self.input_limit,
        )
